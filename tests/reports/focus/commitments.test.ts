import { expect, test } from "vitest";
import { loadCatalog } from "../../../catalog/load.ts";
import { planFleet } from "../../../planner/index.ts";
import { readSpec } from "../../../planner/spec/read-spec.ts";
import { focusCsv } from "../../../reports/focus/focus-rows.ts";
import { forecastJson } from "../../../reports/focus/forecast-json.ts";
import { monthsFrom } from "../../../reports/focus/months.ts";
import { type Row, readCsv } from "./focus-rules.ts";

const { catalog } = loadCatalog({
  overridesText: `asOf: 2026-11-01
source: contract 7
prices: [{ instance: g6e.xlarge, region: us-east-1, market: reserved, usdPerHour: 0.9, nodes: 8, paid: true }]
`,
});
const fleet = `fleet: held
markets: [on-demand, reserved]
instances: { allow: [g6e.xlarge] }
workloads:
  - { name: agent, model: Qwen3-8B, precision: fp8, qps: 11, averageContext: 2000 }
`;
const { spec } = readSpec(fleet, { file: "held.fleet.yaml", catalog });
if (spec === null) throw new Error("a sound spec");
const plan = await planFleet(spec, catalog);

const months = monthsFrom("2027-01", 2) ?? [];
const account = { billingAccountId: "1", billingAccountName: null, subAccountId: null, subAccountName: null };
const options = { months, growthPercent: 0, account: () => account, stackName: "prod", scenario: "planned", probability: null };
const { rows } = readCsv(focusCsv(plan, options));
const january = rows.filter(({ ChargePeriodStart = "" }) => ChargePeriodStart.startsWith("2027-01"));
const usdOf = (some: readonly Row[], column: string): number => some.reduce((sum, row) => sum + Number(row[column]), 0);

test("a commitment is billed once, as a purchase, and costs effectively where it is used and where it is not", () => {
  const bought = january.filter(({ ChargeCategory }) => ChargeCategory === "Purchase");
  const covered = january.filter(({ ChargeCategory, CommitmentDiscountId }) => ChargeCategory === "Usage" && CommitmentDiscountId !== "");
  expect(bought).toMatchObject([
    {
      BilledCost: "5256",
      EffectiveCost: "0",
      ChargeFrequency: "Recurring",
      CommitmentDiscountStatus: "",
      ConsumedQuantity: "",
      PricingCategory: "Standard",
      PricingQuantity: "5840",
    },
  ]);
  expect(new Set(covered.map(({ CommitmentDiscountStatus }) => CommitmentDiscountStatus))).toEqual(new Set(["Used", "Unused"]));
  expect(covered.every(({ BilledCost, PricingCategory }) => BilledCost === "0" && PricingCategory === "Committed")).toBe(true);
  expect(usdOf(covered, "EffectiveCost")).toBeCloseTo(5256, 4);
  expect(new Set([...bought, ...covered].map(({ CommitmentDiscountId }) => CommitmentDiscountId)).size).toBe(1);
});

test("what is unused of it has the commitment as its resource and was consumed by nobody", () => {
  const unused = january.filter(({ CommitmentDiscountStatus }) => CommitmentDiscountStatus === "Unused");
  expect(unused).toMatchObject([
    { EffectiveCost: "1971", ConsumedQuantity: "", ConsumedUnit: "", AllocatedMethodId: "", x_WorkloadName: "" },
  ]);
  expect(unused[0]?.ResourceId).toBe(unused[0]?.CommitmentDiscountId);
});

test("what is billed and what it costs effectively are both the plan's month to the cent", () => {
  expect(usdOf(january, "BilledCost")).toBeCloseTo(plan.cost.usdPerMonth, 2);
  expect(usdOf(january, "EffectiveCost")).toBeCloseTo(plan.cost.usdPerMonth, 2);
});

test("with growth more is used, and what stands idle stays as it is", () => {
  const forecast = forecastJson(plan, { months, growthPercent: 10 });
  expect(forecast.months[0]?.costUsd).toBe(plan.cost.usdPerMonth);
  expect(forecast.months[1]?.costUsd).toBeCloseTo(1.1 * (plan.cost.usdPerMonth - 1971) + 1971, 2);
});
