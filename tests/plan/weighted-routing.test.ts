import { expect, test } from "vitest";
import { planFleet } from "../../planner/index.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { diffPlans } from "../../reports/diff/diff-plans.ts";
import { renderPlanTable } from "../../reports/table.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { catalog, planOf, rawCatalog } from "../fleets/plan-of.ts";

const chat = { name: "chat", model: "Qwen3-8B", precision: "fp8", qps: 11, averageContext: 2000 };
/** Four L40S in a node, or one L4: what four L40S leave over fits on a few L4. */
const twoSizes = { markets: ["on-demand"], instances: { allow: ["g6e.12xlarge", "g6.xlarge"] } };

async function planned(workload: object, fields: object = {}) {
  const outcome = await planOf({ fleet: "mix", ...twoSizes, ...fields, workloads: [{ ...chat, ...workload }] });
  if (outcome.kind !== "planned") throw new Error(JSON.stringify(outcome.findings));
  expect(checkPlan(outcome.spec, outcome.plan, rawCatalog)).toEqual([]);
  return outcome;
}

const layouts = ({ workloads, pools }: FleetPlan) =>
  new Set(workloads[0]?.deployments.map(({ pool }) => pools.find(({ name }) => name === pool)?.gpu));

test("by default, and with even, a workload has one layout", async () => {
  for (const workload of [{}, { routing: "even" }]) {
    const { plan } = await planned(workload);
    expect(layouts(plan).size).toBe(1);
    expect(plan.notDeployable).toEqual([]);
    expect(plan.workloads[0]?.deployments[0]).not.toHaveProperty("requestShare");
  }
});

test("by weight it may have two, the requests go by capacity, and the plan says what that saves and that it cannot be deployed yet", async () => {
  const { plan: even } = await planned({});
  const { plan } = await planned({ routing: "weighted" });
  expect(layouts(plan)).toEqual(new Set(["l4", "l40s"]));
  expect(plan.cost.usdPerMonth).toBeLessThan(even.cost.usdPerMonth);
  const saving = plan.assumptions.find(({ code }) => code === "assume-weighted-routing");
  expect(saving).toMatchObject({ path: "workloads[0].routing", unit: "USD a month" });
  expect(Number(saving?.value)).toBeCloseTo(even.cost.usdPerMonth - plan.cost.usdPerMonth, 1);
  expect(saving?.message).toMatch(
    /^requests of chat are sent to replicas by their capacity, which saves \$[\d,]+\.\d\d a month against one layout each$/,
  );
  expect(plan.notDeployable).toEqual([
    {
      code: "not-supported-yet",
      path: "workloads.chat",
      message: "its 2 deployments have several layouts, and requests sent to them by weight take a router, which is not made yet",
      suggestion: "leave routing out, or set it to even",
    },
  ]);
  expect(plan.optimality.lowerBoundUsdPerHour).toBeLessThanOrEqual(plan.cost.usdPerHour);
  expect(plan.assumptions.map(({ code }) => code)).not.toContain("assume-even-spread");
  expect(renderPlanTable(plan, { color: false, width: 200 })).toMatch(
    /Requests sent by weight, to each replica by its capacity\n {2}- chat: \d+\.\d % to l4 tp1 fp8 in \S+, \d+\.\d % to l40s tp1 fp8 in \S+\n/,
  );
});

test("every replica of a mixture is as far from its limit as the others, and the shares add up to 1", async () => {
  const { plan } = await planned({ routing: "weighted" });
  const { deployments = [] } = plan.workloads[0] ?? {};
  const loads = deployments.map((one) => one.plannedRequestsPerSecondPerReplica / one.capacityRequestsPerSecondPerReplica);
  for (const load of loads) expect(load).toBeCloseTo(loads[0] ?? 0, 9);
  expect(Math.round(deployments.reduce((sum, { requestShare = 0 }) => sum + requestShare, 0) * 1e6)).toBe(1e6);
  const served = deployments.reduce((sum, one) => sum + one.replicas * one.plannedRequestsPerSecondPerReplica, 0);
  expect(served).toBeCloseTo(11, 9);
});

