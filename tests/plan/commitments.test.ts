import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { planFleet } from "../../planner/index.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { planOf, rawCatalog } from "../fleets/plan-of.ts";

const agent = { name: "agent", model: "Qwen3-8B", precision: "fp8", qps: 20, averageContext: 2000 };
const g6eOnly = { instances: { allow: ["g6e.xlarge"] } };

async function planned(fields: object) {
  const outcome = await planOf({ fleet: "committed", workloads: [agent], ...g6eOnly, ...fields });
  if (outcome.kind !== "planned") throw new Error(JSON.stringify(outcome.findings));
  expect(checkPlan(outcome.spec, outcome.plan, rawCatalog)).toEqual([]);
  return outcome.plan;
}

test("reserved nodes cost what the commitment costs, and longer ones cost less", async () => {
  const onDemand = await planned({ markets: ["on-demand"] });
  const oneYear = await planned({ markets: ["on-demand", "reserved"] });
  const threeYears = await planned({ markets: ["on-demand", "reserved"], commitment: "3-years" });
  expect(oneYear.pools.map(({ market }) => market)).toEqual(["reserved"]);
  expect(oneYear.cost.usdPerHour).toBeLessThan(onDemand.cost.usdPerHour);
  expect(threeYears.cost.usdPerHour).toBeLessThan(oneYear.cost.usdPerHour);
  expect(oneYear.assumptions.map(({ code }) => code)).toContain("assume-commitment");
});

test("what committing would save is the difference to a plan that commits", async () => {
  const onDemand = await planned({ markets: ["on-demand"] });
  const reserved = await planned({ markets: ["on-demand", "reserved"] });
  const finding = onDemand.warnings.find(({ code }) => code === "commitment-pays");
  // The test catalog has a reservation that is paid for anyway, and stands idle here.
  const committed = reserved.cost.usdPerMonth - (reserved.cost.paidAnyway?.idle.usdPerMonth ?? 0);
  expect(finding?.value).toBeCloseTo(onDemand.cost.usdPerMonth - committed, 0);
});

test("nodes that run for few hours are not worth a commitment", async () => {
  const rates = Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 20 : 3));
  const workloads = [{ ...agent, qps: undefined, traffic: { hourlyRequestsPerSecond: rates } }];
  const plan = await planned({ markets: ["on-demand"], workloads: JSON.parse(JSON.stringify(workloads)) });
  const { nodesByHour, nodes = 0, commitments = [], usdPerNodeHour = 0 } = plan.pools[0] ?? {};
  const base = nodesByHour?.[12] ?? 0;
  expect(base).toBeLessThan(nodes);
  const saved = base * 730 * (usdPerNodeHour - (commitments[0]?.usdPerNodeHour ?? 0));
  expect(plan.warnings.find(({ code }) => code === "commitment-pays")?.value).toBeCloseTo(saved, 1);
});

const reservation = (nodes: number) => `asOf: 2026-11-01
source: contract
prices:
  - { instance: g6e.xlarge, region: us-east-1, market: reserved, usdPerHour: 0.5, nodes: ${nodes} }
`;

test("a reservation of one's own is used up before anything else is bought", async () => {
  const { catalog } = loadCatalog({ overridesText: reservation(3) });
  const fleet = { fleet: "committed", workloads: [agent], ...g6eOnly, markets: ["on-demand", "reserved"] };
  const { spec, findings } = readSpec(JSON.stringify(fleet), { file: "x.yaml", catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  const { pools } = await planFleet(spec, catalog);
  const bought = Object.fromEntries(pools.map(({ market, nodes, usdPerNodeHour }) => [market, { nodes, usdPerNodeHour }]));
  expect(bought.reserved).toEqual({ nodes: 3, usdPerNodeHour: 0.5 });
  expect(bought["on-demand"]?.nodes).toBeGreaterThan(0);
});

test("nodes of one kind in several zones are one commitment", async () => {
  const survivor = { ...agent, availability: { survive: "zone" } };
  const plan = await planned({ markets: ["on-demand"], workloads: [survivor] });
  expect(plan.pools.length).toBeGreaterThan(1);
  const nodes = plan.pools.reduce((sum, pool) => sum + pool.nodes, 0);
  const finding = plan.warnings.find(({ code }) => code === "commitment-pays");
  expect(finding?.message.match(/\d+ x g6e\.xlarge/g)).toEqual([`${nodes} x g6e.xlarge`]);
});
