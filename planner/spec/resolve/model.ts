import type { Catalog } from "../../../catalog/catalog.ts";
import { findModel, suggest } from "../../../catalog/lookup.ts";
import { contradicts } from "../../../catalog/reupload-names.ts";
import type { Model, Task } from "../../../catalog/schema/model.ts";
import type { Finding } from "../../finding.ts";
import { nativePrecision } from "../../layouts/native-precision.ts";
import type { Precision } from "../../layouts/precision.ts";
import { defaults } from "../defaults.ts";
import { didYouMean } from "../parse-fields.ts";
import type { qualityFloors, RawWorkload } from "../schema/workload.ts";
import { show } from "../show.ts";
import { assumeDefault, missing, type WorkloadPlace } from "./place.ts";

type QualityFloor = (typeof qualityFloors)[number];

export function resolveModel({ raw, at, catalog, notes }: WorkloadPlace): Model | null {
  const path = at("model");
  if (raw.model === undefined) {
    if (!notes.isBroken(path))
      notes.error(missing(path, "the model", "name one by its Hugging Face name, such as meta-llama/Llama-3.3-70B-Instruct"));
    return null;
  }
  const model = findModel(catalog, raw.model);
  if (model === undefined) {
    if (!notes.isBroken(path)) notes.error(isPath(raw.model) ? unreadModel(path, raw.model) : unknownModel(path, raw.model, catalog));
    return null;
  }
  if (model.copyOf !== null) {
    const { model: original, precision, rule } = model.copyOf;
    notes.assume({
      code: "model-name-read-as",
      path,
      message: `${model.id} is read as ${original} in ${precision} (${rule})`,
      value: original,
    });
  }
  if (!model.deployable) {
    notes.error({
      code: "model-not-deployable",
      path,
      message: `the weights of ${model.id} were never published`,
      value: model.id,
      suggestion: "choose another model",
    });
  }
  return model;
}

const isPath = (name: string): boolean => /^(\.{1,2})?\//.test(name);

/** Reading files is the shell's work; who calls the planner alone adds the model to the catalog. */
const unreadModel = (path: string, name: string): Finding => ({
  code: "unread-model",
  path,
  message: `the files of ${show(name)} were not read`,
  value: name,
  suggestion: "plan with the gpufleet command, or describe the model under `models` in catalogOverrides and write its id",
});

function unknownModel(path: string, name: string, catalog: Catalog): Finding {
  const near = suggest(
    name,
    catalog.models.flatMap(({ id, aliases }) => [id, ...aliases]),
  );
  const advice =
    near === undefined
      ? { suggestion: "`gpufleet catalog list models` shows the known ones; `models` in catalogOverrides describes others" }
      : didYouMean(findModel(catalog, near)?.id ?? near);
  return { code: "unknown-model", path, message: `unknown model ${show(name)}`, value: name, ...advice };
}

/** The keys that only some tasks have: a workload is one of four kinds, told apart by its model. */
const taskKeys: readonly {
  readonly keys: readonly string[];
  readonly read: (raw: RawWorkload) => unknown;
  readonly tasks: readonly Task[];
}[] = [
  { keys: ["averageAudioSeconds"], read: (raw) => raw.averageAudioSeconds, tasks: ["transcribe"] },
  { keys: ["slo", "realTimeFactor"], read: (raw) => raw.slo?.realTimeFactor, tasks: ["transcribe"] },
  { keys: ["slo", "latencyP95Ms"], read: (raw) => raw.slo?.latencyP95Ms, tasks: ["embed", "rerank"] },
  { keys: ["traffic", "documentsPerRequest"], read: (raw) => raw.traffic?.documentsPerRequest, tasks: ["embed", "rerank"] },
  ...(["ttftMeanMs", "ttftP50Ms", "ttftP95Ms", "ttftP99Ms", "tpotMeanMs", "tpotP50Ms", "tpotP95Ms", "tpotP99Ms", "e2eP95Ms"] as const).map(
    (key) => ({ keys: ["slo", key], read: (raw: RawWorkload) => raw.slo?.[key], tasks: ["generate" as const] }),
  ),
];

const insteadOf: Readonly<Record<Task, string>> = {
  generate: "use averageContext, and ttft and tpot in slo",
  embed: "use averageContext, and latencyP95Ms in slo",
  rerank: "use averageContext, and latencyP95Ms in slo",
  transcribe: "use averageAudioSeconds, and realTimeFactor in slo",
};

export function resolveTask(model: Model | null, place: WorkloadPlace): Task {
  const { raw, at, notes } = place;
  const task = model?.task ?? raw.task ?? "generate";
  if (model !== null && raw.task !== undefined && raw.task !== model.task) {
    notes.error({
      code: "task-mismatch",
      path: at("task"),
      message: `${model.id} is a model for ${model.task}, not ${raw.task}`,
      value: raw.task,
      suggestion: "take the task out; it comes from the model",
    });
  }
  for (const { keys, read, tasks } of taskKeys) {
    if (read(raw) === undefined || tasks.includes(task)) continue;
    notes.error({
      code: "not-of-this-task",
      path: at(...keys),
      message: `${keys.at(-1)} belongs to the task ${tasks.join(" or ")}, and this is ${task}`,
      suggestion: insteadOf[task],
    });
  }
  return task;
}

