import fc from "fast-check";
import { expect, test } from "vitest";
import { datedPrices, daysBetween, priceAgeFindings } from "../../catalog/price-age.ts";
import { bundled } from "./fixtures.ts";

test("a price is too old from the day after its last", () => {
  const price = [{ path: "pools[0]", asOf: "2026-08-20" }];
  expect(priceAgeFindings(price, "2026-09-19", 30)).toEqual([]);
  expect(priceAgeFindings(price, "2026-09-20", 30)).toMatchObject([
    { code: "price-too-old", path: "pools[0]", value: 31, limit: 30, unit: "days" },
  ]);
});

test("a price from after today is a finding of its own", () => {
  expect(priceAgeFindings([{ path: "x", asOf: "2026-08-20" }], "2026-08-19", 30)).toMatchObject([{ code: "price-from-future", value: -1 }]);
});

test("days are counted over months, leap years and summer time", () => {
  expect(daysBetween("2028-02-28", "2028-03-01")).toBe(2);
  expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
  expect(daysBetween("2026-12-31", "2026-01-01")).toBe(-364);
});

test("a larger limit never finds more", () => {
  const spot = datedPrices(bundled.prices, "spot");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 }), (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      expect(priceAgeFindings(spot, "2026-11-20", high).length).toBeLessThanOrEqual(priceAgeFindings(spot, "2026-11-20", low).length);
    }),
    { numRuns: 20 },
  );
});

test("all 503 spot prices are older than 30 days on the day of the catalog", () => {
  expect(priceAgeFindings(datedPrices(bundled.prices, "spot"), bundled.asOf, 30)).toHaveLength(503);
});
