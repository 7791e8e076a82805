import { expect, test } from "vitest";
import { planFleet } from "../../planner/index.ts";
import { renderPlanTable } from "../../reports/table.ts";
import { catalog, chat, specOf } from "./ask.ts";

const spec = specOf({
  fleet: "others",
  workloads: [
    chat(40, { spot: { maxShare: 0.5 } }),
    { name: "code", model: "Qwen/Qwen2.5-Coder-32B-Instruct", precision: ["bf16", "fp8"], qps: 6, averageContext: 3300 },
  ],
});

test("the next-best fleets are different from each other, cheapest first, and none is below what is proven", async () => {
  const plan = await planFleet(spec, catalog, {}, { alternatives: 5 });
  const fleets = plan.otherFleets ?? [];
  expect(fleets).toHaveLength(5);
  const seen = fleets.map(({ pools, workloads }) => JSON.stringify([pools, workloads]));
  expect(new Set(seen).size).toBe(5);
  const costs = fleets.map(({ usdPerHour }) => usdPerHour);
  expect(costs).toEqual(costs.toSorted((a, b) => a - b));
  for (const { usdPerHour, usdPerMonth, moreUsdPerMonth } of fleets) {
    expect(usdPerHour).toBeGreaterThanOrEqual(plan.optimality.lowerBoundUsdPerHour);
    expect(moreUsdPerMonth).toBeCloseTo(usdPerMonth - plan.cost.usdPerMonth, 2);
  }
});

test("each does without what it says", async () => {
  const { otherFleets = [] } = await planFleet(spec, catalog, {}, { alternatives: 20 });
  const without = new Map(otherFleets.map((fleet) => [fleet.without, fleet]));
  const markets = without.get("no spot")?.pools.map(({ market }) => market);
  expect(new Set(markets)).toEqual(new Set(["on-demand"]));
  for (const [words, { workloads, pools }] of without) {
    const [, workload, gpu] = /^(\S+) not on (\S+)$/.exec(words) ?? [];
    if (workload !== undefined) expect(workloads.find((one) => one.workload === workload)?.gpu).not.toBe(gpu);
    const [, missing] = /^no (\S+)$/.exec(words) ?? [];
    if (missing !== undefined) expect(JSON.stringify([pools, workloads])).not.toContain(`"${missing}"`);
  }
});

test("as people read them", async () => {
  const text = renderPlanTable(await planFleet(spec, catalog, {}, { alternatives: 3 }), { width: 120, color: false });
  const section = text.slice(text.indexOf("3 next-best fleets"), text.indexOf("\n\nOther ways to serve"));
  await expect(`${section}\n`).toMatchFileSnapshot("goldens/other-fleets.txt");
});
