import type { Model, Task } from "../../../catalog/schema/model.ts";
import { defaults } from "../defaults.ts";
import type { WorkloadSpec } from "../fleet-spec.ts";
import { show } from "../show.ts";
import { resolveNodeWishes, resolveResidency } from "./capacity.ts";
import type { Where } from "./clusters.ts";
import { resolveEngine } from "./engine.ts";
import { resolveCostCenter, resolveTags } from "./labels.ts";
import { type ResolvedLengths, resolveLengths } from "./lengths.ts";
import { resolveLora } from "./lora.ts";
import { resolveMaxModelLen } from "./max-model-len.ts";
import { resolveModel, resolveTask } from "./model.ts";
import { assumeDefault, type WorkloadPlace } from "./place.ts";
import { resolvePrecisions } from "./precisions.ts";
import { resolveRate } from "./rate.ts";
import { resolveSlo } from "./slo.ts";
import { resolveSpeculative } from "./speculative.ts";
import { resolveDevices } from "./tasks/devices.ts";
import { resolveDocuments } from "./tasks/documents.ts";
import { resolveRecordings } from "./tasks/recordings.ts";
import { resolveTaskEngines } from "./tasks/task-engine.ts";
import { resolveWeights } from "./weights.ts";

/** A workload with every default filled in; null when something it needs was refused (the notes say what). */
export function resolveWorkload(place: WorkloadPlace, where: Where): WorkloadSpec | null {
  const { raw, at, path, notes } = place;
  const model = resolveModel(place);
  const task = resolveTask(model, place);
  const precisions = resolvePrecisions(model, place);
  const slo = resolveSlo(task, place);
  const lengths = lengthsOf(task, model, place);
  const rate = resolveRate(lengths, slo, place);
  const maxModelLen = resolveMaxModelLen(task, lengths, model, place);
  const engines = task === "generate" ? { engine: resolveEngine(place), hostEngine: null } : resolveTaskEngines(model, task, place);
  const speculative = resolveSpeculative(model, engines?.engine ?? null, place);
  const lora = resolveLora(model, engines?.engine ?? null, place);
  const rest = {
    kvCacheDtype: raw.kvCacheDtype ?? defaults.kvCacheDtype,
    availability: resolveAvailability(place, where),
    spot: resolveSpot(place, where),
    weights: resolveWeights(model, place),
    ...resolveResidency(resolveClusterNames(place, where), place, where),
    ...resolveNodeWishes(place),
    costCenter: resolveCostCenter(raw.costCenter, at("costCenter"), place),
    tags: resolveTags(raw.tags, (key) => at("tags", key), at("tags"), place),
  };
  if (task === "generate" && raw.kvCacheDtype === undefined && !notes.isBroken(at("kvCacheDtype"))) {
    assumeDefault(notes, at("kvCacheDtype"), "kv-cache-dtype", defaults.kvCacheDtype, "the 16 bits of the activations");
  }
  const name = resolveName(place);
  if (name === null || model === null || lengths === null || rate === null || engines === null) return null;
  const { engine } = engines;
  const optional = {
    ...resolveDevices(task, engines, place),
    ...(speculative === null ? {} : { speculative }),
    ...(lora === null ? {} : { lora }),
  };
  return { name, model: model.id, task, precisions, demand: { ...rate, ...lengths }, maxModelLen, slo, engine, ...optional, ...rest, path };
}

/** How long requests are, in what the task counts: tokens in and out, documents, or seconds of audio. */
function lengthsOf(task: Task, model: Model | null, place: WorkloadPlace): ResolvedLengths | null {
  switch (task) {
    case "generate":
      return resolveLengths(place);
    case "embed":
    case "rerank":
      return resolveDocuments(model, place);
    case "transcribe":
      return resolveRecordings(place);
  }
}

function resolveName({ raw, path, notes }: WorkloadPlace): string | null {
  if (raw.name === undefined) {
    const namePath = `${path}.name`;
    if (!notes.isBroken(namePath))
      notes.error({ code: "missing", path: namePath, message: "the name is missing", suggestion: "give each workload a name of its own" });
    return null;
  }
  if (raw.name.startsWith("vllm")) {
    notes.error({
      code: "refused-name",
      path: `${path}.name`,
      message: `${show(raw.name)} would name a Service whose environment variables (VLLM_...) vLLM takes for its own settings`,
      value: raw.name,
      suggestion: "choose a name that does not begin with vllm",
    });
  }
  return raw.name;
}

function resolveAvailability({ raw, at, notes }: WorkloadPlace, where: Where): WorkloadSpec["availability"] {
  const survive = raw.availability?.survive ?? defaults.survive;
  const degradedShare = raw.availability?.degradedShare ?? defaults.degradedShare;
  if (raw.availability?.survive === undefined && !notes.isBroken(at("availability"))) {
    assumeDefault(notes, at("availability", "survive"), "survive", survive, "no loss is planned for");
  }
  const zones = Math.max(0, ...where.clusters.map(({ cloud, region }) => where.zones[`${cloud}/${region}`]?.length ?? 0));
  if (survive === "zone" && zones === 1) {
    notes.error({
      code: "too-few-zones",
      path: at("availability", "survive"),
      message: "no cluster has more than 1 zone, so the loss of one leaves none",
      value: zones,
      limit: 2,
      unit: "zones",
      suggestion: "list more zones under clouds",
    });
  }
  return { survive, degradedShare };
}

function resolveSpot({ raw, at, notes }: WorkloadPlace, where: Where): WorkloadSpec["spot"] {
  const mayWait = raw.batch !== undefined && where.markets.includes("spot");
  const maxShare = raw.spot?.maxShare ?? (mayWait ? defaults.batchSpotMaxShare : defaults.spotMaxShare);
  if (raw.spot?.maxShare === undefined && !notes.isBroken(at("spot"))) {
    const why = mayWait ? "work that may wait may be interrupted" : "spot is used only when asked for";
    assumeDefault(notes, at("spot", "maxShare"), "spot-share", maxShare, why);
  }
  const others = where.markets.filter((market) => market !== "spot");
  if (maxShare > 0 && !where.markets.includes("spot") && !notes.isBroken("markets")) {
    notes.error({
      code: "contradiction",
      path: at("spot", "maxShare"),
      message: `${maxShare} of the capacity may be spot, but markets does not list spot`,
      value: maxShare,
      suggestion: "add spot to markets, or set maxShare to 0",
    });
  }
  if (maxShare < 1 && where.markets.length > 0 && others.length === 0 && !notes.isBroken("markets")) {
    notes.error({
      code: "contradiction",
      path: at("spot", "maxShare"),
      message: `markets lists only spot, but at most ${maxShare} of the capacity may be spot`,
      value: maxShare,
      suggestion: "add on-demand to markets, or set maxShare to 1",
    });
  }
  return { maxShare, minSurvival: raw.spot?.minSurvival ?? defaults.spotMinSurvival };
}

function resolveClusterNames({ raw, at, notes }: WorkloadPlace, where: Where): readonly string[] {
  const names = where.clusters.map(({ name }) => name);
  for (const [index, name] of (raw.clusters ?? []).entries()) {
    if (names.includes(name) || notes.isBroken("clusters") || notes.isBroken("clouds")) continue;
    notes.error({
      code: "unknown-cluster",
      path: at("clusters", index),
      message: `unknown cluster ${show(name)}`,
      value: name,
      suggestion: `the fleet has ${names.join(", ")}`,
    });
  }
  return [...new Set(raw.clusters ?? [])];
}
