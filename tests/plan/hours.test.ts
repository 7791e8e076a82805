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

test("what work that may wait would save on others' idle hours is the difference to a fleet without it", async () => {
  const nightly = (requestsPerDay: number) => ({ name: "nightly", ...qwen, batch: { requestsPerDay, finishWithinHours: 8 } });
  const chat = { name: "chat", ...qwen, ...profile(night) };
  const { plan } = await planned(chat, nightly(100_000));
  const { plan: alone } = await planned(chat);
  const finding = plan.warnings.find(({ code }) => code === "batch-fits-off-peak");
  expect(Number(finding?.value)).toBeCloseTo(plan.cost.usdPerMonth - alone.cost.usdPerMonth, 1);
  expect(finding?.message).toMatch(
    /^the \S+ GPUs that other workloads leave idle on \S+ from \d\d:00 to \d\d:00 UTC would do the day's work: .* \$[\d,]+\.\d\d a month less$/,
  );
});

test("unit costs are those of a mean hour", async () => {
  const { plan } = await planned({ name: "chat", ...qwen, ...profile(night) });
  const cost = plan.workloads[0]?.cost;
  const requestsPerMonth = (20 * 16 * 3600 * 730) / 24;
  expect(cost?.usdPerThousandRequests).toBeCloseTo(((cost?.usdPerMonth ?? 0) / requestsPerMonth) * 1000, 5);
});

const office = [0, 0, 0, 0, 0, 1, 2, 6, 12, 14, 15, 16, 15, 14, 16, 15, 12, 9, 6, 4, 2, 1, 0, 0];
const llama = { model: "meta-llama/Llama-3.3-70B-Instruct", precision: "fp8", averageContext: 2300 };

test("where smaller nodes would follow the profile for less, the plan says what that fleet costs, and it does", async () => {
  const chat = { name: "chat", ...llama, ...profile(office) };
  const search = { name: "search", ...qwen, ...profile(office.map((rate) => rate + 2)) };
  const { plan } = await planned(chat, search);
  const finding = plan.warnings.find(({ code }) => code === "smaller-nodes-follow");
  const maxReplicasPerNode = Number(finding?.suggestion?.match(/maxReplicasPerNode: (\d+)/)?.[1]);
  const { spec, plan: smaller } = await planned({ ...chat, maxReplicasPerNode }, { ...search, maxReplicasPerNode });
  expect(checkPlan(spec, smaller, rawCatalog)).toEqual([]);
  const [now, then] = [plan.cost.scaled?.usdPerMonth ?? 0, smaller.cost.scaled?.usdPerMonth ?? 0];
  expect(finding?.value).toBeCloseTo(now - then, 1);
  expect(then).toBeLessThan(0.95 * now);
  expect(smaller.cost.usdPerMonth).toBeGreaterThanOrEqual(plan.cost.usdPerMonth);
  expect(finding?.message).toContain(then.toLocaleString("en-US", { minimumFractionDigits: 2 }));
});

test("a day without hours that differ, and nodes that are small already, call for no other ones", async () => {
  expect(codes((await planned({ name: "chat", ...llama, ...profile(Array(24).fill(16)) })).plan)).not.toContain("smaller-nodes-follow");
  const single = { name: "chat", ...llama, ...profile(office), maxReplicasPerNode: 1 };
  expect(codes((await planned(single)).plan)).not.toContain("smaller-nodes-follow");
});

test("replicas are called before their hour, and what that adds to the day is said", async () => {
  const { plan } = await planned({ name: "chat", ...llama, ...profile(office), maxReplicasPerNode: 1 });
  const finding = plan.assumptions.find(({ code }) => code === "assume-nodes-follow");
  const lead = (plan.workloads[0]?.deployments[0]?.startupSeconds ?? 0) + rawCatalog.spotModel.provisioning.seconds;
  expect(finding?.message).toContain(`${lead} s`);
  const added = plan.pools.reduce((sum, { nodesByHour = [], usdPerNodeHour }) => {
    const coming = nodesByHour.reduce((nodes, now, hour) => nodes + Math.max(0, now - (nodesByHour.at(hour - 1) ?? 0)), 0);
    return sum + (coming * usdPerNodeHour * lead) / 3600;
  }, 0);
  expect(finding?.value).toBeCloseTo((added * 730) / 24, 0);
});
