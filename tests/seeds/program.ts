import { usualAcceptance } from "../../catalog/draft-acceptance.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { findGpu, findModel } from "../../catalog/lookup.ts";
import type { WeightFormat } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { TextKind } from "../../catalog/schema/serving.ts";
import { planFleet } from "../../planner/index.ts";
import { completeLayout } from "../../planner/layouts/complete.ts";
import type { Layout } from "../../planner/layouts/layout.ts";
import { layoutFindings } from "../../planner/layouts/legality.ts";
import type { Precision } from "../../planner/layouts/precision.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import type { MemoryBudget } from "../../planner/memory/memory-budget.ts";
import { weightBytes } from "../../planner/memory/weights/weights.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import type { Load, ServingPoint } from "../../planner/performance/serving-point.ts";
import type { Speculation } from "../../planner/performance/speculation.ts";
import { defaults } from "../../planner/spec/defaults.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";

/** The questions that the guides answer, put to the program: the functions behind `gpufleet size`, `estimate` and `plan`. */
const { catalog } = loadCatalog();

const present = <T>(value: T | undefined | null, what: string): T => {
  if (value === undefined || value === null) throw new Error(`the catalog does not have ${what}`);
  return value;
};

const resolved = engineRelease(catalog.engines, defaults.engineName, defaults.engineVersion);
if ("code" in resolved) throw new Error(resolved.message);
const release = resolved;

export const modelNamed = (name: string): Model => present(findModel(catalog, name), name);
export const gpuNamed = (name: string): Gpu => present(findGpu(catalog, name), name);

const formatNamed = (precision: Precision): WeightFormat =>
  present(
    release.formats.find((format) => format.precision === precision),
    precision,
  );

/** Bytes of the weights as a checkpoint of this format stores them. */
export const weights = (model: string, precision: Precision): number => Math.round(weightBytes(modelNamed(model), formatNamed(precision)));

/** K and V elements of one token in one layer. */
export const cacheWidth = (model: string): number => modelNamed(model).numKvHeads * modelNamed(model).headDim;

type Wish = Partial<Layout>;

function layoutOf(model: string, gpu: string, wish: Wish): { readonly layout: Layout; readonly refusal: string | null } {
  const layout = completeLayout(modelNamed(model), gpuNamed(gpu), release, wish);
  const [refused] = layoutFindings(modelNamed(model), gpuNamed(gpu), layout, release);
  return { layout, refusal: refused?.message ?? null };
}

/** Where the memory of each GPU goes; throws when the engine refuses the layout. */
export function budget(model: string, gpu: string, wish: Wish = {}): MemoryBudget {
  const { layout, refusal } = layoutOf(model, gpu, wish);
  if (refusal !== null) throw new Error(`${model} on ${gpu}: ${refusal}`);
  return memoryBudget(modelNamed(model), gpuNamed(gpu), release, layout);
}

/** True when the engine starts with this layout. */
export const starts = (model: string, gpu: string, wish: Wish): boolean =>
  layoutOf(model, gpu, wish).refusal === null && budget(model, gpu, wish).fits;

/** Bytes of the KV cache of so many sequences, in whole blocks, all GPUs together. */
export const cache = (model: string, tokens: number, sequences = 1, wish: Wish = {}): number =>
  sequences *
  budget(model, "h200-sxm-141gb", { maxModelLen: Math.min(tokens, modelNamed(model).maxContext), ...wish }).kvBytesPerSequence(tokens);

/** Sequences of so many tokens that run at once; 0 when the engine does not start. An encoder has no cache: as many as the engine takes. */
export function sequencesHeld(model: string, gpu: string, tokens: number, wish: Wish = {}): number {
  const memory = budget(model, gpu, { maxModelLen: Math.min(tokens, modelNamed(model).maxContext), ...wish });
  if (!memory.fits) return 0;
  const each = memory.kvBytesPerSequence(tokens);
  return each === 0 ? memory.maxConcurrency : Math.floor(memory.kvCacheBytes / each);
}

/** Working memory beside weights and cache, as a share of the GPU. */
export function workingShare(model: string, gpu: string, wish: Wish = {}): number {
  const memory = budget(model, gpu, wish);
  return (memory.activationBytesPerGpu + memory.nonTorchBytesPerGpu + memory.cudaGraphBytesPerGpu) / memory.totalBytesPerGpu;
}

