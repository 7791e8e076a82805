import { assert, constantFrom, integer, property, string } from "fast-check";
import { expect, test } from "vitest";
import type { FleetPlan } from "../../../planner/plan/fleet-plan.ts";
import { csvText, decimal } from "../../../reports/focus/csv.ts";
import { type FocusOptions, focusCsv } from "../../../reports/focus/focus-rows.ts";
import { forecastJson } from "../../../reports/focus/forecast-json.ts";
import { type Month, monthsFrom } from "../../../reports/focus/months.ts";
import { plainCsv } from "../../../reports/focus/plain-rows.ts";
import { anyPlan } from "../diff/fixtures/any-plan.ts";
import { base, l40s, planOf } from "../diff/fixtures/plans.ts";
import { brokenFocusRules, type Row, readCsv } from "./focus-rules.ts";

const months = (first: string, count: number): Month[] => {
  const named = monthsFrom(first, count);
  if (named === null) throw new Error(`${first} is no month`);
  return named;
};

const options: FocusOptions = {
  months: months("2026-12", 1),
  growthPercent: 0,
  account: (cloud) => ({
    billingAccountId: cloud === "aws" ? "123456789012" : "01AB-CD",
    billingAccountName: "Acme",
    subAccountId: cloud === "gcp" ? "acme-ml" : null,
    subAccountName: null,
  }),
  stackName: "prod",
  scenario: "planned",
  probability: 0.8,
};

const microOf = (rows: readonly Row[], column: string): number => rows.reduce((sum, row) => sum + Math.round(Number(row[column]) * 1e6), 0);
const cents = (micro: number): number => Math.round(micro / 1e4) / 100;

test("any plan keeps every rule of FOCUS 1.4, over months and with growth", () => {
  assert(
    property(anyPlan, integer({ min: 1, max: 14 }), constantFrom(-5, 0, 3, 12.5), (plan, count, growthPercent) => {
      const { header, rows } = readCsv(focusCsv(plan, { ...options, months: months("2026-11", count), growthPercent }));
      expect(brokenFocusRules(header, rows)).toEqual([]);
    }),
  );
});

test("the rows of a month add up to the headline to the cent, in every cost column", () => {
  assert(
    property(anyPlan, (plan) => {
      const { rows } = readCsv(focusCsv(plan, options));
      for (const column of ["BilledCost", "EffectiveCost", "ContractedCost", "PricingCurrencyEffectiveCost"]) {
        expect(cents(microOf(rows, column))).toBe(plan.cost.usdPerMonth);
      }
      expect(microOf(rows, "ListCost")).toBeGreaterThanOrEqual(microOf(rows, "BilledCost") - rows.length);
    }),
  );
});

test("the rows of a workload, a pool, a cloud and a market add up to the plan's own figures", () => {
  assert(
    property(anyPlan, (plan) => {
      const { rows } = readCsv(plainCsv(plan, options));
      const held: readonly (readonly [string, FleetPlan["cost"]["byPool"]])[] = [
        ["workload", plan.cost.byWorkload],
        ["pool", plan.cost.byPool],
        ["cloud", plan.cost.byCloud],
        ["market", plan.cost.byMarket],
      ];
      for (const [column, figures] of held) {
        for (const [name, { usdPerHour }] of Object.entries(figures)) {
          const own = rows.filter((row) => row[column] === name);
          expect(microOf(own, "costUsd")).toBe(Math.round(usdPerHour * 1e6) * 730);
        }
      }
    }),
  );
});

test("the forecast in JSON is the plan's month first, then grows", () => {
  assert(
    property(anyPlan, (plan) => {
      const { months: sums, usdPerMonth } = forecastJson(plan, { months: months("2026-11", 12), growthPercent: 3 });
      expect(sums).toHaveLength(12);
      expect(sums[0]?.costUsd).toBe(usdPerMonth);
      expect(sums[11]?.costUsd).toBeCloseTo(usdPerMonth * 1.03 ** 11, 1);
    }),
  );
});

test("growth names the month in which the budget is used up", () => {
  const plan: FleetPlan = { ...base, budget: { usdPerMonth: 16_000, mode: "soft", headroomUsdPerMonth: 680.8 } };
  const forecast = forecastJson(plan, { months: months("2026-11", 12), growthPercent: 3 });
  // 15,319.20 x 1.03 = 15,778.78; x 1.03 again = 16,252.14.
  expect(forecast.firstMonthOverBudget).toBe("2027-01");
  expect(forecast.months[2]).toMatchObject({ costUsd: 16_252.14, budgetHeadroomUsd: -252.14 });
  expect(forecastJson(plan, { months: months("2026-11", 12), growthPercent: 0 }).firstMonthOverBudget).toBeNull();
});

