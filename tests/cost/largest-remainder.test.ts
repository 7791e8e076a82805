import fc from "fast-check";
import { expect, test } from "vitest";
import { splitByLargestRemainder } from "../../planner/cost/largest-remainder.ts";

const total = fc.integer({ min: 0, max: 1_000_000_000_000 });
const weights = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 40 });
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

test("the parts add up to the total exactly", () => {
  fc.assert(fc.property(total, weights, (amount, shares) => sum(splitByLargestRemainder(amount, shares)) === amount));
});

test("no part is more than one unit away from its exact share", () => {
  fc.assert(
    fc.property(total, weights, (amount, shares) => {
      const all = sum(shares);
      fc.pre(all > 0);
      const parts = splitByLargestRemainder(amount, shares);
      for (const [index, share] of shares.entries()) expect(Math.abs((parts[index] ?? 0) - (amount * share) / all)).toBeLessThan(1.001);
    }),
  );
});

test("a larger weight never gets a smaller part", () => {
  fc.assert(
    fc.property(total, weights, (amount, shares) => {
      const parts = splitByLargestRemainder(amount, shares);
      const sorted = shares
        .map((share, index) => ({ share, part: parts[index] ?? 0 }))
        .toSorted((a, b) => a.share - b.share || a.part - b.part);
      for (const [index, { part }] of sorted.entries()) expect(part).toBeGreaterThanOrEqual(sorted[index - 1]?.part ?? 0);
    }),
  );
});

test("nothing to weigh by means equal parts, the earlier ones first", () => {
  expect(splitByLargestRemainder(5, [0, 0, 0])).toEqual([2, 2, 1]);
  expect(splitByLargestRemainder(5, [])).toEqual([]);
});