export interface Traffic {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly prefixCacheHitRate?: number;
}

/** What one replica does under a load. */
export function serving(model: string, gpu: string, wish: Wish, traffic: Traffic, load: Load, speculation?: Speculation): ServingPoint {
  const tokens = traffic.inputTokens + traffic.outputTokens;
  const { layout } = layoutOf(model, gpu, { maxModelLen: Math.min(Math.max(4096, 2 * tokens), modelNamed(model).maxContext), ...wish });
  const memory = memoryBudget(modelNamed(model), gpuNamed(gpu), release, layout);
  const replica = {
    model: modelNamed(model),
    gpu: gpuNamed(gpu),
    release,
    layout,
    memory,
    link: gpuNamed(gpu).link,
    constants: catalog.stepTime,
    ...(speculation === undefined ? {} : { speculation }),
  };
  return estimate(replica, { inputTokensP95: null, prefixCacheHitRate: 0, ...traffic }, load);
}

/** Chance that a token of a draft model is accepted, on a kind of text. */
export const accepted = (text?: TextKind): number => usualAcceptance(catalog.serving, "draftModel", text);

export const closed = (concurrency: number): Load => ({ kind: "closed", concurrency });

/** Most requests in flight, up to 512, at which the mean time per output token stays within the limit. */
export function usersWithin(model: string, gpu: string, wish: Wish, traffic: Traffic, tpotMs: number): number {
  const held = Math.min(512, sequencesHeld(model, gpu, traffic.inputTokens + traffic.outputTokens, wish));
  let low = 0;
  let high = held;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (serving(model, gpu, wish, traffic, closed(middle)).tpotMs.mean <= tpotMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Tokens/s that reading every weight once for each token allows one stream on so many GPUs. */
export const decodeBound = (bytes: number, gpu: string, gpus = 1): number =>
  (gpus * present(gpuNamed(gpu).memoryBandwidthGBps, `the bandwidth of ${gpu}`) * 1e9) / bytes;

/** Cheapest on-demand price of one GPU, over every instance type and region of the catalog. */
export function usdPerGpuHour(gpu: string): number {
  const rates = catalog.prices.flatMap((price) => {
    const instance = catalog.instanceTypes.find(({ id, cloud }) => id === price.instance && cloud === price.cloud);
    if (instance?.gpu !== gpu || instance.gpuCount === 0 || price.onDemand === null) return [];
    return [price.onDemand.usdPerHour / instance.gpuCount];
  });
  if (rates.length === 0) throw new Error(`no price of ${gpu}`);
  return Math.min(...rates);
}

/** 1 - spot / on-demand of every GPU offer that has both prices, ascending. */
export const spotDiscounts = (): number[] =>
  catalog.prices
    .flatMap(({ instance, onDemand, spot }) => {
      const gpus = catalog.instanceTypes.find(({ id }) => id === instance)?.gpuCount ?? 0;
      return gpus > 0 && onDemand !== null && spot !== null ? [1 - spot.usdPerHour / onDemand.usdPerHour] : [];
    })
    .toSorted((a, b) => a - b);

/** Months' worst published share of GPU instances that AWS took back, as a share per hour of 730. */
export function worstReclaimsPerHour(): number {
  const worst = Math.max(...catalog.spotInterruptions.map(({ bandIndex }) => bandIndex));
  // Bands are < 5 %, 5-10 %, 10-15 %, 15-20 % and > 20 % of a month's instances.
  return (0.05 * (worst + 1)) / 730;
}

/** Cost of the cheapest plan for one workload, USD a month. */
export async function planned(workload: object, fleet: object = {}): Promise<number> {
  const text = JSON.stringify({ fleet: "guide", ...fleet, workloads: [{ name: "one", ...workload }] });
  const { spec, findings, assumptions } = readSpec(text, { file: "guide.fleet.yaml", catalog });
  if (spec === null) throw new Error(findings.map(({ message }) => message).join("; "));
  const plan = await planFleet(spec, catalog, {}, { assumptions, plannerVersion: "test" });
  return plan.cost.usdPerMonth;
}
