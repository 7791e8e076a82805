import { expect, test } from "vitest";
import type { FleetPlan } from "../../../planner/plan/fleet-plan.ts";
import { type DiffContext, diffPlans } from "../../../reports/diff/diff-plans.ts";
import { commentLimit, commentMarker, renderDiffMarkdown } from "../../../reports/diff/markdown.ts";
import { renderDiffText } from "../../../reports/diff/text.ts";
import { a100, base, l40s, l40sSpot, otherCatalog, otherMeasurements, otherSpec, planOf } from "./fixtures/plans.ts";

const context: DiffContext = { today: "2026-11-20", maxPriceAgeDays: 30, maxIncrease: null };
const od = "use1-g6e-12xlarge-on-demand";

const rise = planOf({
  pools: [l40s(3)],
  workloads: [
    { name: "chat", qps: 7, on: { [od]: 5 } },
    { name: "search", qps: 1, on: { [od]: 1 } },
  ],
  more: otherSpec,
});

const fall = planOf({
  pools: [l40s(1)],
  workloads: [
    { name: "chat", qps: 1, on: { [od]: 1 } },
    { name: "search", qps: 1, on: { [od]: 1 } },
  ],
  more: otherSpec,
});

const replaced = planOf({
  pools: [a100(1), l40s(1)],
  workloads: [
    { name: "chat", qps: 4, on: { "usc1-a2-highgpu-4g-on-demand": 2 }, more: { slo: { ttftP99Ms: 900 } } },
    { name: "search", qps: 1, on: { [od]: 1 } },
  ],
  more: otherSpec,
});

const added = planOf({
  pools: [l40s(2), l40sSpot(1)],
  workloads: [
    { name: "chat", qps: 4, on: { [od]: 3 } },
    { name: "search", qps: 1, on: { [od]: 1 } },
    { name: "digest", qps: 2, on: { "use1-g6e-12xlarge-spot-a": 2 } },
  ],
  more: otherSpec,
});

const cheaper = planOf({
  pools: [{ ...l40s(2, 9.2335), more: { price: { asOf: "2026-11-01", source: "framework agreement 2026", estimated: false } } }],
  workloads: [
    { name: "chat", qps: 4, on: { [od]: 3 } },
    { name: "search", qps: 1, on: { [od]: 1 } },
  ],
  more: otherCatalog,
});

const measured = planOf({
  pools: [l40s(2)],
  workloads: [
    { name: "chat", qps: 4, on: { [od]: 3 }, capacity: 1.9 },
    { name: "search", qps: 1, on: { [od]: 1 } },
  ],
  more: otherMeasurements,
});

const withUnpriced: FleetPlan = {
  ...rise,
  pools: rise.pools.map((pool) => ({ ...pool, price: { ...pool.price, estimated: true } })),
  warnings: [
    {
      code: "unpriced-offers",
      path: "clusters.use1",
      message: "2 offers have no price and were not considered: g7.12xlarge spot, p6-b300.48xlarge spot",
      value: 2,
      suggestion: "give them a price in catalogOverrides if you can buy them",
    },
    { code: "weak-evidence", path: "workloads[1]", message: "no measured run stands behind the prediction" },
  ],
};

const overBudget: FleetPlan = {
  ...rise,
  budget: { usdPerMonth: 20_000, mode: "soft", headroomUsdPerMonth: -2978.79 },
  warnings: [
    {
      code: "budget-exceeded",
      path: "budget.usdPerMonth",
      message: "no fleet for this spec costs less than 22978.79 USD a month; the one found costs 22978.79",
      value: 22_978.79,
      limit: 20_000,
      unit: "USD a month",
      suggestion: "raise the budget to 22978.79, or allow spot, more regions or looser latency limits",
    },
  ],
};

const inBudget: FleetPlan = { ...base, budget: { usdPerMonth: 20_000, mode: "soft", headroomUsdPerMonth: 4680.8 } };

/** As `plan --explain --json` has it. */
const withLinePrices = (constraints: FleetPlan["constraints"]): FleetPlan => ({ ...inBudget, ...(constraints && { constraints }) });

const linesPriced = withLinePrices([
  { path: "workloads[0].spot.maxShare", change: "let all of it be on spot", usdPerMonth: 4100.2 },
  { path: "quotas[0].gpus", change: "raise the quota of p5 spot in us-east-1 from 8 to 16 GPUs", usdPerMonth: 950 },
  { path: "workloads[1].slo.ttftP95Ms", change: "raise ttftP95Ms from 900 to 1,200", usdPerMonth: 320.5 },
  { path: "workloads[1].availability.survive", change: "let it survive none instead of node", usdPerMonth: 210 },
  { path: "workloads[0].availability.survive", change: "let it survive none instead of zone", usdPerMonth: 209 },
  { path: "gpus", change: "let gpus allow l4", usdPerMonth: 0 },
]);

