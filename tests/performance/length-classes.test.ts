import fc from "fast-check";
import { expect, test } from "vitest";
import { capacity } from "../../planner/performance/capacity.ts";
import { lengthSpread } from "../../planner/performance/length-spread.ts";
import type { LengthClass, Lengths } from "../../planner/performance/serving-point.ts";
import { replicaOf } from "./replicas.ts";

const lengthsOf = (classes: readonly LengthClass[]): Lengths => ({
  inputTokens: classes.reduce((sum, kind) => sum + kind.share * kind.inputTokens, 0),
  outputTokens: classes.reduce((sum, kind) => sum + kind.share * kind.outputTokens, 0),
  inputTokensP95: null,
  prefixCacheHitRate: 0,
  classes,
});
const slo = { ttftP95Ms: 1500, tpotP95Ms: 40 };
const rate = (lengths: Lengths) => capacity(replicaOf(), lengths, slo, 0.9).requestsPerSecond;

test("the running requests are the long ones: weighted by the time they stay", () => {
  const spread = lengthSpread(
    lengthsOf([
      { share: 0.75, inputTokens: 400, outputTokens: 100 },
      { share: 0.25, inputTokens: 2000, outputTokens: 900 },
    ]),
    0.8,
  );
  expect(spread.runningInputTokens).toBeCloseTo((0.75 * 100 * 400 + 0.25 * 900 * 2000) / 300, 9);
  expect(spread.runningOutputTokens).toBeCloseTo((0.75 * 100 ** 2 + 0.25 * 900 ** 2) / 300, 9);
  expect(spread.longestTokens).toBe(2900);
  expect(spread.inputVariation).toBeCloseTo(Math.sqrt(0.75 * 400 ** 2 + 0.25 * 1200 ** 2) / 800, 9);
});

test("kinds that are all alike are one kind without any spread", () => {
  const kind = { inputTokens: 800, outputTokens: 200 };
  const one = rate(lengthsOf([{ share: 1, ...kind }]));
  const four = rate(lengthsOf([0.1, 0.2, 0.3, 0.4].map((share) => ({ share, ...kind }))));
  expect(four).toBeCloseTo(one, 9);
  expect(rate({ ...lengthsOf([{ share: 1, ...kind }]), inputTokensP95: 800 })).toBeCloseTo(one, 9);
});

test("a mixture around the same means carries no more than equal requests do", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 0.9, noNaN: true }), fc.double({ min: 0.05, max: 0.9, noNaN: true }), (input, output) => {
      const mixed = lengthsOf([
        { share: 0.5, inputTokens: 1000 * (1 - input), outputTokens: 300 * (1 - output) },
        { share: 0.5, inputTokens: 1000 * (1 + input), outputTokens: 300 * (1 + output) },
      ]);
      expect(rate(mixed)).toBeLessThanOrEqual(rate(lengthsOf([{ share: 1, inputTokens: 1000, outputTokens: 300 }])) * (1 + 1e-3));
    }),
    { numRuns: 40 },
  );
});
