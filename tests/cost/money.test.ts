import fc from "fast-check";
import { expect, test } from "vitest";
import { breakdown, centsPerMonth, money } from "../../planner/cost/money.ts";

test("a month is 730 hours, rounded to the cent once", () => {
  expect(money(1_006_000)).toEqual({ usdPerHour: 1.006, usdPerMonth: 734.38 });
  expect(centsPerMonth(1)).toBe(0);
});

test("the months of a breakdown add up to the headline's month to the cent", () => {
  const rates = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.integer({ min: 0, max: 500_000_000 }), { minKeys: 1, maxKeys: 30 });
  fc.assert(
    fc.property(rates, (byName) => {
      const total = Object.values(byName).reduce((a, b) => a + b, 0);
      const parts = Object.values(breakdown(total, new Map(Object.entries(byName))));
      const cents = parts.reduce((sum, part) => sum + Math.round(part.usdPerMonth * 100), 0);
      expect(cents).toBe(Math.round(money(total).usdPerMonth * 100));
    }),
  );
});

test("a breakdown lists its names in the same order however they came", () => {
  const a = breakdown(
    3,
    new Map([
      ["b", 1],
      ["a", 2],
    ]),
  );
  const b = breakdown(
    3,
    new Map([
      ["a", 2],
      ["b", 1],
    ]),
  );
  expect(JSON.stringify(a)).toBe(JSON.stringify(b));
});
