import type { Metric } from "../../planner/performance/evidence.ts";
import type { Observation } from "../../tests/accuracy/back-test.ts";
import { crossValidation, type LogError } from "../../tests/accuracy/cross-validation.ts";
import type { MeasuredRow } from "../../tests/accuracy/measured-row.ts";
import { kindOf, type ScoredMetric } from "../../tests/accuracy/score.ts";
import { type FoldScheme, foldSchemeNames } from "../fit/folds.ts";
import { metricOf } from "../fit/uncertainty.ts";

export const waysOfLeavingOut = ["fitted", ...foldSchemeNames] as const;
export type WayOfLeavingOut = FoldScheme | "fitted";

/** A published figure, where it belongs, and the error of its prediction under every way of leaving rows out. */
export interface Scored {
  readonly row: MeasuredRow;
  readonly metric: ScoredMetric;
  readonly measured: number;
  /** Whose error bar it has; null: none is given for such a figure. */
  readonly interval: Metric | null;
  readonly engine: string;
  readonly gpuFamily: string;
  readonly modelFamily: string;
  readonly regime: string;
  readonly errors: Readonly<Record<WayOfLeavingOut, LogError>>;
}

/** Every figure with its cross-validated errors, as committed; figures that the last fit did not see are missing. */
export function scoredFigures(observations: readonly Observation[]): readonly Scored[] {
  const known = new Map(crossValidation().figures.map((figure) => [`${figure.id} ${figure.metric}`, figure]));
  return observations.flatMap(({ rowCase, figures }) => {
    const { row, replica } = rowCase;
    const generation = replica.release;
    return figures.flatMap(({ metric, measured }): Scored[] => {
      const errors = known.get(`${row.id} ${metric}`);
      if (errors === undefined) return [];
      return [
        {
          row,
          metric,
          measured,
          interval: metricOf({ metric }, kindOf(row) === "burst"),
          engine: `${generation.engine} ${generation.version.split(".").slice(0, 2).join(".")}`,
          gpuFamily: replica.gpu.performanceFamily ?? "none",
          modelFamily: replica.model.family,
          regime: regimeOf(row),
          errors,
        },
      ];
    });
  });
}

const kinds = {
  prefill: "one prompt",
  unlimited: "unlimited load",
  flooded: "unlimited load, online",
  slo: "under an SLO (MLPerf server)",
  running: "running batch",
  open: "random arrivals",
  closed: "closed loop",
  single: "one client",
  burst: "all at once",
} as const;

function regimeOf(row: MeasuredRow): string {
  const kind = kindOf(row);
  const size = row.concurrency_or_qps ?? 0;
  if (kind !== "closed" && kind !== "running") return kinds[kind];
  const band = size <= 8 ? "2 to 8" : size <= 32 ? "9 to 32" : size <= 128 ? "33 to 128" : "over 128";
  return `${kinds[kind]}, ${band}`;
}

export interface ErrorSummary {
  readonly count: number;
  readonly medianPercent: number;
  readonly p90Percent: number;
  readonly biasPercent: number;
}

/** Of |predicted / measured - 1|, in percent; the bias is the median with its sign. */
export function summaryOf(figures: readonly Scored[], way: WayOfLeavingOut): ErrorSummary {
  const signed = figures.map(({ errors }) => 100 * Math.expm1(errors[way][0])).sort((a, b) => a - b);
  const absolute = signed.map(Math.abs).sort((a, b) => a - b);
  return {
    count: figures.length,
    medianPercent: quantile(absolute, 0.5),
    p90Percent: quantile(absolute, 0.9),
    biasPercent: quantile(signed, 0.5),
  };
}

export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
