import { expect, test } from "vitest";
import { planFleet } from "../../planner/index.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import type { FleetSpec } from "../../planner/spec/fleet-spec.ts";
import { renderPlanTable } from "../../reports/table.ts";
import { ask, catalog, chat, specOf } from "./ask.ts";

const spec = specOf({
  fleet: "explained",
  gpus: { deny: ["l40s", "l4"] },
  quotas: [{ cloud: "aws", region: "us-east-1", family: "g7e", market: "on-demand", gpus: 8 }],
  workloads: [
    chat(40, { availability: { survive: "zone", degradedShare: 0.8 } }),
    { name: "code", model: "Qwen/Qwen2.5-Coder-32B-Instruct", precision: ["bf16", "fp8"], qps: 6, averageContext: 3300 },
  ],
});

const explained = (workload: string): Promise<FleetPlan> => planFleet(spec, catalog, {}, { explain: workload });

test("every candidate of a workload is in one group, with a reason", async () => {
  const { explanation, rejected = [] } = await explained("chat");
  const counted = (explanation?.groups ?? []).filter(({ reason }) => reason.code !== "excluded");
  const losers = counted.reduce((sum, { candidates }) => sum + candidates, 0);
  expect(losers).toBe((explanation?.considered ?? 0) - 1);
  const out = counted.filter(({ reason }) => !["dearer", "as-cheap", "no-fleet"].includes(reason.code));
  expect(out.reduce((sum, { candidates }) => sum + candidates, 0)).toBe(rejected.filter(({ workload }) => workload === "chat").length);
  for (const { reason } of explanation?.groups ?? []) expect(reason.message).not.toBe("");
});

test("what a GPU would cost more is what a fleet without the others costs more", async () => {
  const plan = await explained("code");
  const group = plan.explanation?.groups.find(({ reason, precision }) => reason.code === "dearer" && precision === "bf16");
  const only: FleetSpec = {
    ...spec,
    workloads: spec.workloads.map((workload) => (workload.name === "code" ? { ...workload, precisions: ["bf16"] } : workload)),
  };
  const bf16 = (await ask(only)).plan;
  // The cheapest of the bf16 groups is the best that bf16 can do.
  expect(plan.cost.usdPerMonth + Number(group?.reason.value)).toBeCloseTo(bf16?.cost.usdPerMonth ?? 0, 1);
});

test("the GPUs that the spec keeps out are named with the line that does", async () => {
  const { explanation } = await explained("chat");
  const excluded = explanation?.groups.filter(({ reason }) => reason.code === "excluded").map(({ gpu, reason }) => [gpu, reason.path]);
  expect(excluded).toEqual([
    ["l4", "gpus.deny"],
    ["l40s", "gpus.deny"],
  ]);
});

test("the price of a line is the difference to a plan without it", async () => {
  const plan = await planFleet(spec, catalog, {}, { explain: true });
  const price = (path: string) => plan.constraints?.find((one) => one.path === path)?.usdPerMonth;
  const cost = async (changed: FleetSpec) => (await ask(changed)).plan?.cost.usdPerMonth ?? Number.NaN;
  expect(price("gpus")).toBeCloseTo(plan.cost.usdPerMonth - (await cost({ ...spec, gpus: { allow: [], deny: [] } })), 1);
  const mortal = spec.workloads.with(0, { ...spec.workloads[0], availability: { survive: "none", degradedShare: 1 } } as never);
  expect(price("workloads[0].availability.survive")).toBeCloseTo(plan.cost.usdPerMonth - (await cost({ ...spec, workloads: mortal })), 1);
  const prices = (plan.constraints ?? []).map(({ usdPerMonth }) => usdPerMonth);
  expect(prices).toEqual(prices.toSorted((a, b) => b - a));
  expect(Math.min(...prices)).toBeGreaterThanOrEqual(0);
});

test("the spare is served by the fleet as it is, and hardly more is not", async () => {
  const plan = await explained("chat");
  const spare = plan.explanation?.marginal.spareRequestsPerSecond ?? 0;
  const grown = (more: number): FleetSpec => ({
    ...spec,
    workloads: spec.workloads.map((one) =>
      one.name === "chat" ? { ...one, demand: { ...one.demand, requestsPerSecond: one.demand.requestsPerSecond + more } } : one,
    ),
  });
  expect(spare).toBeGreaterThan(0);
  const same = (await ask(grown(spare * 0.999))).plan;
  expect(same?.cost.usdPerHour).toBeLessThanOrEqual(plan.cost.usdPerHour);
  const beyond = (await ask(grown(spare + 1))).plan;
  const more = plan.explanation?.marginal.usdPerMonthForOneBeyondSpare ?? Number.NaN;
  expect(more).toBeCloseTo(Math.max(0, (beyond?.cost.usdPerMonth ?? 0) - plan.cost.usdPerMonth), 1);
});

test("an explanation as people read it", async () => {
  const text = renderPlanTable(await explained("chat"), { width: 100, color: false });
  const section = text.slice(text.indexOf("Why chat is served"), text.indexOf("\n\nWarnings"));
  await expect(`${section}\n`).toMatchFileSnapshot("goldens/explanation.txt");
});

test("a split over two layouts that is said to save is a fleet at that cost", async () => {
  const text = { fleet: "mixed", markets: ["on-demand"], workloads: [chat(70, { name: "first" }), chat(9, { name: "second" })] };
  const whole = specOf(text);
  const plan = await planFleet(whole, catalog, {}, { explain: "first" });
  const { mixing } = plan.explanation ?? {};
  expect(mixing).toBeDefined();
  if (mixing == null) return;
  const [one, other] = mixing.parts.map(({ share }) => 70 * share);
  const split = specOf({
    ...text,
    workloads: [chat(one ?? 0, { name: "first" }), chat(9, { name: "second" }), chat(other ?? 0, { name: "first-rest" })],
  });
  const apart = (await ask(split)).plan;
  expect(plan.cost.usdPerMonth - mixing.savedUsdPerMonth).toBeCloseTo(apart?.cost.usdPerMonth ?? 0, 0);
});
