import type { Sigma, StepTimeConstants } from "../../catalog/schema/step-time.ts";
import type { Evidence, Metric } from "../../planner/performance/evidence.ts";
import type { Observation } from "../../tests/accuracy/back-test.ts";
import type { CrossValidatedFigure } from "../../tests/accuracy/cross-validation.ts";
import { kindOf } from "../../tests/accuracy/score.ts";
import type { FoldScheme } from "./folds.ts";

const z90 = 1.6448536269514722;
/** Fewer errors than this say nothing of a 90th percentile. */
const enough = 30;

/** Ways of leaving out that show what an evidence level is worth within known sources; the source left out shows it for every level. */
const schemes: Readonly<Record<Exclude<Evidence, "measured">, readonly FoldScheme[]>> = {
  "gpu-and-family": ["layout", "modelOnGpu"],
  "gpu-family": ["modelOnGpu", "modelFamily"],
  none: ["gpuFamily", "modelOnGpu"],
};

/**
 * Error bars: the 90th percentile of the cross-validated errors at each level of evidence: half for the ways of leaving out within
 * known sources, half for the source left out, which is what somebody's own server is. A lower level is never narrower.
 */
export function uncertaintyOf(
  { uncertainty }: StepTimeConstants,
  observations: readonly Observation[],
  figures: readonly CrossValidatedFigure[],
): StepTimeConstants["uncertainty"] {
  const kinds = new Map(observations.map(({ rowCase: { row } }) => [row.id, kindOf(row)]));
  const byMetric = Map.groupBy(figures, (figure) => metricOf(figure, kinds.get(figure.id) === "burst"));
  const sigmas = Object.fromEntries(
    [...byMetric].flatMap(([metric, some]) => (metric === null ? [] : [[metric, sigmaOf(uncertainty[metric], some)]])),
  );
  return { ...uncertainty, ...sigmas };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Whose error bar a scored figure is. */
export function metricOf({ metric }: Pick<CrossValidatedFigure, "metric">, burst: boolean): Metric | null {
  switch (metric) {
    case "tpot":
      return "tpotClosed";
    case "singleStreamOutput":
      return "tpotSingle";
    case "maxOutput":
      return burst ? "batchDrain" : "maxOutput";
    case "prefill":
      return null;
    default:
      return metric;
  }
}

function sigmaOf(old: Sigma, figures: readonly CrossValidatedFigure[]): Sigma {
  const at = (level: keyof typeof schemes, floor: number): number => {
    const tail = (scheme: FoldScheme): number[] => {
      const errors = figures.flatMap((figure) => (figure[scheme][1] === level ? [Math.abs(figure[scheme][0])] : []));
      errors.sort((a, b) => a - b);
      return errors.length < enough ? [] : [errors[Math.floor(0.9 * errors.length)] ?? 0];
    };
    const halves = [schemes[level].flatMap(tail), tail("source")].filter((tails) => tails.length > 0).map(mean);
    return halves.length === 0 ? floor : Math.max(floor, mean(halves) / z90);
  };
  const gpuAndFamily = at("gpu-and-family", old.measured);
  const gpuFamily = at("gpu-family", gpuAndFamily);
  return { measured: old.measured, gpuAndFamily, gpuFamily, none: at("none", gpuFamily) };
}