/** Finest first. What is coarser than the floor is not chosen. */
const quality: Readonly<Record<Precision, QualityFloor>> = {
  fp32: "bf16",
  bf16: "bf16",
  fp16: "bf16",
  fp8: "fp8",
  int8: "int8",
  "int8-w8a8": "int8",
  "int8-w8a16": "int8",
  "gguf-q8_0": "int8",
  "bnb-int8": "int8",
  "awq-int4": "int4",
  "gptq-int4": "int4",
  "int4-w4a16": "int4",
  nvfp4: "int4",
  mxfp4: "int4",
  "bnb-nf4": "int4",
  "gguf-q2_k": "int4",
  "gguf-q3_k_s": "int4",
  "gguf-q3_k_m": "int4",
  "gguf-q3_k_l": "int4",
  "gguf-q4_0": "int4",
  "gguf-q4_1": "int4",
  "gguf-q4_k_s": "int4",
  "gguf-q4_k_m": "int4",
  "gguf-iq4_xs": "int4",
  "gguf-iq4_nl": "int4",
  "gguf-q5_0": "int4",
  "gguf-q5_1": "int4",
  "gguf-q5_k_s": "int4",
  "gguf-q5_k_m": "int4",
  "gguf-q6_k": "int4",
};
const qualityOrder: readonly QualityFloor[] = ["bf16", "fp8", "int8", "int4"];
const isAllowed = (precision: Precision, floor: QualityFloor): boolean =>
  qualityOrder.indexOf(quality[precision]) <= qualityOrder.indexOf(floor);

/** What `auto` chooses from, finest first; bf16 stands for the 16-bit formats. */
const automatic: readonly Precision[] = ["bf16", "fp8", "int8-w8a16", "awq-int4", "gptq-int4"];

export function resolvePrecisions(model: Model | null, place: WorkloadPlace): Precision[] {
  const { raw, at, notes } = place;
  const path = at("precision");
  if (raw.precision === undefined) {
    if (!notes.isBroken(path)) notes.error(missing(path, "the precision", "say one such as fp8, a list to choose from, or auto"));
    return [];
  }
  const named = [raw.precision].flat();
  if (named.includes("auto")) return resolveAutomatic(model, named.length > 1, place);
  const precisions = [...new Set(named.filter((name) => name !== "auto"))];
  for (const [index, precision] of precisions.entries()) {
    const copy = model?.copyOf ?? null;
    if (model === null || copy === null || !contradicts(copy.precision, precision)) continue;
    notes.error({
      code: "precision-contradicts-name",
      path: Array.isArray(raw.precision) ? at("precision", index) : path,
      message: `${model.id} holds ${copy.precision} weights by its name (${copy.rule}), and not ${precision}`,
      value: precision,
      limit: copy.precision,
      suggestion: `write precision: ${copy.precision}, or name ${copy.model}`,
    });
  }
  const floor = raw.qualityFloor;
  for (const [index, precision] of precisions.entries()) {
    if (floor === undefined || isAllowed(precision, floor) || precision === model?.nativePrecision) continue;
    const place = Array.isArray(raw.precision) ? at("precision", index) : path;
    notes.error({
      code: "below-quality-floor",
      path: place,
      message: `${precision} is coarser than the quality floor ${floor}`,
      value: precision,
      limit: floor,
      suggestion: "lower qualityFloor or take the precision out",
    });
  }
  return precisions;
}

/** `auto`: what the quality floor allows of a model that generates, and 16 bits for the other tasks. */
function resolveAutomatic(model: Model | null, besideOthers: boolean, { raw, at, notes }: WorkloadPlace): Precision[] {
  const path = at("precision");
  if (besideOthers)
    notes.error({
      code: "contradiction",
      path,
      message: "auto stands beside other precisions",
      suggestion: "write auto alone, or the list without it",
    });
  const floor = raw.qualityFloor ?? defaults.qualityFloor;
  const [precisions, reason] =
    model === null || model.task === "generate"
      ? [automaticPrecisions(model, floor), `auto with the quality floor ${floor}; quantised formats are taken to exist for the model`]
      : [[sixteenBits(model)], `auto for ${model.task}: 16 bits, which no engine quantises further by itself (32 on CPUs)`];
  assumeDefault(notes, path, "precisions", precisions.join(", "), reason);
  return precisions;
}

const sixteenBits = (model: Model): Precision => (nativePrecision(model) === "bf16" ? "bf16" : "fp16");

/** A model that was published quantised loses nothing by its own format, and gains nothing by a wider one. */
function automaticPrecisions(model: Model | null, floor: QualityFloor): Precision[] {
  // A copy has one format: the file it is.
  if (model !== null && model.copyOf !== null) return [model.copyOf.precision];
  const native = model === null ? null : nativePrecision(model);
  const finest = native === null ? 0 : qualityOrder.indexOf(quality[native]);
  const chosen = automatic.filter((precision) => isAllowed(precision, floor) && qualityOrder.indexOf(quality[precision]) >= finest);
  return finest > 0 && native !== null && !chosen.includes(native) ? [native, ...chosen] : chosen;
}
