import { expect, test } from "vitest";
import type { Catalog } from "../../catalog/catalog.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { planFleet } from "../../planner/index.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { lockText, readLock } from "../../planner/plan/lock.ts";
import { repriced } from "../../planner/plan/lock-prices.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { renderPlanTable } from "../../reports/table.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { readRawCatalog } from "../checker/raw-catalog.ts";

const agent = { name: "agent", model: "Qwen3-8B", precision: "fp8", qps: 11, averageContext: 2000 };
const both = { fleet: "held", markets: ["on-demand", "reserved"], instances: { allow: ["g6e.xlarge"] } };

interface Reservation {
  readonly usdPerHour: number;
  readonly nodes: number;
  readonly paid: boolean;
}

const own = ({ usdPerHour, nodes, paid }: Reservation) => `asOf: 2026-11-01
source: contract 7
instanceTypes: []
prices:
  - { instance: g6e.xlarge, region: us-east-1, market: reserved, usdPerHour: ${usdPerHour}, nodes: ${nodes}, paid: ${paid} }
`;

const catalogWith = (reservation: Reservation): Catalog => loadCatalog({ overridesText: own(reservation) }).catalog;

function specOf(fleet: object, catalog: Catalog) {
  const { spec, findings } = readSpec(JSON.stringify(fleet), { file: "held.fleet.yaml", catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  return spec;
}

async function planned(reservation: Reservation, fields: object = {}): Promise<FleetPlan> {
  const catalog = catalogWith(reservation);
  const spec = specOf({ ...both, workloads: [agent], ...fields }, catalog);
  const plan = await planFleet(spec, catalog);
  expect(checkPlan(spec, plan, readRawCatalog(own(reservation)))).toEqual([]);
  return plan;
}

const nodesOf = (plan: FleetPlan) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(plan.pools, ({ market }) => market)).map(([market, pools = []]) => [
      market,
      pools.reduce((sum, { nodes }) => sum + nodes, 0),
    ]),
  );

test("nodes that are paid for are filled first, whatever they cost, and only what they do not hold is bought", async () => {
  // Dearer than on demand: with a price they would be left alone.
  const dear = { usdPerHour: 9, nodes: 3 };
  expect(nodesOf(await planned({ ...dear, paid: false }))).toEqual({ "on-demand": 5 });
  const plan = await planned({ ...dear, paid: true });
  expect(nodesOf(plan)).toEqual({ "on-demand": 2, reserved: 3 });
  expect(plan.optimality.status).toBe("optimal");
  expect(plan.paidNodes).toMatchObject([{ nodes: 3, idleNodes: 0, usdPerHour: 0, usdPerMonth: 0 }]);
  expect(plan.cost.paidAnyway).toEqual({ usdPerHour: 27, usdPerMonth: 19_710, idle: { usdPerHour: 0, usdPerMonth: 0 } });
});

test("what stands idle is in the headline and in every breakdown, as a row of its own", async () => {
  const plan = await planned({ usdPerHour: 0.9, nodes: 8, paid: true });
  const [pool] = plan.pools;
  expect(plan.pools).toHaveLength(1);
  expect(pool).toMatchObject({ market: "reserved", nodes: 5 });
  expect(plan.cost).toMatchObject({ usdPerHour: 7.2, usdPerMonth: 5256 });
  const idle = { usdPerHour: 2.7, usdPerMonth: 1971 };
  expect(plan.cost.paidAnyway).toEqual({ usdPerHour: 7.2, usdPerMonth: 5256, idle });
  expect(plan.cost.byWorkload).toEqual({ agent: { usdPerHour: 4.5, usdPerMonth: 3285 }, "(idle, paid for)": idle });
  expect(plan.cost.byPool["(idle, paid for) aws/us-east-1/g6e.xlarge/reserved"]).toEqual(idle);
  expect(plan.cost.byMarket).toEqual({ reserved: { usdPerHour: 7.2, usdPerMonth: 5256 } });
  expect(plan.cost.byCostCenter).toEqual({ none: { usdPerHour: 7.2, usdPerMonth: 5256 } });
  expect(plan.cost.idleUsdPerHour).toBeCloseTo(2.7, 6);
});

test("the break-even against on demand is stated", async () => {
  // 730 h x 0.9 / 1.861 = 353.04 hours.
  const { paidNodes = [], assumptions } = await planned({ usdPerHour: 0.9, nodes: 8, paid: true });
  expect(paidNodes[0]?.breakEvenHoursPerMonth).toBe(354);
  expect(assumptions.find(({ code }) => code === "assume-paid-nodes")).toMatchObject({
    value: 1971,
    message:
      "nodes that are paid for anyway are in the cost, used or not, and are filled before others are bought: 5 of 8 nodes of g6e.xlarge (reserved) in us-east-1 used; against on demand a node pays above 354 of 730 hours a month",
  });
});

test("without `paid` a reservation costs what is used of it, as before", async () => {
  const plan = await planned({ usdPerHour: 0.9, nodes: 8, paid: false });
  expect(plan).not.toHaveProperty("paidNodes");
  expect(plan.cost).toMatchObject({ usdPerHour: 4.5 });
  expect(plan.cost).not.toHaveProperty("paidAnyway");
});

test("the bill is that of the nodes that are paid for plus the cheapest fleet for the rest: one node more that is paid for saves one that is bought", async () => {
  const bills = await Promise.all([1, 2, 3, 4, 5, 6].map((nodes) => planned({ usdPerHour: 0.9, nodes, paid: true })));
  const added = bills.map(({ cost, paidNodes }) => cost.usdPerHour - 0.9 * (paidNodes?.[0]?.nodes ?? 0));
  expect(added.map((usd) => Math.round(usd * 1e6))).toEqual([4, 3, 2, 1, 0, 0].map((nodes) => Math.round(nodes * 1.861 * 1e6)));
  for (const { optimality } of bills) expect(optimality.gap).toBe(0);
});

