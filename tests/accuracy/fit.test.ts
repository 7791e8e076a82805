import { expect, test } from "vitest";
import { fitConstants } from "../../tools/fit/fit.ts";
import { foldSchemeNames, foldSchemes, foldsOf } from "../../tools/fit/folds.ts";
import { mapEstimate, type Problem } from "../../tools/fit/map-estimate.ts";
import { parametersOf } from "../../tools/fit/parameters.ts";
import { observe, scoresWith } from "./back-test.ts";

const { observations, constants } = observe();

/** y = a + b x on these points, with spread 0.1. */
function line(
  points: readonly (readonly [x: number, y: number])[],
  priors: readonly [number, number],
  deviations: readonly [number, number],
): Problem {
  const residuals = ([a = 0, b = 0]: readonly number[]): Float64Array => Float64Array.from(points, ([x, y]) => (a + b * x - y) / 0.1);
  return { priors, deviations, weights: new Float64Array(points.length).fill(1), residuals, residualsMoved: residuals };
}
const exact = [0, 1, 2, 3, 4, 5, 6, 7].map((x) => [x, 2 + 0.5 * x] as const);

test("the fit finds the parameters that made the data when the priors say little", () => {
  const [a, b] = mapEstimate(line(exact, [0, 0], [100, 100]), [0, 0], 30);
  expect(a).toBeCloseTo(2, 2);
  expect(b).toBeCloseTo(0.5, 3);
});

test("one wild point hardly moves it", () => {
  const [a, b] = mapEstimate(line([...exact, [8, 600]], [0, 0], [100, 100]), [0, 0], 60);
  expect(a).toBeCloseTo(2, 0);
  expect(b).toBeCloseTo(0.5, 1);
});

test("without data a parameter keeps its prior, and a tight prior outweighs little data", () => {
  const [, free] = mapEstimate(line([[0, 2]], [0, 3], [100, 1]), [0, 0], 30);
  expect(free).toBeCloseTo(3, 6);
  const [held] = mapEstimate(line([[0, 2]], [1, 0], [0.001, 0.001]), [0, 0], 30);
  expect(held).toBeCloseTo(1, 1);
});

test.each(foldSchemeNames)("leaving out by %s leaves every row out once, and nothing of its group in", (scheme) => {
  const folds = foldsOf(scheme, observations);
  const all = folds.flat();
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(0.95 * observations.length);
  const foldOf = new Map<string, number>();
  folds.forEach((fold, index) => {
    for (const observation of fold) {
      const group = foldSchemes[scheme](observation);
      expect(foldOf.get(group) ?? index, group).toBe(index);
      foldOf.set(group, index);
    }
  });
});

test("every parameter names a number of the constants, once", () => {
  const parameters = parametersOf(
    constants,
    observations.map(({ rowCase }) => rowCase.replica),
  );
  const names = parameters.map(({ path }) => path.join("."));
  expect(new Set(names).size).toBe(names.length);
  for (const { path } of parameters) {
    const value = path.reduce<unknown>((node, key) => (node as Record<string | number, unknown> | undefined)?.[key], constants);
    expect(value, path.join(".")).toBeTypeOf("number");
  }
});

test("what an earlier fit knew of an engine's formats does not reach a fit without their rows", () => {
  const dense = observations.filter(({ rowCase }) => rowCase.replica.layout.precision === "fp16").slice(0, 20);
  const { engines } = fitConstants(constants, dense).constants;
  for (const { formatFactors } of engines) expect(Object.keys(formatFactors).filter((format) => format !== "16-bit")).toEqual([]);
});

test("a fit on a few rows of its own predictions finds back constants that predict them", () => {
  const some = observations.filter((_, index) => index % 60 === 0);
  const predicted = new Map(scoresWith(some, constants).map((score) => [`${score.row.id} ${score.metric}`, score.predicted]));
  const made = some.map(({ rowCase, figures }) => ({
    rowCase,
    figures: figures.map(({ metric }) => ({ metric, measured: predicted.get(`${rowCase.row.id} ${metric}`) ?? 1 })),
  }));
  const fitted = fitConstants(constants, made);
  const errors = scoresWith(made, fitted.constants).map((score) => Math.abs(Math.log(score.predicted / score.measured)));
  errors.sort((a, b) => a - b);
  expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.05);
});
