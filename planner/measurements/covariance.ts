import type { MeasurementConstants } from "../../catalog/schema/measurements.ts";
import { type Site, sameCell } from "./site.ts";

/** Covariance of ln(measured / predicted) between two runs, and its variance at one that is still to be measured. */
export interface Covariance {
  readonly between: (a: Site, b: Site) => number;
  readonly at: (site: Site) => number;
}

export const stepCovariance = ({ step, kinship }: MeasurementConstants): Covariance =>
  covarianceOf(step, kinship, ({ stepParts: a }, { stepParts: b }) => {
    const { parts } = step;
    return (
      parts.memory * a.memory * b.memory +
      parts.communication * a.communication * b.communication +
      parts.layers * a.layers * b.layers +
      parts.sequences * a.sequences * b.sequences +
      parts.prefill * a.prefill * b.prefill
    );
  });

export const ttftCovariance = ({ ttft, kinship }: MeasurementConstants): Covariance =>
  covarianceOf(ttft, kinship, ({ ttftParts: a }, { ttftParts: b }) => {
    const { parts } = ttft;
    return parts.prefill * a.prefill * b.prefill + parts.handling * a.handling * b.handling + parts.wait * a.wait * b.wait;
  });

type Figure = Pick<MeasurementConstants["step"], "near" | "noise">;

/**
 * Each part of a time (reading memory, communication, overheads, ...) has a factor of its own that the constants miss: it moves the whole
 * by the part's share, so a run tells most of what is made of the same parts. Kin share some of that factor, one cell all of it. On top
 * comes what only runs near each other share, and the noise of each.
 */
function covarianceOf({ near, noise }: Figure, kinship: MeasurementConstants["kinship"], parts: (a: Site, b: Site) => number): Covariance {
  const between = (a: Site, b: Site): number => {
    const kin = kinshipOf(kinship, a, b);
    if (kin === 0) return 0;
    return kin * parts(a, b) + (sameCell(a, b) ? nearness(near, a, b) : 0);
  };
  return { between, at: (site) => between(site, site) + noise };
}

function kinshipOf(kinship: MeasurementConstants["kinship"], a: Site, b: Site): number {
  if (a.engine !== b.engine) return 0;
  const format = a.format === b.format;
  const gpu = a.gpu === b.gpu;
  const family = a.family === b.family;
  const model = a.model === b.model;
  return (
    (format ? kinship.format : 0) +
    (gpu ? kinship.gpu : 0) +
    (family ? kinship.family : 0) +
    (family && format ? kinship.familyFormat : 0) +
    (model && format ? kinship.modelFormat : 0) +
    (model && gpu ? kinship.modelGpu : 0) +
    (model && gpu && format ? kinship.cell : 0)
  );
}

const nearness = (near: Figure["near"], a: Site, b: Site): number =>
  smooth(near.load, a.logRunning - b.logRunning) +
  smooth(near.context, a.logContext - b.logContext) +
  (a.layout === b.layout ? near.layout : 0) +
  (a.release === b.release ? near.release : 0) +
  (a.figure === b.figure ? near.figure : 0);

/** Squared exponential. */
const smooth = ({ variance, lengthScale }: Figure["near"]["load"], distance: number): number =>
  variance * Math.exp(-0.5 * (distance / lengthScale) ** 2);
