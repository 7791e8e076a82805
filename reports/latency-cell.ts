import type { ServingPoint } from "../planner/performance/serving-point.ts";
import type { Slo } from "../planner/spec/fleet-spec.ts";
import type { Column } from "./columns.ts";
import { factor, milliseconds } from "./quantity.ts";
import type { Style } from "./style.ts";

/** A prediction against its target. */
export interface LatencyAgainstSlo {
  readonly text: string;
  readonly met: boolean;
}

type Percentile = "P95" | "P99" | "P50" | "Mean";
const percentiles: readonly Percentile[] = ["P95", "P99", "P50", "Mean"];

/** What a task is held to: generate by its first and its further tokens, embed and rerank by the whole answer, transcribe by the audio. */
export const speedMetrics = ["ttft", "tpot", "latency", "realTime"] as const;
export type SpeedMetric = (typeof speedMetrics)[number];

const headers: Readonly<Record<SpeedMetric, string>> = {
  ttft: "TTFT p95 ms",
  tpot: "TPOT p95 ms",
  latency: "Latency p95 ms",
  realTime: "RTF p95",
};

/** The metrics that say something of a prediction. */
export function metricsOf(point: ServingPoint): readonly SpeedMetric[] {
  if (point.realTimeFactor !== undefined) return ["realTime"];
  return point.latencyMs === undefined ? ["ttft", "tpot"] : ["latency"];
}

/** `1,312 / 2,000`; where the target is on something other than p95, that is named: `p99 1,840 / 3,000`. Without a target the p95 alone. */
export function latencyAgainstSlo(metric: SpeedMetric, point: ServingPoint, slo: Slo): LatencyAgainstSlo {
  if (metric === "realTime") return against(point.realTimeFactorP95 ?? 0, slo.realTimeFactor, factor);
  if (metric === "latency") return against(point.latencyMs?.p95 ?? 0, slo.latencyP95Ms, milliseconds);
  const summary = metric === "ttft" ? point.ttftMs : point.tpotMs;
  for (const percentile of percentiles) {
    const limit = slo[`${metric}${percentile}Ms`];
    if (limit === undefined) continue;
    const value = summary[percentile === "Mean" ? "mean" : percentile === "P50" ? "p50" : percentile === "P99" ? "p99" : "p95"];
    const name = percentile === "P95" ? "" : `${percentile.toLowerCase()} `;
    const cell = against(value, limit, milliseconds);
    return { ...cell, text: `${name}${cell.text}` };
  }
  return against(summary.p95, undefined, milliseconds);
}

const against = (value: number, limit: number | undefined, show: (value: number) => string): LatencyAgainstSlo =>
  limit === undefined ? { text: show(value), met: true } : { text: `${show(value)} / ${show(limit)}`, met: value <= limit };

/** One column for each metric that any of the predictions is held to, in the order above; blank where a row is held to another. */
export function speedColumns<Row>(
  rows: readonly Row[],
  predicted: (row: Row) => ServingPoint | undefined,
  sloOf: (row: Row) => Slo,
): Column<Row>[] {
  const points = rows.flatMap((row) => predicted(row) ?? []);
  const used =
    points.length === 0
      ? (["ttft", "tpot"] as const)
      : speedMetrics.filter((metric) => points.some((point) => metricsOf(point).includes(metric)));
  return used.map((metric) => ({
    header: headers[metric],
    align: "right" as const,
    cell: (row: Row) => {
      const point = predicted(row);
      return point === undefined || !metricsOf(point).includes(metric) ? "" : latencyAgainstSlo(metric, point, sloOf(row)).text;
    },
    paint: (text: string, row: Row, style: Style) => {
      const point = predicted(row);
      return point === undefined || latencyAgainstSlo(metric, point, sloOf(row)).met ? text : style.bad(text);
    },
  }));
}
