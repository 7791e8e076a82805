import { expect, test } from "vitest";
import { checkPlan } from "../checker/check-plan.ts";
import { planOf, rawCatalog } from "../fleets/plan-of.ts";

async function planned(spot: object, fields: object = {}) {
  const workload = { name: "chat", model: "Qwen3-8B", precision: "fp8", qps: 20, averageContext: 2000, spot };
  const outcome = await planOf({ fleet: "spot", clouds: { aws: { regions: ["us-east-1"] } }, workloads: [workload], ...fields });
  if (outcome.kind !== "planned") return { plan: null, findings: outcome.findings };
  expect(checkPlan(outcome.spec, outcome.plan, rawCatalog)).toEqual([]);
  return { plan: outcome.plan, findings: [] };
}

test("a higher survival costs more, spreads over more pools, and is reached", async () => {
  const usual = (await planned({ maxShare: 1 })).plan;
  const safe = (await planned({ maxShare: 1, minSurvival: 0.9999 })).plan;
  expect(usual?.workloads[0]?.spotRisk).toMatchObject({ survivesSpotPool: false });
  expect(safe?.workloads[0]?.spotRisk).toMatchObject({ survivesSpotPool: true });
  expect(safe?.workloads[0]?.spotRisk?.survival).toBeGreaterThanOrEqual(0.9999);
  expect(safe?.cost.usdPerHour).toBeGreaterThan(usual?.cost.usdPerHour ?? Infinity);
  const pools = (plan: typeof usual) => plan?.pools.filter(({ market }) => market === "spot").length ?? 0;
  expect(pools(safe)).toBeGreaterThan(pools(usual));
});

test("with every spot pool gone in turn, a workload that must survive it serves all of its demand", async () => {
  const { plan } = await planned({ maxShare: 0.7, minSurvival: 0.9999 });
  const { deployments = [] } = plan?.workloads[0] ?? {};
  const market = new Map(plan?.pools.map((pool) => [pool.name, pool.market]));
  const capacity = (gone: string) =>
    deployments.reduce((sum, one) => sum + (one.pool === gone ? 0 : one.replicas * one.capacityRequestsPerSecondPerReplica), 0);
  for (const { pool } of deployments) if (market.get(pool) === "spot") expect(capacity(pool)).toBeGreaterThanOrEqual(20);
});

test("what is not on spot has no risk of it", async () => {
  expect((await planned({ maxShare: 0 })).plan?.workloads[0]).not.toHaveProperty("spotRisk");
});

test("one spot pool and nothing else cannot survive its loss, and the finding says so", async () => {
  const place = {
    clouds: { aws: { regions: ["us-east-1"], zones: { "us-east-1": ["a"] } } },
    markets: ["spot"],
    instances: { allow: ["g6e.xlarge"] },
  };
  const { plan, findings } = await planned({ maxShare: 1, minSurvival: 0.9999 }, place);
  expect(plan).toBeNull();
  expect(findings[0]).toMatchObject({ code: "unplaceable-spot-pool", path: "workloads[0].spot.minSurvival" });
});
