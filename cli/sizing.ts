import type { Catalog } from "../catalog/catalog.ts";
import { findGpu, type ResolvedModelName, resolveModelName, suggest } from "../catalog/lookup.ts";
import type { EngineRelease } from "../catalog/schema/engine.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import { completeLayout } from "../planner/layouts/complete.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import { layoutFindings } from "../planner/layouts/legality.ts";
import type { Precision } from "../planner/layouts/precision.ts";
import { engineRelease } from "../planner/layouts/release.ts";
import { memoryBudget } from "../planner/memory/budget.ts";
import type { MemoryBudget } from "../planner/memory/memory-budget.ts";
import { defaults } from "../planner/spec/defaults.ts";
import type { SizeRequest } from "./request.ts";

/** A request with every name looked up and every default filled in. */
export interface Resolved {
  readonly model: Model;
  readonly gpu: Gpu;
  readonly release: EngineRelease;
  readonly layout: Layout;
  /** What was taken for granted on the way. */
  readonly assumptions: readonly Finding[];
}

export type Resolution = { readonly resolved: Resolved } | { readonly finding: Finding };

/** Names into facts. A finding says which name or value has no answer. */
export function resolveRequest(request: SizeRequest, catalog: Catalog): Resolution {
  const named = modelNamed(request.model, catalog);
  if ("finding" in named) return named;
  const gpu = findGpu(catalog, request.gpu);
  if (gpu === undefined) return { finding: unknownGpu(request.gpu, catalog) };
  const release = releaseOf(request, catalog);
  if ("code" in release) return { finding: release };
  const { model: _model, gpu: _gpu, engine: _engine, engineVersion: _version, ...wish } = request;
  const precision = wish.precision ?? named.precision;
  const layout = completeLayout(named.model, gpu, release, present({ ...wish, precision }));
  const assumptions = [...named.assumptions, ...versionAssumptions(request, release)];
  const resolved = { model: named.model, gpu, release, layout, assumptions };
  return { resolved: request.expertParallel === undefined ? withExpertParallel(resolved) : resolved };
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

/** That the version is newer than the catalog, or that it was no number and the usual one stands in. */
function versionAssumptions({ engineVersion }: SizeRequest, release: EngineRelease): Finding[] {
  const newer = release.assumption === null ? [] : [release.assumption];
  if (engineVersion === undefined || engineVersion === release.version) return newer;
  const message = `${release.version} by default: ${JSON.stringify(engineVersion)} is no version number`;
  return [...newer, { code: "default-engine-version", path: "engineVersion", message, value: release.version }];
}

export interface NamedModel {
  readonly model: Model;
  readonly precision: Precision | undefined;
  readonly assumptions: readonly Finding[];
}

/** A model by any of its names. A quantised re-upload's name says which precision is meant. */
export function modelNamed(name: string, catalog: Catalog): NamedModel | { readonly finding: Finding } {
  const found = resolveModelName(catalog, name);
  if (found !== undefined) return { model: found.model, precision: found.impliedPrecision, assumptions: readAs(name, found) };
  const near = suggest(
    name,
    catalog.models.map((model) => model.id),
  );
  const suggestion = near === undefined ? "gpufleet catalog list models shows every model" : `did you mean ${near}?`;
  return {
    finding: { code: "unknown-model", path: "model", message: `no model ${JSON.stringify(name)} in the catalog`, value: name, suggestion },
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

/**
 * The engine that was asked for; without a version, or with one that is no number (`gpt-oss-dev`), the one that specs get, and for other
 * engines the newest whose constants are known.
 */
export function releaseOf(asked: Pick<SizeRequest, "engine" | "engineVersion">, catalog: Catalog): EngineRelease | Finding {
  const name = asked.engine?.toLowerCase() ?? defaults.engineName;
  const newest = catalog.engines.find((profile) => profile.name === name)?.newestVersion ?? "";
  const usual = name === defaults.engineName ? defaults.engineVersion : newest;
  const version = /^v?\d+\.\d+/.test(asked.engineVersion ?? "") ? (asked.engineVersion ?? usual) : usual;
  const release = engineRelease(catalog.engines, name, version);
  return "code" in release ? { ...release, path: release.code === "unknown-engine" ? "engine" : "engineVersion" } : release;
}

type Present<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Without the fields that are undefined: "not said" and "said to be undefined" are the same wish. */
export const present = <Fields extends object>(fields: Fields): Present<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>;

export type Sizing = { readonly memory: MemoryBudget } | { readonly finding: Finding };

/** The memory of a layout the engine accepts, or why it refuses it. */
export function sizeOf({ model, gpu, release, layout }: Omit<Resolved, "assumptions">): Sizing {
  const [finding] = layoutFindings(model, gpu, layout, release);
  return finding === undefined ? { memory: memoryBudget(model, gpu, release, layout) } : { finding };
}
