import { estimate } from "../performance/estimate.ts";
import type { Replica } from "../performance/replica.ts";
import type { Lengths, Load, ServingPoint } from "../performance/serving-point.ts";
import type { MeasuredRun } from "./measured-run.ts";

/** A replica whose steps take `step` times as long and whose TTFT is left as that makes it. */
export const withStep = (replica: Replica, step: number): Replica => ({
  ...replica,
  correction: { step, ttft: 1, stepNarrowing: 1, ttftNarrowing: 1, sameCell: false },
});

/**
 * The factor on every step that explains what was measured; null when the run says nothing of it. In a closed loop, a burst and under
 * saturation times are proportional to the step; under random arrivals the queue is not, and the factor is searched for.
 */
export function impliedStepFactor({ replica, lengths, load, measured }: MeasuredRun): number | null {
  const full = load.kind === "saturated" || load.kind === "batch";
  if (full && measured.outputTokensPerSecond !== undefined) {
    return estimate(replica, lengths, load).outputTokensPerSecond / measured.outputTokensPerSecond;
  }
  if (measured.tpotMs !== undefined) {
    const tpotMs = measured.tpotMs;
    if (load.kind === "open") return searchedFactor(replica, lengths, load, tpotMs);
    return tpotMs / estimate(replica, lengths, load).tpotMs.mean;
  }
  // An open loop puts out what comes in, whatever a step takes.
  if (measured.outputTokensPerSecond === undefined || load.kind === "open") return null;
  return estimate(replica, lengths, load).outputTokensPerSecond / measured.outputTokensPerSecond;
}

const factorRange = [1 / 16, 16] as const;
const bisections = 20;

/** TPOT grows with the step factor, faster than in proportion: bisection over its logarithm. */
function searchedFactor(replica: Replica, lengths: Lengths, load: Load, tpotMs: number): number {
  let [low, high] = factorRange.map(Math.log) as [number, number];
  const tpotAt = (factor: number): number => steadyTpotMs(estimate(withStep(replica, factor), lengths, load));
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    if (tpotAt(Math.exp(middle)) > tpotMs) high = middle;
    else low = middle;
  }
  return Math.exp((low + high) / 2);
}

/** Beyond saturation the replica runs full, and that TPOT stays the bound. */
const steadyTpotMs = (point: ServingPoint): number => point.tpotMs.mean;
