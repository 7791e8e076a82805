import type { Measured, MeasuredRun } from "../../planner/measurements/measured-run.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import type { Lengths, Load } from "../../planner/performance/serving-point.ts";
import { replicaOf, type Wish } from "../performance/replicas.ts";

export const lengths: Lengths = { inputTokens: 1000, outputTokens: 300, inputTokensP95: null, prefixCacheHitRate: 0 };
export const closed = (concurrency: number): Load => ({ kind: "closed", concurrency });

/** A run of the standard replica, or another, that measured what is given. */
export const runOf = (measured: Measured, { load = closed(16), ...wish }: Wish & { readonly load?: Load } = {}): MeasuredRun => ({
  source: "a test",
  replica: replicaOf(wish),
  lengths,
  load,
  measured,
});

/** A run in which every step took `factor` times as long as predicted. */
export function runSlowerBy(factor: number, wish: Wish & { readonly load?: Load } = {}): MeasuredRun {
  const run = runOf({}, wish);
  const point = estimate(run.replica, run.lengths, run.load);
  return { ...run, measured: { tpotMs: point.tpotMs.mean * factor } };
}
