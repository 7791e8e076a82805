import type { MeasurementConstants } from "../../catalog/schema/measurements.ts";
import type { Correction } from "../performance/correction.ts";
import { estimate } from "../performance/estimate.ts";
import type { Replica } from "../performance/replica.ts";
import type { Lengths, Load, ServingPoint } from "../performance/serving-point.ts";
import { stepCovariance, ttftCovariance } from "./covariance.ts";
import type { MeasuredRun } from "./measured-run.ts";
import { type Observation, posterior } from "./posterior.ts";
import { type Site, sameCell, siteOf } from "./site.ts";
import { impliedStepFactor, withStep } from "./step-factor.ts";

/** Measured runs, ready to correct any prediction. */
export interface Corrector {
  /** What they say of a replica near what was predicted for it without them; undefined when none of them is related to it. */
  readonly correctionFor: (replica: Replica, lengths: Lengths, load: Load["kind"], plain: ServingPoint) => Correction | undefined;
}

/**
 * Errors of the prediction are taken as jointly normal, ln(measured / predicted), with a covariance between any two sites: their mean
 * given the runs is the correction, their variance what is left of the error bar. Two figures one after the other: the factor on every
 * step, from TPOT or the output rate, and what then remains of the TTFT. Runs must have passed `physicsFindings`.
 */
export function correctorOf(runs: readonly MeasuredRun[], constants: MeasurementConstants): Corrector {
  const step = stepCovariance(constants);
  const ttft = ttftCovariance(constants);
  const sited = runs.map((run) => ({ run, site: siteOfRun(run) }));
  const steps = sited.flatMap(({ run, site }): Observation[] => {
    const factor = impliedStepFactor(run);
    return factor === null ? [] : [{ site, value: Math.log(factor) }];
  });
  const ttfts = sited.flatMap(({ run, site }): Observation[] => {
    const { ttftMs } = run.measured;
    if (ttftMs === undefined) return [];
    const factor = Math.exp(posterior(step, steps, site).mean);
    const predicted = estimate(withStep(run.replica, factor), run.lengths, run.load).ttftMs.mean * ttftShare(constants, factor);
    return Number.isFinite(predicted) ? [{ site, value: Math.log(ttftMs / predicted) }] : [];
  });
  return {
    correctionFor: (replica, lengths, load, plain) => {
      const site = siteOf(replica, lengths, load, plain);
      const steady = posterior(step, steps, site);
      const first = posterior(ttft, ttfts, site);
      if (steady.narrowing === 1 && first.narrowing === 1) return undefined;
      const factor = Math.exp(steady.mean);
      return {
        step: factor,
        ttft: ttftShare(constants, factor) * Math.exp(first.mean),
        stepNarrowing: steady.narrowing,
        ttftNarrowing: first.narrowing,
        sameCell: sited.some((one) => sameCell(one.site, site)),
      };
    },
  };
}

const siteOfRun = ({ replica, lengths, load }: MeasuredRun): Site => siteOf(replica, lengths, load.kind, estimate(replica, lengths, load));

/** Of a step factor only part passes into the TTFT: what it makes up for is mostly in decode steps. */
const ttftShare = (constants: MeasurementConstants, step: number): number => step ** (constants.stepInTtft - 1);

/** `estimate`, corrected by measured runs near the point that it predicts without them. */
export function correctedEstimate(replica: Replica, lengths: Lengths, load: Load, corrector: Corrector | null): ServingPoint {
  const plain = estimate(replica, lengths, load);
  const correction = plain.fits ? corrector?.correctionFor(replica, lengths, load.kind, plain) : undefined;
  return correction === undefined ? plain : estimate({ ...replica, correction }, lengths, load);
}