test("two clusters of a region, and workloads with nodes of their own, share what is held", async () => {
  const clusters = ["one", "two"].map((name) => ({ name, cloud: "aws", region: "us-east-1" }));
  const workloads = [
    { ...agent, clusters: ["one"] },
    { ...agent, name: "other", clusters: ["two"] },
    { ...agent, name: "alone", dedicatedNodes: true },
  ];
  for (const paid of [true, false])
    expect(nodesOf(await planned({ usdPerHour: 0.9, nodes: 12, paid }, { clusters, workloads }))).toMatchObject({ reserved: 12 });
});

test("work that may wait goes onto nodes that are paid for and idle, and adds nothing to the bill", async () => {
  const nightly = {
    name: "nightly",
    model: "Qwen3-8B",
    precision: "fp8",
    averageContext: 2000,
    batch: { requestsPerDay: 100_000, finishWithinHours: 8 },
  };
  const reservation = { usdPerHour: 0.9, nodes: 8, paid: true };
  const { qps: _, ...busyByDay } = { ...agent, traffic: { hourlyRequestsPerSecond: [...Array(8).fill(1), ...Array(16).fill(11)] } };
  const alone = await planned(reservation, { workloads: [busyByDay] });
  const plan = await planned(reservation, { workloads: [busyByDay, nightly] });
  expect(plan.cost.usdPerHour).toBe(alone.cost.usdPerHour);
  expect(nodesOf(plan)).toEqual({ reserved: expect.any(Number) });
  expect(plan.cost.usdPerHourByHour).toEqual(Array(24).fill(plan.cost.usdPerHour));
  // It costs nothing as it is: other workloads' idle hours would save nothing.
  expect(plan.warnings.map(({ code }) => code)).not.toContain("batch-fits-off-peak");
});

test("nodes that are paid for and that the markets keep out are warned of, and not in the cost", async () => {
  const plan = await planned({ usdPerHour: 0.9, nodes: 3, paid: true }, { markets: ["on-demand"] });
  expect(plan).not.toHaveProperty("paidNodes");
  expect(plan.warnings.find(({ code }) => code === "paid-nodes-not-on-offer")).toEqual({
    code: "paid-nodes-not-on-offer",
    path: "markets",
    message:
      "3 nodes of g6e.xlarge in us-east-1 are paid for, $1,971.00 a month, and the fleet may not use them; what they cost is not in its cost",
    value: 1971,
    unit: "USD a month",
    suggestion: "add reserved to markets",
  });
});

test("a kept fleet is priced anew with what is paid for today", async () => {
  const plan = await planned({ usdPerHour: 0.9, nodes: 8, paid: true });
  const lock = readLock(lockText(plan), { lock: "held.plan.json", spec: "held.fleet.yaml" });
  if (!("plan" in lock)) throw new Error(lock.message);
  const today = catalogWith({ usdPerHour: 1, nodes: 6, paid: true });
  const { plan: kept } = repriced(lock.plan, specOf({ ...both, workloads: [agent] }, today), today);
  expect(kept.cost).toMatchObject({ usdPerHour: 6, paidAnyway: { usdPerHour: 6, idle: { usdPerHour: 1, usdPerMonth: 730 } } });
  expect(kept.paidNodes).toMatchObject([{ nodes: 6, idleNodes: 1 }]);
});

test("the tables show what stands idle, and add up", async () => {
  const plan = await planned({ usdPerHour: 0.9, nodes: 8, paid: true });
  const lines = renderPlanTable(plan, { color: false, width: 200 }).split("\n");
  const idle = lines.filter((line) => line.startsWith("(idle, paid for)"));
  expect(idle.map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ["(idle, paid for)", "1,971.00"],
    ["(idle, paid for)", "g6e.xlarge", "reserved", "us-east-1", "3", "3", "0.90", "1,971.00", "2026-11-01"],
  ]);
  expect(lines).toContain("Of this, $5,256.00 a month is paid anyway, for nodes that are held; $1,971.00 of it for those that stand idle.");
  expect(lines).toContain(
    "  - g6e.xlarge reserved in us-east-1: 5 of 8 nodes in use, $1,971.00 a month for what stands idle; a node is cheaper than on demand from 354 of 730 hours a month on",
  );
});

test("what a list keeps from being used costs the same, so that giving the list up never makes the fleet dearer", async () => {
  const reservation = { usdPerHour: 0.9, nodes: 3, paid: true };
  const denied = await planned(reservation, { instances: { allow: ["g6.xlarge"] } });
  expect(denied.paidNodes).toMatchObject([{ nodes: 3, idleNodes: 3, usdPerHour: 2.7 }]);
  const free = await planned(reservation, { instances: { allow: ["g6.xlarge", "g6e.xlarge"] } });
  expect(free.cost.usdPerHour).toBeLessThanOrEqual(denied.cost.usdPerHour);
});

test("a budget below what is paid anyway is not blamed on the spec's limits", async () => {
  const { warnings } = await planned({ usdPerHour: 0.9, nodes: 8, paid: true }, { budget: { usdPerMonth: 5000 } });
  expect(warnings.find(({ code }) => code === "budget-exceeded")?.suggestion).toBe(
    "raise the budget to $5,256.00: nodes that are paid for anyway cost $5,256.00 alone",
  );
});
