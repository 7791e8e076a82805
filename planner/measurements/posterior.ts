import { at } from "../element.ts";
import type { Covariance } from "./covariance.ts";
import type { Site } from "./site.ts";

/** ln(measured / predicted) of one run. */
export interface Observation {
  readonly site: Site;
  readonly value: number;
}

/** What the observations say of another site: the mean of ln(measured / predicted), and the standard deviation left of 1. */
export interface Posterior {
  readonly mean: number;
  readonly narrowing: number;
}

/** More observations than these tell nothing new of one site; the closest are taken. */
const closest = 64;

/** Jointly normal with this covariance: exact mean and variance given the observations (kriging with a known mean of 0). */
export function posterior({ between, at: varianceAt }: Covariance, observations: readonly Observation[], site: Site): Posterior {
  const related = observations
    .map((observation) => ({ ...observation, covariance: between(observation.site, site) }))
    .sort((a, b) => b.covariance - a.covariance)
    .slice(0, closest);
  const prior = varianceAt(site);
  if ((related[0]?.covariance ?? 0) <= 0) return { mean: 0, narrowing: 1 };
  const factor = cholesky(
    related.map((row, index) =>
      related.slice(0, index + 1).map((column, other) => (other === index ? varianceAt(row.site) : between(row.site, column.site))),
    ),
  );
  // With K = L L^T: mean = (L^-1 k) . (L^-1 y), variance = prior - |L^-1 k|^2.
  const k = forward(
    factor,
    related.map((observation) => observation.covariance),
  );
  const y = forward(
    factor,
    related.map(({ value }) => value),
  );
  const mean = k.reduce((sum, value, index) => sum + value * at(y, index), 0);
  const known = k.reduce((sum, value) => sum + value * value, 0);
  return { mean, narrowing: Math.sqrt(Math.max(0, 1 - known / prior)) };
}

/** Lower triangle L of a positive definite matrix L L^T given as its lower triangle. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const factor: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const current: number[] = [];
    for (let j = 0; j < i; j++) {
      const other = at(factor, j);
      current.push((at(row, j) - dot(current, other, j)) / at(other, j));
    }
    current.push(Math.sqrt(at(row, i) - dot(current, current, i)));
    factor.push(current);
  }
  return factor;
}

/** x of L x = b. */
function forward(factor: readonly (readonly number[])[], right: readonly number[]): number[] {
  const solution: number[] = [];
  for (const [i, row] of factor.entries()) solution.push((at(right, i) - dot(row, solution, i)) / at(row, i));
  return solution;
}

function dot(a: readonly number[], b: readonly number[], length: number): number {
  let sum = 0;
  for (let index = 0; index < length; index++) sum += at(a, index) * at(b, index);
  return sum;
}
