import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";
import type { Observation } from "../../tests/accuracy/back-test.ts";
import { predict, type ScoredMetric } from "../../tests/accuracy/score.ts";
import { mapEstimate, type Problem } from "./map-estimate.ts";
import { type Parameter, parametersOf, withValues } from "./parameters.ts";

/**
 * Spread of ln(measured / predicted) that one row of a metric is expected to have: the knee of the robust loss. Latencies of bursts are scored and
 * not fitted: they follow from how answers spread, of which a run publishes the mean alone.
 */
const spread: Readonly<Partial<Record<ScoredMetric, number>>> = {
  tpot: 0.12,
  tpotOpen: 0.2,
  tpotSingle: 0.15,
  ttft: 0.3,
  prefill: 0.4,
  maxOutput: 0.12,
  saturatedOutput: 0.15,
  staticBatch: 0.15,
  singleStreamOutput: 0.15,
};

/** Figures that the fit listens to. */
export const isFitted = ({ metric }: { readonly metric: ScoredMetric }): boolean => spread[metric] !== undefined;

interface Datum {
  readonly observation: Observation;
  readonly metric: ScoredMetric;
  readonly logMeasured: number;
  readonly deviation: number;
  readonly weight: number;
}

/** The constants that these observations make most likely, and how many of their figures each constant could move. */
export interface Fit {
  readonly constants: StepTimeConstants;
  readonly parameters: readonly Parameter[];
  readonly logarithms: readonly number[];
  /** By parameter: observations that it applies to. */
  readonly rowsTouched: readonly number[];
}

/**
 * `known` gives the shape, and every value that no parameter stands for. `start` is where the search begins (default: the priors); the
 * answer does not depend on it.
 */
export function fitConstants(known: StepTimeConstants, observations: readonly Observation[], start?: Fit): Fit {
  const replicas = observations.map(({ rowCase }) => rowCase.replica);
  const form = withoutFormatFactors(known);
  const parameters = parametersOf(form, replicas);
  const problem = problemOf(form, parameters, observations);
  const reached = new Map(start?.parameters.map(({ path }, index) => [path.join("."), start.logarithms[index]]));
  const initial = parameters.map(({ path }, index) => reached.get(path.join(".")) ?? problem.priors[index] ?? 0);
  const logarithms = mapEstimate(problem, initial, start === undefined ? 12 : 3);
  return {
    constants: withValues(form, parameters, logarithms),
    parameters,
    logarithms,
    rowsTouched: parameters.map(({ appliesTo }) => replicas.filter(appliesTo).length),
  };
}

/** An engine's formats are parameters only where these rows have them: what an earlier fit knew of the others must not stay. */
const withoutFormatFactors = (constants: StepTimeConstants): StepTimeConstants => ({
  ...constants,
  engines: constants.engines.map((engine) => ({ ...engine, formatFactors: {} })),
});

function problemOf(start: StepTimeConstants, parameters: readonly Parameter[], observations: readonly Observation[]): Problem {
  const data = dataOf(observations);
  const firstOf = new Map<Observation, number>();
  data.forEach(({ observation }, index) => {
    if (!firstOf.has(observation)) firstOf.set(observation, index);
  });
  const write = (constants: StepTimeConstants, rows: readonly Observation[], into: Float64Array): void => {
    for (const observation of rows) {
      const predicted = predict(observation.rowCase, constants);
      const first = firstOf.get(observation) ?? 0;
      for (let index = first; data[index]?.observation === observation; index++) {
        const { metric, logMeasured, deviation } = data[index] as Datum;
        into[index] = residual(predicted[metric], logMeasured, deviation);
      }
    }
  };
  const rows = [...firstOf.keys()];
  const touched = parameters.map(({ appliesTo }) => rows.filter(({ rowCase }) => appliesTo(rowCase.replica)));
  return {
    priors: parameters.map(({ prior }) => Math.log(prior)),
    deviations: parameters.map(({ deviation }) => deviation),
    weights: Float64Array.from(data, ({ weight }) => weight),
    residuals: (logarithms) => {
      const values = new Float64Array(data.length);
      write(withValues(start, parameters, logarithms), rows, values);
      return values;
    },
    residualsMoved: (logarithms, index, base) => {
      const values = Float64Array.from(base);
      write(withValues(start, parameters, logarithms), touched[index] ?? [], values);
      return values;
    },
  };
}

/** A prediction that is not there, or off by more than a factor of 20, pulls no harder than one off by 20. */
const residual = (predicted: number | undefined, logMeasured: number, deviation: number): number =>
  Math.max(-3, Math.min(3, Math.log(predicted ?? 0) - logMeasured)) / deviation;

/** Rows of one source on one model, GPU, format and engine tell much the same: n of them weigh as n^0.8. */
function dataOf(observations: readonly Observation[]): Datum[] {
  const cells = new Map<string, number>();
  for (const observation of observations) {
    for (const { metric } of observation.figures) {
      const cell = cellOf(observation, metric);
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
    }
  }
  return observations.flatMap((observation) =>
    observation.figures.flatMap(({ metric, measured }) => {
      const deviation = spread[metric];
      if (deviation === undefined) return [];
      const weight = trust(observation) * (cells.get(cellOf(observation, metric)) ?? 1) ** -0.2;
      return [{ observation, metric, logMeasured: Math.log(measured), deviation, weight }];
    }),
  );
}
const cellOf = ({ rowCase: { row } }: Observation, metric: ScoredMetric): string =>
  [row.group, row.model, row.gpu, row.precision, row.engine, metric].join(" ");

/** How far one row of a source is believed; a lone user's report less than a laboratory's table. */
function trust({ rowCase: { row } }: Observation): number {
  if (row.quality === "community") return 0.6;
  return row.group === "gpustack" || (row.group === "accelmark" && row.load_kind === "qps") ? 0.5 : 1;
}
