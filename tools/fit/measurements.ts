/**
 * Fits how the errors of two runs of one cell (model, GPU, engine, format) go together and prints the `step` and `ttft` of catalog/measurements.json:
 * `node tools/fit/measurements.ts`. From the committed cross-validated errors with model x GPU left out and with the source left out: what a
 * user's own server is to the constants. No random numbers: the same data give the same output. `kinship` is judged, not fitted.
 */

import type { MeasurementConstants } from "../../catalog/schema/measurements.ts";
import { type Covariance, stepCovariance, ttftCovariance } from "../../planner/measurements/covariance.ts";
import { observe } from "../../tests/accuracy/back-test.ts";
import { facts } from "../../tests/accuracy/facts.ts";
import { cellsOf, type OnePointMetric, type PlacedScore, placed } from "../../tests/accuracy/one-point.ts";
import { scoredFigures } from "../accuracy/scored.ts";

type Figure = "step" | "ttft";
const ways = ["modelOnGpu", "source"] as const;
const metricsOf = { step: ["tpot", "output"], ttft: ["ttft"] } as const satisfies Record<Figure, readonly OnePointMetric[]>;
const covarianceOf = { step: stepCovariance, ttft: ttftCovariance } satisfies Record<
  Figure,
  (constants: MeasurementConstants) => Covariance
>;
/** Nothing is known so well that a run tells nothing of it. */
const smallest = 0.002;

const known = facts();
const figures = scoredFigures(observe().observations);

function cells(figure: Figure): PlacedScore[][] {
  return ways.flatMap((way) => {
    const scores = figures.map(({ errors, measured, ...rest }) => ({ ...rest, measured, predicted: measured * Math.exp(errors[way][0]) }));
    return metricsOf[figure].flatMap((metric) => cellsOf(placed(scores, metric, known)));
  });
}

/**
 * Negative logarithm of the Laplace likelihood of every figure given one other of its cell, a cell of n figures counting n times. Benchmark
 * errors have the tails of a Laplace distribution: 90 % lie within 3.3 medians.
 */
function loss(rows: readonly (readonly PlacedScore[])[], { between, at }: Covariance): number {
  let sum = 0;
  for (const cell of rows) {
    const weight = 1 / (cell.length - 1);
    for (const { observation: asked } of cell) {
      for (const { observation: given } of cell) {
        if (given === asked) continue;
        const shared = between(given.site, asked.site);
        const weightOfGiven = shared / at(given.site);
        const scale = Math.sqrt((at(asked.site) - weightOfGiven * shared) / 2);
        sum += weight * (Math.log(2 * scale) + Math.abs(asked.value - weightOfGiven * given.value) / scale);
      }
    }
  }
  return sum;
}

type Tree = { [key: string]: number | Tree };

/** Paths of every variance of a figure; length scales stay as they are. */
function paths(tree: Tree, above: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    if (typeof value !== "number") return paths(value, [...above, key]);
    return key === "lengthScale" ? [] : [[...above, key]];
  });
}

function scaled(tree: Tree, [key = "", ...rest]: readonly string[], factor: number): Tree {
  const value = tree[key];
  if (value === undefined) return tree;
  return { ...tree, [key]: typeof value === "number" ? Math.max(smallest, value * factor) : scaled(value, rest, factor) };
}

/** Coordinate descent over the logarithms of the variances, with steps that halve. */
function fitted(figure: Figure): Tree {
  const rows = cells(figure);
  const lossOf = (tree: Tree): number =>
    loss(rows, covarianceOf[figure]({ ...known.measurements, [figure]: tree } as MeasurementConstants));
  let tree = structuredClone(known.measurements[figure]) as unknown as Tree;
  let best = lossOf(tree);
  for (let step = Math.log(2); step > 0.1; ) {
    const before = best;
    for (const path of paths(tree)) {
      for (const sign of [1, -1]) {
        const tried = scaled(tree, path, Math.exp(sign * step));
        const found = lossOf(tried);
        if (found < best) [tree, best] = [tried, found];
      }
    }
    if (best > before - 1e-4 * Math.abs(before)) step /= 2;
  }
  return tree;
}

for (const figure of ["step", "ttft"] as const) {
  const text = JSON.stringify(fitted(figure), (_, value) => (typeof value === "number" ? Number(value.toPrecision(2)) : value));
  console.log(`"${figure}": ${text}`);
}
