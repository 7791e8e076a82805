import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { renderPlanTable } from "../../reports/table.ts";
import { renderWays } from "../../reports/ways.ts";
import { examplePlan } from "./fixtures/plan.ts";

const plain = (width: number | null) => ({ width, color: false });
const staleWarning = {
  code: "stale-spot-price",
  path: "g6e.12xlarge us-east-1",
  message: "the spot price is 200 days old (as of 2026-02-01, limit 30 days)",
};

test.each([80, 120])("the plan as people read it in %i columns", async (width) => {
  const text = renderPlanTable(examplePlan, { ...plain(width), warnings: [staleWarning] });
  await expect(text).toMatchFileSnapshot(`goldens/plan-${width}.txt`);
});

test("the plan as it goes into a pipe: plain, nothing cut, one finding a line", async () => {
  await expect(renderPlanTable(examplePlan, plain(null))).toMatchFileSnapshot("goldens/plan-pipe.txt");
});

test("with --verbose every assumption and every rejected candidate is there", () => {
  const text = renderPlanTable(examplePlan, { ...plain(null), verbose: true });
  for (const { message } of examplePlan.assumptions) expect(text).toContain(message);
  for (const { candidate } of examplePlan.rejected ?? []) expect(text).toContain(candidate);
  expect(text).not.toContain("--verbose");
});

test.each([64, 72, 80, 100, 120, 160])("no line is wider than a terminal of %i columns", (width) => {
  const lines = renderPlanTable(examplePlan, plain(width)).split("\n");
  for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(width);
});

test.each([60, 80, 120, null])("nothing that is bought disappears from the tables (width %s)", (width) => {
  const text = renderPlanTable(examplePlan, plain(width));
  for (const pool of examplePlan.pools) {
    expect(text).toContain(pool.name);
    expect(text).toContain(pool.price.asOf);
  }
  for (const workload of examplePlan.workloads) expect(text).toContain(workload.model.split("/")[1]);
});

test("colour adds escape codes and changes no character", () => {
  const colored = renderPlanTable(examplePlan, { width: 120, color: true });
  expect(colored).toContain("\u001b[");
  const bare = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n");
  expect(bare(stripVTControlCharacters(colored))).toBe(renderPlanTable(examplePlan, plain(120)));
});

test("a missed latency target is painted red, a met one is not", () => {
  const [first, ...others] = examplePlan.workloads;
  if (first === undefined) throw new Error("the fixture has workloads");
  const missed = { ...examplePlan, workloads: [{ ...first, slo: { ttftP95Ms: 1000, tpotP95Ms: 80 } }, ...others] };
  const red = "\u001b[31m";
  expect(renderPlanTable(missed, { width: null, color: true })).toContain(red);
  expect(renderPlanTable(examplePlan, { width: null, color: true })).not.toContain(red);
});

const amountsAbove = (text: string, header: string): { rows: number; total: number } => {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(header));
  const end = lines.findIndex((line, index) => index > start && line.startsWith("Total"));
  const amount = (line: string): number => Number(/([\d,]+\.\d\d)(?=\s|$)/.exec(line)?.[1]?.replaceAll(",", "") ?? 0);
  const rows = lines.slice(start + 2, end - 1).map(amount);
  return { rows: Math.round(rows.reduce((sum, value) => sum + value, 0) * 100) / 100, total: amount(lines[end] ?? "") };
};

test("the rows of the workload table add up to the headline to the cent", () => {
  const { rows, total } = amountsAbove(renderPlanTable(examplePlan, plain(null)), "Workload");
  expect(rows).toBe(examplePlan.cost.usdPerMonth);
  expect(total).toBe(examplePlan.cost.usdPerMonth);
});

test("a budget that is exceeded says by how much", () => {
  const budget = { usdPerMonth: 17_000, mode: "soft" as const, headroomUsdPerMonth: -991.29 };
  expect(renderPlanTable({ ...examplePlan, budget }, plain(null))).toContain("$991.29 over");
});

test("a proven optimum claims no gap, and a feasible plan names its bound", () => {
  const optimal = { ...examplePlan, optimality: { ...examplePlan.optimality, status: "optimal" as const, gap: 0 } };
  expect(renderPlanTable(optimal, plain(null))).toContain("no cheaper fleet exists under the rules");
  expect(renderPlanTable(examplePlan, plain(null))).toContain("at most 0.60 % of the cost could be saved");
});

test("a plan that buys nothing still reads well", async () => {
  const idle = examplePlan.workloads.filter((workload) => workload.deployments.length === 0);
  const none = { usdPerHour: 0, usdPerMonth: 0 };
  const nothing = {
    ...examplePlan,
    pools: [],
    workloads: idle,
    cost: { ...examplePlan.cost, ...none, byWorkload: { "next-quarter": none }, byPool: {} },
    optimality: { status: "optimal" as const, lowerBoundUsdPerHour: 0, gap: 0, restrictions: [] },
    budget: null,
    alternatives: [],
    rejected: [],
    warnings: [],
    assumptions: [],
  };
  await expect(renderPlanTable(nothing, plain(80))).toMatchFileSnapshot("goldens/plan-nothing.txt");
});

test.each([80, 120])("the ways to serve one model side by side in %i columns", async (width) => {
  const { rejected: _, ...example } = examplePlan;
  const about = ({ path }: { path: string }): boolean => !/^workloads\[[1-9]/.test(path);
  const plan = { ...example, workloads: example.workloads.slice(0, 1), assumptions: example.assumptions.filter(about) };
  await expect(renderWays(plan, plain(width))).toMatchFileSnapshot(`goldens/ways-${width}.txt`);
});
