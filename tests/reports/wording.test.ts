import fc from "fast-check";
import { expect, test } from "vitest";
import { findingText, groupFindings, groupText } from "../../reports/finding-text.ts";
import { latencyAgainstSlo } from "../../reports/latency-cell.ts";
import { layoutText } from "../../reports/layout-text.ts";
import { dollars, grouped, hourlyDecimals } from "../../reports/money.ts";
import { daysBetween, pricesAsOf, stalePrices } from "../../reports/price-age.ts";
import { milliseconds, percent } from "../../reports/quantity.ts";
import { servingPoint } from "./fixtures/plan.ts";

test("grouping digits changes no digit", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.integer({ min: 0, max: 6 }), (value, decimals) => {
      expect(Number(grouped(value, decimals).replaceAll(",", ""))).toBeCloseTo(Number(value.toFixed(decimals)), 9);
    }),
  );
});

test.each([
  [0, "$0.00"],
  [-0.001, "$0.00"],
  [999.999, "$1,000.00"],
  [1234567.8, "$1,234,567.80"],
  [-1234.5, "-$1,234.50"],
])("%d dollars read %s", (usd, text) => {
  expect(dollars(usd)).toBe(text);
});

test("prices by the hour show the decimals that count, two at least and four at most", () => {
  expect(hourlyDecimals([10, 2.5])).toBe(2);
  expect(hourlyDecimals([10.4926, 2])).toBe(4);
  expect(hourlyDecimals([0.123])).toBe(3);
  expect(hourlyDecimals([])).toBe(2);
});

test("a small share is never shown as none", () => {
  expect(percent(0)).toBe("0.0 %");
  expect(percent(0.0001)).toBe("< 0.1 %");
  expect(percent(0.059613, 2)).toBe("5.96 %");
});

test("milliseconds keep a decimal only below ten", () => {
  expect([4.26, 9.94, 9.96, 34.4, 1312.4].map(milliseconds)).toEqual(["4.3", "9.9", "10", "34", "1,312"]);
});

test("a finding reads path, message, suggestion, without what is missing", () => {
  expect(findingText({ code: "c", path: "a.b", message: "is wrong", suggestion: "mend it" })).toBe("a.b: is wrong; mend it");
  expect(findingText({ code: "c", path: "", message: "is wrong" })).toBe("is wrong");
});

test("the same finding about several places is said once", () => {
  const finding = (path: string) => ({ code: "c", path, message: "by default" });
  const [group, ...others] = groupFindings(["a", "b", "a", "c", "d", "e"].map(finding));
  expect(others).toEqual([]);
  expect(group === undefined ? "" : groupText(group)).toBe("a, b, c and 2 more: by default");
});

test("findings that differ in what they say stay apart", () => {
  expect(
    groupFindings([
      { code: "c", path: "a", message: "one" },
      { code: "c", path: "a", message: "two" },
    ]),
  ).toHaveLength(2);
});

test("a layout names its GPU, its parallelism and its precision, and no parallelism of one", () => {
  expect(layoutText({ gpu: "l40s", precision: "fp8", tensorParallel: 2, pipelineParallel: 1 })).toBe("l40s tp2 fp8");
  expect(layoutText({ gpu: "h100", precision: "fp8", tensorParallel: 1, dataParallel: 8, expertParallel: 8 })).toBe("h100 tp1 dp8 ep8 fp8");
});

test("a latency stands against the percentile its target is about", () => {
  const point = servingPoint(1000, 50, 1);
  expect(latencyAgainstSlo("ttft", point, { ttftP95Ms: 2000 })).toEqual({ text: "1,000 / 2,000", met: true });
  expect(latencyAgainstSlo("ttft", point, { ttftP99Ms: 1200 })).toEqual({ text: "p99 1,400 / 1,200", met: false });
  expect(latencyAgainstSlo("tpot", point, { tpotMeanMs: 45 })).toEqual({ text: "mean 40 / 45", met: true });
  expect(latencyAgainstSlo("tpot", point, {})).toEqual({ text: "50", met: true });
});

test("dates of prices are named as one day or a span", () => {
  expect(pricesAsOf(["2026-08-20", "2026-02-01", "2026-08-20"])).toBe("prices as of 2026-02-01 to 2026-08-20");
  expect(pricesAsOf(["2026-08-20"])).toBe("prices as of 2026-08-20");
});

const price = (market: "spot" | "on-demand", asOf: string) => ({ instanceType: "g6e.xlarge", market, region: "us-east-1", asOf });

test("a spot price is stale from the day after the limit, and names its age and its date", () => {
  expect(stalePrices([price("spot", "2026-07-02")], "2026-08-01", 30)).toEqual([]);
  const [finding, ...others] = stalePrices([price("spot", "2026-07-01"), price("spot", "2026-07-01")], "2026-08-01", 30);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ code: "stale-spot-price", path: "g6e.xlarge us-east-1", value: 31, limit: 30, unit: "days" });
  expect(finding?.message).toContain("31 days old (as of 2026-07-01");
});

test("on-demand prices do not go stale, and a price of tomorrow is not old", () => {
  expect(stalePrices([price("on-demand", "2020-01-01"), price("spot", "2026-08-02")], "2026-08-01", 0)).toEqual([]);
});

test("days are counted over months, years and leap days", () => {
  expect(daysBetween("2024-02-28", "2024-03-01")).toBe(2);
  expect(daysBetween("2025-12-31", "2026-01-01")).toBe(1);
});
