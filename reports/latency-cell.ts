import type { LatencySummary, ServingPoint } from "../planner/performance/serving-point.ts";
import type { Slo } from "../planner/spec/fleet-spec.ts";
import { milliseconds } from "./quantity.ts";
import type { Style } from "./style.ts";

/** A predicted latency against its target. */
export interface LatencyAgainstSlo {
  readonly text: string;
  readonly met: boolean;
}

type Percentile = "P95" | "P99" | "P50" | "Mean";
const percentiles: readonly Percentile[] = ["P95", "P99", "P50", "Mean"];

/** `1,312 / 2,000`; where the target is on something other than p95, that is named: `p99 1,840 / 3,000`. Without a target the p95 alone. */
export function latencyAgainstSlo(metric: "ttft" | "tpot", point: ServingPoint, slo: Slo): LatencyAgainstSlo {
  const summary: LatencySummary = metric === "ttft" ? point.ttftMs : point.tpotMs;
  for (const percentile of percentiles) {
    const limit = slo[`${metric}${percentile}Ms`];
    if (limit === undefined) continue;
    const value = summary[percentile === "Mean" ? "mean" : percentile === "P50" ? "p50" : percentile === "P99" ? "p99" : "p95"];
    const name = percentile === "P95" ? "" : `${percentile.toLowerCase()} `;
    return { text: `${name}${milliseconds(value)} / ${milliseconds(limit)}`, met: value <= limit };
  }
  return { text: milliseconds(summary.p95), met: true };
}

/** A target that the prediction misses stands out. */
export const paintLatency =
  (metric: "ttft" | "tpot", slo: Slo) =>
  (text: string, point: ServingPoint | undefined, style: Style): string =>
    point === undefined || latencyAgainstSlo(metric, point, slo).met ? text : style.bad(text);