test("a contracted price stands beside the list price, and spot is dynamic", () => {
  const price = { asOf: "2026-11-01", source: "framework agreement", estimated: false, listUsdPerNodeHour: 10 };
  const plan = planOf({
    pools: [
      { ...l40s(1, 8), more: { price } },
      { ...l40s(1, 4), name: "spot", more: { market: "spot", zones: ["us-east-1a"] } },
    ],
    workloads: [{ name: "chat", qps: 1, on: { [l40s(1).name]: 1, spot: 1 } }],
  });
  const { rows } = readCsv(focusCsv(plan, options));
  expect(rows).toMatchObject([
    {
      PricingCategory: "Standard",
      ContractedUnitPrice: "8",
      ContractedCost: "5840",
      ListUnitPrice: "10",
      ListCost: "7300",
      AvailabilityZone: "",
    },
    { PricingCategory: "Dynamic", ContractedUnitPrice: "4", ContractedCost: "2920", ListUnitPrice: "4", AvailabilityZone: "us-east-1a" },
  ]);
});

test("nodes that two workloads share are split by the GPUs they hold, idle ones included", () => {
  const { rows } = readCsv(focusCsv(base, options));
  expect(rows.map((row) => [row.x_WorkloadName, row.x_CostCenter, row.BilledCost, row.PricingQuantity])).toEqual([
    ["chat", "support", "11489.397", "1095"],
    ["search", "support", "3829.799", "365"],
  ]);
  expect(JSON.parse(rows[0]?.AllocatedMethodDetails ?? "")).toEqual({
    Elements: [{ AllocatedRatio: 0.75, UsageUnit: "GPUs", UsageQuantity: 6 }],
  });
});

test("what makes a row a forecast stands in every row, and no secret in any", () => {
  const text = focusCsv(base, options);
  const { rows } = readCsv(text);
  for (const row of rows) {
    expect(row).toMatchObject({ x_ForecastScenario: "planned", x_Probability: "0.8", x_StackName: "prod", x_PriceAsOf: "2026-07-20" });
    expect(row.x_ForecastRunId).toMatch(/^[0-9a-f]{64}$/);
    expect(row.x_CatalogVersion).toContain("2026-08-20");
    expect(row.ChargeDescription).toMatch(/^forecast: /);
  }
  expect(text).not.toContain("hf-token");
});

test("what was shown beside the fleet does not make it another forecast", () => {
  const idOf = (plan: FleetPlan) => readCsv(focusCsv(plan, options)).rows[0]?.x_ForecastRunId;
  const { alternatives: _, rejected: __, ...kept } = base;
  expect(idOf(kept)).toBe(idOf(base));
  expect(idOf({ ...base, fleet: "other" })).not.toBe(idOf(base));
});

test("months end where the next one starts, over the end of a year", () => {
  expect(months("2026-11", 3)).toEqual([
    { name: "2026-11", start: "2026-11-01T00:00:00Z", end: "2026-12-01T00:00:00Z" },
    { name: "2026-12", start: "2026-12-01T00:00:00Z", end: "2027-01-01T00:00:00Z" },
    { name: "2027-01", start: "2027-01-01T00:00:00Z", end: "2027-02-01T00:00:00Z" },
  ]);
  for (const text of ["2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", ""]) expect(monthsFrom(text, 1), text).toBeNull();
});

test("any text comes out of a CSV as it went in, but for the apostrophe before a formula", () => {
  assert(
    property(string({ unit: constantFrom('"', ",", "\r", "\n", "=", "+", "-", "@", "\t", " ", "a", "é", "'") }), (text) => {
      const { header, rows } = readCsv(csvText(["A", "B"], [[text, 1]]));
      expect(header).toEqual(["A", "B"]);
      const read = rows[0]?.A ?? "";
      expect([text, `'${text}`]).toContain(read);
      expect(read).not.toMatch(/^\s*[=+\-@]|^[\t\r]/);
    }),
  );
});

test.each([
  [0, "0"],
  [0.1, "0.1"],
  [1e-9, "0.000000001"],
  [82_060.176, "82060.176"],
  [123_456_789.5, "123456789.5"],
])("%d is written %s: no exponent, no separators", (value, text) => {
  expect(decimal(value)).toBe(text);
});