test.each([
  ["the loss of a replica", { availability: { survive: "replica" } }, {}],
  ["the loss of a node", { availability: { survive: "node", degradedShare: 0.6 } }, {}],
  ["the loss of a zone", { availability: { survive: "zone", degradedShare: 0.5 } }, {}],
  ["a share of spot", { spot: { maxShare: 0.5 } }, { markets: ["on-demand", "spot"] }],
  [
    "all of it on spot that must nearly always be there",
    { spot: { maxShare: 1, minSurvival: 0.9999 } },
    { markets: ["on-demand", "spot"] },
  ],
  [
    "hours of the day",
    { qps: undefined, traffic: { hourlyRequestsPerSecond: [...Array(8).fill(0), ...Array(8).fill(3), ...Array(8).fill(11)] } },
    {},
  ],
  ["work that may wait", { qps: undefined, batch: { requestsPerDay: 300_000, finishWithinHours: 8 }, spot: { maxShare: 0 } }, {}],
])("%s holds over the mixture, and it costs no more than one layout", async (_, workload, fields) => {
  const { plan: even } = await planned(workload, fields);
  const { plan } = await planned({ ...workload, routing: "weighted" }, fields);
  expect(plan.cost.usdPerHour).toBeLessThanOrEqual(even.cost.usdPerHour);
});

test("a quota that one layout breaks may be kept by two", async () => {
  const quotas = [
    { cloud: "aws", region: "us-east-1", family: "g6e", market: "on-demand", gpus: 4 },
    { cloud: "aws", region: "us-east-1", family: "g6", market: "on-demand", gpus: 6 },
  ];
  const fleet = { fleet: "mix", ...twoSizes, quotas };
  expect((await planOf({ ...fleet, workloads: [chat] })).kind).toBe("impossible");
  const { plan } = await planned({ routing: "weighted" }, { quotas });
  expect(layouts(plan).size).toBe(2);
  expect(plan.assumptions.find(({ code }) => code === "assume-weighted-routing")?.message).toBe(
    "requests of chat are sent to replicas by their capacity; with one layout each there is no fleet",
  );
});

test("a mixture that is deployed stays where it is", async () => {
  const { spec, plan } = await planned({ routing: "weighted" });
  const again = await planFleet(spec, catalog, {}, { deployed: plan });
  expect(again.pools.map(({ name, nodes }) => [name, nodes])).toEqual(plan.pools.map(({ name, nodes }) => [name, nodes]));
  expect(again.stability?.churn).toMatchObject({ nodesAdded: 0, nodesRemoved: 0, replicasStarted: 0 });
});

test("the checker sees weights that nobody asked for, that do not add up, and that are not the capacities' parts", async () => {
  const { spec, plan } = await planned({ routing: "weighted" });
  const broken = (change: (plan: FleetPlan) => void, other = spec): string[] => {
    const copy = structuredClone(plan);
    change(copy);
    return checkPlan(other, copy, rawCatalog);
  };
  const shares = (values: readonly number[]) => (copy: FleetPlan) =>
    copy.workloads[0]?.deployments.forEach((one, index) => {
      Object.assign(one, { requestShare: values[index] });
    });
  expect(broken(shares([0.5, 0.6]))).toContain("workload chat has weights that do not add up to 1");
  expect(broken(shares([0.5, 0.5]))).toContain("workload chat has weights that are not its capacities' parts");
  expect(broken((copy) => Object.assign(copy, { notDeployable: [] }))).toContain(
    "workloads.chat cannot be deployed yet, and the plan does not say so",
  );
  const { routing: _, ...evenChat } = spec.workloads[0] ?? ({} as never);
  expect(broken(() => {}, { ...spec, workloads: [evenChat] })).toContain("workload chat has weights that nobody asked for");
});

test("a review names both layouts", async () => {
  const { plan: even } = await planned({});
  const { plan } = await planned({ routing: "weighted" });
  const { workloads } = diffPlans(even, plan, { today: "2026-11-29", maxPriceAgeDays: 365, maxIncrease: null });
  expect(workloads[0]?.differences.find(({ what }) => what === "layout")).toEqual({
    what: "layout",
    old: "l4 tp1 fp8",
    new: "l4 tp1 fp8 + l40s tp1 fp8",
  });
});
