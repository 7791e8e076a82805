import fc from "fast-check";
import { expect, test } from "vitest";
import { checkPlan } from "../checker/check-plan.ts";
import { planOf, rawCatalog } from "../fleets/plan-of.ts";

const qwen = { model: "Qwen3-8B", precision: "fp8", averageContext: 2000 };
const profile = (hourlyRequestsPerSecond: readonly number[]) => ({ traffic: { hourlyRequestsPerSecond } });
const night = [...Array(8).fill(0), ...Array(16).fill(20)];

async function planned(...workloads: readonly { readonly name: string; readonly [field: string]: unknown }[]) {
  const outcome = await planOf({ fleet: "hours", markets: ["on-demand"], workloads });
  if (outcome.kind !== "planned") throw new Error(JSON.stringify(outcome.findings));
  return outcome;
}

const codes = (plan: { readonly warnings: readonly { readonly code: string }[] }) => plan.warnings.map(({ code }) => code);

test("a fleet without a profile says nothing about hours", async () => {
  const { plan } = await planned({ name: "chat", ...qwen, qps: 10 });
  expect(plan.cost.usdPerHourByHour).toBeUndefined();
  expect(plan.pools[0]).not.toHaveProperty("nodesByHour");
  expect(plan.pools[0]?.minNodes).toBe(plan.pools[0]?.nodes);
});

test("a flat profile costs around the clock what the headline says", async () => {
  const { plan } = await planned({ name: "chat", ...qwen, ...profile(Array(24).fill(10)) });
  expect(plan.cost.scaled).toEqual({ usdPerHour: plan.cost.usdPerHour, usdPerMonth: plan.cost.usdPerMonth });
  expect(codes(plan)).not.toContain("scale-to-zero");
});

test("every hour of any profile is served by no more than the busiest hour's fleet", { timeout: 60_000 }, async () => {
  const rates = fc.array(fc.constantFrom(0, 0.001, 0.5, 3, 11, 29, 60), { minLength: 24, maxLength: 24 });
  const rules = fc.record({
    survive: fc.constantFrom("none", "replica", "node", "zone"),
    degradedShare: fc.constantFrom(0.4, 0.8, 1),
    maxShare: fc.constantFrom(0, 0.4, 1),
  });
  await fc.assert(
    fc.asyncProperty(rates, rules, async (hourly, { survive, degradedShare, maxShare }) => {
      const availability = { survive, degradedShare };
      const chat = { name: "chat", ...qwen, ...profile(hourly), availability, spot: { maxShare } };
      const outcome = await planOf({ fleet: "hours", workloads: [chat] });
      if (outcome.kind !== "planned") throw new Error(JSON.stringify(outcome.findings));
      expect(checkPlan(outcome.spec, outcome.plan, rawCatalog)).toEqual([]);
      expect(outcome.plan.cost.scaled?.usdPerMonth ?? 0).toBeLessThanOrEqual(outcome.plan.cost.usdPerMonth);
    }),
    { numRuns: 25 },
  );
});

test("in hours without requests there is no replica, and the plan says what that saves and what it costs the first request", async () => {
  const { plan } = await planned({ name: "chat", ...qwen, ...profile(night) });
  const [deployment] = plan.workloads[0]?.deployments ?? [];
  expect(deployment).toMatchObject({ minReplicas: 0, replicasByHour: night.map((rate) => (rate === 0 ? 0 : deployment?.replicas)) });
  const finding = plan.warnings.find(({ code }) => code === "scale-to-zero");
  const [pool] = plan.pools;
  expect(plan.pools).toHaveLength(1);
  // One replica through eight of 24 hours.
  const nodes = Math.ceil((deployment?.gpusPerReplica ?? 0) / (pool?.gpusPerNode ?? 1));
  expect(finding?.value).toBeCloseTo((nodes * (pool?.usdPerNodeHour ?? 0) * 730) / 3, 1);
  expect(finding?.message).toContain(`waits ${deployment?.startupSeconds} s`);
});

test("work that may wait runs in the hours in which others leave nodes half empty", async () => {
  const nightly = { name: "nightly", ...qwen, batch: { requestsPerDay: 100_000, finishWithinHours: 7.5 } };
  const { spec, plan } = await planned({ name: "chat", ...qwen, ...profile(night) }, nightly);
  expect(checkPlan(spec, plan, rawCatalog)).toEqual([]);
  const hours = plan.workloads[1]?.deployments[0]?.replicasByHour ?? [];
  expect(hours.filter((replicas) => replicas > 0)).toHaveLength(8);
});

test("work that fits on what others leave idle is found, and work that does not is not", async () => {
  const nightly = (requestsPerDay: number) => ({ name: "nightly", ...qwen, batch: { requestsPerDay, finishWithinHours: 8 } });
  const chat = { name: "chat", ...qwen, ...profile(night) };
  expect(codes((await planned(chat, nightly(100_000))).plan)).toContain("batch-fits-off-peak");
  expect(codes((await planned(chat, nightly(100_000_000))).plan)).not.toContain("batch-fits-off-peak");
});

test("unit costs are those of a mean hour", async () => {
  const { plan } = await planned({ name: "chat", ...qwen, ...profile(night) });
  const cost = plan.workloads[0]?.cost;
  const requestsPerMonth = (20 * 16 * 3600 * 730) / 24;
  expect(cost?.usdPerThousandRequests).toBeCloseTo(((cost?.usdPerMonth ?? 0) / requestsPerMonth) * 1000, 5);
});
