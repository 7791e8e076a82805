import type { Model } from "../../catalog/schema/model.ts";
import { count, gib } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { type Adapters, adapterArguments } from "../layouts/adapters.ts";
import type { EngineRelease } from "../layouts/release.ts";
import { type AdaptedProjection, adaptedProjections, adapterBytes, adapterKernels, elementsPerRank } from "../memory/adapters.ts";
import type { Rates } from "./rates.ts";
import type { Replica } from "./replica.ts";

/** What LoRA adapters cost the steps of one replica, reduced to numbers. */
export interface AdapterCosts {
  readonly onGpu: number;
  /** Seconds of every step. */
  readonly fixed: number;
  /** Seconds of every token in it. */
  readonly perToken: number;
  /** Seconds to read one adapter, without what sits on experts. */
  readonly denseRead: number;
  /** Seconds to read what sits on experts of one adapter, on all of them. */
  readonly expertRead: number;
}

/** 16-bit values. */
const valueBytes = 2;

/**
 * Beside every projection run two small products, x A and (x A) B, in kernels of their own (Punica, arXiv 2310.18547; vllm/lora/ops). A step pays
 * for starting them, for each token their arithmetic and the values they move: they read the input, and read and write the output that they add
 * to. And it reads the matrices of every adapter that is in the batch. null without adapters.
 */
export function adapterCosts({ model, layout, release, adapters }: Replica, rate: Rates): AdapterCosts | null {
  if (adapters === undefined) return null;
  const timing = release.adapters?.timing ?? null;
  if (timing === null) throw new RangeError(`nothing is known of what adapters cost ${release.engine}`);
  const projections = adaptedProjections(model, layout.tensorParallel);
  const dense = projections.filter(({ kind }) => kind === "dense");
  const experts = projections.filter(({ kind }) => kind === "expert");
  const visited = model.moe === null ? 0 : model.moe.expertsPerToken / model.moe.numExperts;
  const operations = 2 * adapters.rank * (elementsPerRank(dense) + visited * elementsPerRank(experts));
  const moved = valueBytes * (valuesMoved(dense) + visited * valuesMoved(experts));
  const read = (part: readonly AdaptedProjection[]): number => (elementsPerRank(part) * adapters.rank * valueBytes) / rate.kvBytesPerSecond;
  return {
    onGpu: adapters.onGpu,
    fixed: adapterKernels(model) * timing.projectionMicroseconds * 1e-6,
    perToken: operations / rate.attentionFlopPerSecond + moved / rate.kvBytesPerSecond,
    denseRead: read(dense),
    expertRead: read(experts),
  };
}

const valuesMoved = (projections: readonly AdaptedProjection[]): number =>
  projections.reduce((sum, { count, inputs, outputs }) => sum + count * (inputs + 2 * outputs), 0);

/** Seconds that adapters add to a step of `tokens` tokens of `sequences` requests; every request may name another adapter. */
export function adapterSeconds(costs: AdapterCosts, tokens: number, sequences: number, missExponent: number): number {
  if (tokens <= 0) return 0;
  const active = Math.min(costs.onGpu, Math.max(1, sequences));
  const hit = costs.expertRead > 0 ? -Math.expm1((missExponent * tokens) / active) : 0;
  return costs.fixed + costs.perToken * tokens + active * (costs.denseRead + hit * costs.expertRead);
}

/** Why nothing is predicted of a server with adapters; null when it is. */
export function unpredictedAdapters(model: Model, { engine, adapters }: EngineRelease, path: string): Finding | null {
  if (model.task === "generate" && adapters?.timing != null) return null;
  const message =
    model.task === "generate"
      ? `nothing published says what LoRA adapters cost ${engine}`
      : `the prediction for ${model.task} does not count LoRA adapters`;
  return { code: "adapters-not-predicted", path, message, suggestion: "take the adapters out, or use size, which counts their memory" };
}

/** What a replica with adapters, and a prediction of it, rests on. */
export function assumeAdapters(path: string, model: Model, release: EngineRelease, adapters: Adapters): Finding {
  const { served, onGpu, rank } = adapters;
  return {
    code: "assume-adapters",
    path,
    message: `${count(served, "LoRA adapter")} of rank ${rank} or less, ${onGpu} of them on the GPU at once (${adapterArguments(release, adapters).join(" ")}), ${gib(adapterBytes(model, rank))} each; what they cost a step is a formula, no measured run with adapters stands behind it`,
    value: onGpu,
    unit: "adapters",
  };
}
