import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { evidence } from "../../planner/performance/evidence.ts";
import { type Observation, scoresWith } from "../../tests/accuracy/back-test.ts";
import type { CrossValidatedFigure } from "../../tests/accuracy/cross-validation.ts";
import { type Fit, fitConstants } from "./fit.ts";
import { foldSchemeNames, foldsOf } from "./folds.ts";
import { measuredOf } from "./provenance.ts";

/** ln(predicted / measured) of every figure: with all rows, and with each group of a scheme left out of the fit that predicts it. */
export function crossValidate(
  form: StepTimeConstants,
  observations: readonly Observation[],
  full: Fit,
  progress: (text: string) => void,
): CrossValidatedFigure[] {
  const figures = new Map<string, Record<string, unknown>>();
  const note = (name: string, constants: StepTimeConstants, some: readonly Observation[]): void => {
    for (const observation of some) {
      const level = evidence({ ...observation.rowCase.replica, constants });
      for (const { metric, row, predicted, measured } of scoresWith([observation], constants)) {
        const key = `${row.id} ${metric}`;
        const figure = figures.get(key) ?? { id: row.id, metric };
        figures.set(key, { ...figure, [name]: [rounded(Math.log(predicted / measured)), level] });
      }
    }
  };
  note("fitted", full.constants, observations);
  for (const scheme of foldSchemeNames) {
    const folds = foldsOf(scheme, observations);
    folds.forEach((fold, index) => {
      progress(`${scheme} ${index + 1} of ${folds.length}`);
      const left = new Set(fold);
      const others = observations.filter((observation) => !left.has(observation));
      const { constants } = fitConstants(form, others, full);
      note(scheme, { ...constants, measured: measuredOf(form, others) }, fold);
    });
  }
  return [...figures.values()] as unknown as CrossValidatedFigure[];
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
