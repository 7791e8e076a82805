import { resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { findGpu, type ResolvedModelName, resolveModelName, suggest } from "../catalog/lookup.ts";
import { contradicts } from "../catalog/reupload-names.ts";
import type { EngineRelease } from "../catalog/schema/engine.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import type { Model } from "../catalog/schema/model.ts";
import { wholeHost } from "../planner/candidates/whole-host.ts";
import type { Finding } from "../planner/finding.ts";
import { type Adapters, adapterLayoutFinding } from "../planner/layouts/adapters.ts";
import { completeLayout } from "../planner/layouts/complete.ts";
import { hostEngineFor, isHost } from "../planner/layouts/host.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import { layoutFindings } from "../planner/layouts/legality.ts";
import type { Precision } from "../planner/layouts/precision.ts";
import { engineRelease } from "../planner/layouts/release.ts";
import type { Beside } from "../planner/memory/beside.ts";
import { memoryBudget } from "../planner/memory/budget.ts";
import type { MemoryBudget } from "../planner/memory/memory-budget.ts";
import type { ReadModel } from "../planner/models/read-model.ts";
import type { ReplicaNetwork } from "../planner/performance/pipeline-hops.ts";
import { draftFinding, type Speculation } from "../planner/performance/speculation.ts";
import { defaults } from "../planner/spec/defaults.ts";
import { asMeant, isInt4 } from "./asked-as-meant.ts";
import { readBeside } from "./beside.ts";
import { readEngineVersion } from "./engine-version.ts";
import { severalSockets } from "./host-sockets.ts";
import { isModelPath, ofNamingField, readModelPath } from "./model-files.ts";
import type { SizeRequest } from "./request.ts";
import { spannedNodes } from "./spanned-nodes.ts";

/** A request with every name looked up and every default filled in. */
export interface Resolved {
  readonly model: Model;
  readonly gpu: Gpu;
  readonly release: EngineRelease;
  readonly layout: Layout;
  readonly beside: Beside;
  /** Missing where nothing drafts. */
  readonly speculation?: Speculation;
  /** Missing where one node holds it. */
  readonly network?: ReplicaNetwork;
  /** Missing where the model is served alone. */
  readonly adapters?: Adapters;
  /** What was taken for granted on the way. */
  readonly assumptions: readonly Finding[];
}

export type Resolution = { readonly resolved: Resolved } | { readonly finding: Finding };

/** Names into facts. A finding says which name or value has no answer. */
export function resolveRequest(request: SizeRequest, catalog: Catalog, directory = "."): Resolution {
  const named = modelNamed(request.model, catalog, directory);
  if ("finding" in named) return named;
  const contradiction = precisionContradiction(named, request);
  if (contradiction !== null) return { finding: contradiction };
  const gpu = findGpu(catalog, request.gpu) ?? wholeHost(catalog, request.gpu);
  if (gpu === undefined) return { finding: unknownGpu(request.gpu, catalog) };
  const release = releaseOf({ ...request, engine: request.engine ?? engineOn(gpu, named.model) }, catalog);
  if ("code" in release) return { finding: release };
  const { model: _model, gpu: _gpu, engine: _engine, engineVersion: _version, ...wish } = request;
  const meant = asMeant({ wish: present(wish), named: named.precision }, named.model, release);
  const layout = completeLayout(named.model, gpu, release, meant.wish);
  const beside = readBeside(request, named.model, gpu, release, catalog, (name) => modelNamed(name, catalog, directory));
  if ("finding" in beside) return beside;
  const { beside: held, assumptions: ofBeside, ...predicted } = beside;
  const assumptions = [
    ...named.assumptions,
    ...versionAssumptions(request, release, catalog),
    ...meant.assumptions,
    ...ofBeside,
    ...severalSockets(named.model, gpu, catalog),
  ];
  const resolved = { model: named.model, gpu, release, layout, beside: held, ...predicted, assumptions };
  return { resolved: overNodes(request.expertParallel === undefined ? withExpertParallel(resolved) : resolved, catalog) };
}

/** Says so where the layout takes more than a node. */
function overNodes(resolved: Resolved, catalog: Catalog): Resolved {
  const spanned = spannedNodes(resolved.layout, resolved.gpu, catalog);
  if (spanned === null) return resolved;
  return { ...resolved, network: spanned.network, assumptions: [...resolved.assumptions, spanned.assumption] };
}

/** Experts that cannot be cut over the GPUs can be dealt out to them: taken where nothing was said of it and nothing else is legal. */
function withExpertParallel(resolved: Resolved): Resolved {
  const { model, gpu, release, layout, assumptions } = resolved;
  const [refused] = layoutFindings(model, gpu, layout, release);
  const expertParallel = layout.tensorParallel * layout.dataParallel;
  const dealt = { ...layout, expertParallel };
  if (refused === undefined || model.moe === null || layoutFindings(model, gpu, dealt, release).length > 0) return resolved;
  const assumption: Finding = {
    code: "default-expert-parallel",
    path: "expertParallel",
    message: `${expertParallel} by default: ${refused.message}`,
    value: expertParallel,
  };
  return { ...resolved, layout: dealt, assumptions: [...assumptions, assumption] };
}

/** That the version is newer than the catalog, or how it was read out of what was written. */
function versionAssumptions({ engineVersion }: SizeRequest, release: EngineRelease, catalog: Catalog): Finding[] {
  const newer = release.assumption === null ? [] : [release.assumption];
  const { rule, version } = readEngineVersion(release.engine, engineVersion, catalog);
  return rule === null ? newer : [...newer, { code: "engine-version-read-as", path: "engineVersion", message: rule, value: version }];
}

export interface NamedModel {
  readonly model: Model;
  readonly precision: Precision | undefined;
  readonly assumptions: readonly Finding[];
}

/** A model by any of its names, or by the path of its files. A quantised re-upload's name says which precision is meant. */
export function modelNamed(name: string, catalog: Catalog, directory = "."): NamedModel | { readonly finding: Finding } {
  if (isModelPath(name)) return modelOfPath(name, catalog, directory);
  const found = resolveModelName(catalog, name);
  if (found !== undefined) return { model: found.row, precision: found.impliedPrecision, assumptions: readAs(name, found) };
  const near = suggest(
    name,
    catalog.models.map((model) => model.id),
  );
  const suggestion = near === undefined ? "gpufleet catalog list models shows every model" : `did you mean ${near}?`;
  return {
    finding: { code: "unknown-model", path: "model", message: `no model ${JSON.stringify(name)} in the catalog`, value: name, suggestion },
  };
}

/** A batch may name one path in every line. */
const read = new WeakMap<Catalog, Map<string, NamedModel | { readonly finding: Finding }>>();

function modelOfPath(name: string, catalog: Catalog, directory: string): NamedModel | { readonly finding: Finding } {
  const known = read.get(catalog) ?? new Map<string, NamedModel | { readonly finding: Finding }>();
  read.set(catalog, known);
  const path = resolve(directory, name);
  const found = known.get(path) ?? named(readModelPath(name, directory, catalog), name);
  known.set(path, found);
  return found;
}

function named(found: ReadModel, name: string): NamedModel | { readonly finding: Finding } {
  if ("model" in found) return { model: found.model, precision: undefined, assumptions: found.notes };
  const [finding] = found.findings;
  return {
    finding:
      finding === undefined
        ? { code: "not-a-model", path: "model", message: "nothing could be read of the model" }
        : ofNamingField(finding, "model", name),
  };
}

/** A name that says FP8 and a precision that says AWQ cannot both be meant. */
function precisionContradiction({ model, precision: said }: NamedModel, request: SizeRequest): Finding | null {
  const asked = request.precision;
  if (asked === undefined || said === undefined) return null;
  if (asked === "int4" ? isInt4(said) : !contradicts(said, asked)) return null;
  return {
    code: "precision-contradicts-name",
    path: "precision",
    message: `${request.model} holds ${said} weights by its name, and the request says ${asked}`,
    value: asked,
    limit: said,
    suggestion: `leave the precision out, or name ${model.id} to have it in ${asked}`,
  };
}

const readAs = (name: string, found: ResolvedModelName): Finding[] =>
  found.rule === undefined
    ? []
    : [
        {
          code: "model-name-read-as",
          path: "model",
          message: `${name} was read as ${found.model.id} (${found.rule})`,
          value: found.model.id,
        },
      ];

const unknownGpu = (name: string, catalog: Catalog): Finding => {
  const near = suggest(
    name,
    catalog.gpus.flatMap((gpu) => [gpu.id, ...gpu.aliases]),
  );
  const suggestion = near === undefined ? "gpufleet catalog list gpus shows every GPU" : `did you mean ${near}?`;
  return { code: "unknown-gpu", path: "gpu", message: `no GPU ${JSON.stringify(name)} in the catalog`, value: name, suggestion };
};

/** vLLM needs a GPU: on processors the servers that are made for the task. */
const engineOn = (gpu: Gpu, { task }: Model): string | undefined => (isHost(gpu) ? hostEngineFor(task) : undefined);

/** The engine that was asked for, at the version that was meant. */
export function releaseOf(asked: Pick<SizeRequest, "engine" | "engineVersion">, catalog: Catalog): EngineRelease | Finding {
  const name = asked.engine?.toLowerCase() ?? defaults.engineName;
  const release = engineRelease(catalog.engines, name, readEngineVersion(name, asked.engineVersion, catalog).version);
  return "code" in release ? { ...release, path: release.code === "unknown-engine" ? "engine" : "engineVersion" } : release;
}

type Present<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Without the fields that are undefined: "not said" and "said to be undefined" are the same wish. */
export const present = <Fields extends object>(fields: Fields): Present<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>;

export type Sizing = { readonly memory: MemoryBudget } | { readonly finding: Finding };

/**
 * The memory of a layout the engine accepts, or why it refuses it. Ranks of a dense model, which a plan has as replicas, are no reason: engines
 * run them, each with its own weights and cache.
 */
export function sizeOf(resolved: Omit<Resolved, "assumptions" | "beside"> & { beside?: Beside }): Sizing {
  const { model, gpu, release, layout, beside, speculation, adapters } = resolved;
  const refused = layoutFindings(model, gpu, layout, release).find(({ code }) => code !== "data-parallel-needs-experts");
  const finding =
    refused ??
    (speculation === undefined ? null : draftFinding(speculation, layout, "draftModel")) ??
    (adapters === undefined ? null : adapterLayoutFinding(model, layout, release, "loraAdapters"));
  return finding === null ? { memory: memoryBudget(model, gpu, release, layout, beside) } : { finding };
}
