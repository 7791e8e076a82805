import { expect, test } from "vitest";
import { dayLines } from "../../reports/day-table.ts";
import { renderPlanTable } from "../../reports/table.ts";
import { examplePlan } from "./fixtures/plan.ts";

/** The example with one node of each pool by night. */
const pools = examplePlan.pools.map((pool) => {
  const nodesByHour = Array.from({ length: 24 }, (_, hour) => (hour < 6 ? 1 : pool.nodes));
  return { ...pool, nodesByHour, minNodes: Math.min(...nodesByHour) };
});
const usdPerHourByHour = Array.from({ length: 24 }, (_, hour) =>
  pools.reduce((sum, pool) => sum + pool.usdPerNodeHour * (pool.nodesByHour[hour] ?? 0), 0),
);
const usdPerHour = usdPerHourByHour.reduce((sum, rate) => sum + rate, 0) / 24;
const scaled = { usdPerHour, usdPerMonth: Math.round(usdPerHour * 73_000) / 100 };
const plan = { ...examplePlan, pools, cost: { ...examplePlan.cost, usdPerHourByHour, scaled } };

test.each([60, 120])("the hours of a day as people read them in %i columns", async (width) => {
  await expect(`${dayLines(plan, { width, color: false }).join("\n")}\n`).toMatchFileSnapshot(`goldens/day-${width}.txt`);
});

test("the table of a plan has them, and that of a plan without hours does not", () => {
  const text = (shown: typeof examplePlan) => renderPlanTable(shown, { width: null, color: false });
  expect(text(plan)).toContain("Hours UTC");
  expect(text(examplePlan)).not.toContain("Hours UTC");
  // The pool of twelve small nodes has one by night.
  expect(text(plan)).toContain("1 to 12");
  expect(text(examplePlan)).not.toContain(" to 12");
});

test("a profile that takes no node away has a line and no table", () => {
  const level = examplePlan.pools.map((pool) => ({ ...pool, nodesByHour: Array.from({ length: 24 }, () => pool.nodes) }));
  const rates = Array.from({ length: 24 }, () => examplePlan.cost.usdPerHour);
  const cost = { ...examplePlan.cost, usdPerHourByHour: rates, scaled: examplePlan.cost };
  expect(dayLines({ ...examplePlan, pools: level, cost }, { width: null, color: false })).toEqual([
    "By the hour: every node is needed in every hour of the profile.",
  ]);
});
