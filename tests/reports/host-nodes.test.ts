import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { planSchema } from "../../cli/plan-schema.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { planFleet } from "../../planner/plan/plan-fleet.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { diffPlans } from "../../reports/diff/diff-plans.ts";
import { type FocusOptions, focusCsv } from "../../reports/focus/focus-rows.ts";
import { monthsFrom } from "../../reports/focus/months.ts";
import { plainRows } from "../../reports/focus/plain-rows.ts";
import { poolLines } from "../../reports/pool-table.ts";
import { workloadLines } from "../../reports/workload-table.ts";
import { brokenFocusRules, readCsv } from "./focus/focus-rules.ts";

const options: FocusOptions = {
  months: monthsFrom("2026-12", 1) ?? [],
  growthPercent: 0,
  account: () => ({ billingAccountId: "1", billingAccountName: null, subAccountId: null, subAccountName: null }),
  stackName: "search",
  scenario: "planned",
  probability: null,
};

const plain = { width: 200, color: false, unicode: true } as const;

/** Nodes with GPUs and nodes without, some of which nobody uses up. */
let plan: FleetPlan;
let host: FleetPlan["pools"][number];

beforeAll(async () => {
  const { catalog } = loadCatalog();
  const { spec, findings } = readSpec(readFileSync("stacks/search.fleet.yaml", "utf8"), { file: "search.fleet.yaml", catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  plan = await planFleet(spec, catalog);
  const [found] = plan.pools.filter(({ gpu }) => gpu === null);
  if (found === undefined) throw new Error("the search fleet has no node without GPUs");
  host = found;
});

test("a plan with such nodes is read back from a file as it was written", () => {
  expect(planSchema.safeParse(JSON.parse(JSON.stringify(plan))).success).toBe(true);
});

test("their rows keep the rules of FOCUS, count vCPU-hours, and name the processor", () => {
  const { header, rows } = readCsv(focusCsv(plan, options));
  expect(brokenFocusRules(header, rows)).toEqual([]);
  const own = rows.filter((row) => row.x_PoolName === host.name);
  const vcpus = (host.cpu?.slotsPerNode ?? 0) * (host.cpu?.slotVcpus ?? 0);
  expect(own).not.toEqual([]);
  for (const row of own) {
    expect(row).toMatchObject({ ConsumedUnit: "vCPU-Hours", AllocatedMethodId: "vcpus-held" });
    expect(Number(row.ConsumedQuantity)).toBeCloseTo(Number(row.PricingQuantity) * vcpus, 6);
    expect(JSON.parse(row.SkuPriceDetails ?? "")).toEqual({
      CoreCount: vcpus,
      InstanceType: host.instanceType,
      x_Processor: host.cpu?.processor,
    });
  }
  const costs = rows.reduce((sum, row) => sum + Number(row.BilledCost), 0);
  expect(costs).toBeCloseTo(plan.cost.usdPerMonth, 1);
});

test("the plain rows have no GPU for them", () => {
  for (const row of plainRows(plan, options).filter(({ pool }) => pool === host.name)) {
    expect(row).toMatchObject({ gpu: null, gpusHeld: 0, gpuHours: 0 });
  }
});

test("the tables show the processor, its vCPUs, and leave the column of GPUs empty", () => {
  const lines = poolLines(plan, plain);
  const row = lines.find((line) => line.startsWith(host.name)) ?? "";
  expect(lines[1]).toMatch(/Nodes +GPUs +vCPUs +USD\/node-h/);
  // Between its one node and its vCPUs stands nothing.
  expect(row).toMatch(/ 1 {6,}4 {2,}/);
  expect(workloadLines(plan, plain).find((line) => line.startsWith("faq"))).toContain(`${host.cpu?.processor} 4vcpu fp32`);
});

test("a move to such a node is a difference that a reviewer sees", () => {
  const others = { ...plan, pools: plan.pools.filter(({ name }) => name !== host.name) };
  const diff = JSON.stringify(diffPlans(others, plan, { today: "2026-11-20", maxPriceAgeDays: 30, maxIncrease: null }));
  expect(diff).toContain(`${host.cpu?.processor} 4vcpu fp32`);
});