const cases: readonly (readonly [name: string, old: FleetPlan | null, now: FleetPlan | null])[] = [
  ["rise", base, rise],
  ["fall", base, fall],
  ["no-change", base, base],
  ["pool-replaced", base, replaced],
  ["workload-added", base, added],
  ["workload-removed", added, base],
  ["price", base, cheaper],
  ["measurement", base, measured],
  ["unpriced", base, withUnpriced],
  ["over-budget", inBudget, overBudget],
  ["first-fleet", null, base],
  ["last-fleet", base, null],
];

test.each(cases)("the comment as people read it: %s", async (name, old, now) => {
  await expect(renderDiffMarkdown(diffPlans(old, now, context))).toMatchFileSnapshot(`goldens/${name}.md`);
});

test.each([
  ["cheaper", linesPriced, 4],
  ["cheaper-by-a-promise-only", withLinePrices(linesPriced.constraints?.slice(2, 3)), 0],
  ["cheaper-by-nothing", withLinePrices([]), -2],
] as const)("how long the budget lasts and what would be cheaper: %s", async (name, now, growthPercent) => {
  await expect(renderDiffMarkdown(diffPlans(base, now, { ...context, growthPercent }))).toMatchFileSnapshot(`goldens/${name}.md`);
});

test.each([80, null])("a replaced pool in a terminal of %s columns", async (width) => {
  const text = renderDiffText(diffPlans(base, replaced, context), { width, color: false });
  await expect(text).toMatchFileSnapshot(`goldens/pool-replaced-${width ?? "pipe"}.txt`);
});

const many = (count: number, nodes: number, name = (index: number) => `workload-${index}`): FleetPlan => {
  const pools = Array.from({ length: count }, (_, index) => ({ ...l40s(nodes + (index % 3)), name: `use1-pool-${index}` }));
  const workloads = pools.map((pool, index) => ({ name: name(index), qps: nodes + index, on: { [pool.name]: pool.nodes } }));
  const warnings = workloads.map((_, index) => ({
    code: "weak-evidence",
    path: `workloads[${index}]`,
    message: `nobody measured number ${index}`,
  }));
  return planOf({ pools, workloads, more: { warnings, ...(nodes > 1 ? otherSpec : {}) } });
};

test("300 workloads: the longest tables lose rows and what stands below goes, never the headline", async () => {
  const text = renderDiffMarkdown(diffPlans(many(300, 1), many(300, 2), context));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(commentLimit);
  expect(Buffer.byteLength(text)).toBeGreaterThan(commentLimit * 0.9);
  await expect(text).toMatchFileSnapshot("goldens/300-workloads.md");
});

test.each([2000, 5000, 20_000])("within %i characters there are marker, headline and a note of what was left out", (limit) => {
  const text = renderDiffMarkdown(diffPlans(many(300, 1), many(300, 2), context), limit);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
  const [first, second] = text.split("\n");
  expect(first).toBe(commentMarker("acme-prod"));
  expect(second).toMatch(/the monthly cost rises by \$[\d,.]+ \(\+[\d.]+ %\), from \$[\d,.]+ to \$[\d,.]+$/);
  expect(text).toContain(`Left out to stay within ${limit} characters: `);
  expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0);
});

test("names and texts that are Markdown or HTML are shown, not obeyed", () => {
  const evil = "a|b`<img src=x onerror=1>**@org/team #12";
  const old = planOf({ pools: [l40s(1)], workloads: [{ name: evil, qps: 1, on: { [od]: 1 }, more: { tags: { note: "x" } } }] });
  const now = planOf({
    pools: [l40s(1)],
    workloads: [{ name: evil, qps: 1, on: { [od]: 1 }, more: { tags: { note: evil } } }],
    more: otherSpec,
  });
  const text = renderDiffMarkdown(diffPlans(old, now, context));
  const withoutCode = text.replaceAll(/`[^`\n]*`/g, "");
  expect(withoutCode).not.toContain("<img");
  expect(withoutCode).not.toMatch(/@org|#12|[^\\]\*\*\\?@/);
  const row = text.split("\n").find((line) => line.startsWith("| `~`"));
  expect(row?.match(/(?<!\\)\|/g)).toHaveLength(8);
});

test("a flag of the engine that may hold a key is named and its value is not shown", () => {
  const [deployment] = base.workloads[0]?.deployments ?? [];
  if (deployment === undefined) throw new Error("chat is served");
  const keyed = (key: string): FleetPlan => ({
    ...base,
    workloads: base.workloads.map((workload) => ({
      ...workload,
      deployments: workload.deployments.map((each) => ({ ...each, engine: { ...each.engine, args: { "api-key": key } } })),
    })),
  });
  const diff = diffPlans(keyed("sk-old"), keyed("sk-new"), context);
  const all = `${renderDiffMarkdown(diff)}${renderDiffText(diff, { width: null, color: false })}${JSON.stringify(diff)}`;
  expect(all).toContain("engine.args.api-key");
  expect(all).not.toContain("sk-");
});
