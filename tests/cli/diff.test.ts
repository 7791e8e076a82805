import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { lockText } from "../../planner/plan/lock.ts";
import type { PlanDiff } from "../../reports/diff/plan-diff.ts";
import { gpufleet } from "./fixtures/run.ts";

const directory = mkdtempSync(join(tmpdir(), "gpufleet-diff-"));
const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);

beforeAll(async () => {
  copyFileSync(join(import.meta.dirname, "fixtures/two.fleet.yaml"), join(directory, "two.fleet.yaml"));
  const spec = readFileSync(join(directory, "two.fleet.yaml"), "utf8");
  write("more.fleet.yaml", spec.replace("qps: 4", "qps: 40"));
  const { out } = await gpufleet(["plan", "two.fleet.yaml", "--json"], { directory });
  write("two.json", out);
  write("cut.json", out.slice(0, 5000));
  write("newer.json", out.replace('"schemaVersion": 1', '"schemaVersion": 2'));
  write("empty.json", "{}");
  write("no-pools.json", out.replace('"pools": [', '"basins": ['));
  await gpufleet(["plan", "two.fleet.yaml", "--write"], { directory });
  write("odd-lines.json", out.replace('"schemaVersion": 1', '"schemaVersion": 1, "constraints": [{ "path": 1 }]'));
  write("edited.plan.json", readFileSync(join(directory, "two.plan.json"), "utf8").replace('"nodes":', '"nodes":1'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (...argv: string[]) => gpufleet(["diff", ...argv], { directory, today: "2026-11-20" });

test.each([
  ["two.json", "two.fleet.yaml"],
  ["two.fleet.yaml", "two.plan.json"],
  ["two.plan.json", "two.json"],
])("a plan, its lock and its spec are the same fleet: %s %s", async (old, now) => {
  const { code, out, err } = await run(old, now, "--format", "json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const diff: PlanDiff = JSON.parse(out);
  expect(diff).toMatchObject({ kind: "unchanged", cost: { difference: { usdPerMonth: 0 } } });
});

test("a spec that asks for more shows what it costs and the line that is why, in every form", async () => {
  const text = await run("two.plan.json", "more.fleet.yaml");
  const markdown = await run("two.plan.json", "more.fleet.yaml", "--format", "markdown");
  const json = await run("two.plan.json", "more.fleet.yaml", "--json");
  const diff: PlanDiff = JSON.parse(json.out);
  const coder = diff.workloads.find(({ name }) => name === "coder");
  expect(coder?.causes).toContainEqual({ kind: "spec", path: "coder.qps", old: 4, new: 40 });
  for (const { code, out } of [text, markdown]) {
    expect(code).toBe(0);
    expect(out).toContain("the monthly cost rises by $");
    expect(out).toContain("coder.qps: 4 → 40");
  }
  expect(markdown.out).toMatch(/^<!-- gpufleet-diff two -->\n### two: /);
});

test("without a fleet on one side it is a new fleet, or one that is removed", async () => {
  expect((await run("none", "two.plan.json")).out).toMatch(/^two: a new fleet for \$/);
  expect((await run("two.plan.json", "none")).out).toMatch(/^two: the fleet is removed, which saves \$/);
  expect(await run("none", "none")).toMatchObject({ code: 2, out: "", err: expect.stringContaining("no fleet on either side") });
});

test.each([
  ["always", "two.plan.json", true],
  ["changed", "two.plan.json", false],
  ["changed", "more.fleet.yaml", true],
  ["above:1", "more.fleet.yaml", true],
  ["above:1000000", "more.fleet.yaml", false],
  ["above:1%", "more.fleet.yaml", true],
  ["above:100000%", "more.fleet.yaml", false],
])("--comment-when %s against %s says something: %s", async (when, now, speaks) => {
  const { code, out } = await run("two.plan.json", now, "--format", "markdown", "--comment-when", when);
  expect(code).toBe(0);
  expect(out !== "").toBe(speaks);
});

test("--max-increase ends with 1 after the whole answer, and with JSON on standard output alone", async () => {
  const over = await run("two.plan.json", "more.fleet.yaml", "--max-increase", "1%", "--comment-when", "above:1000000");
  expect(over.code).toBe(1);
  expect(over.out).toContain("Needs action");
  expect(over.err).toMatch(/^--max-increase: the month costs \$[\d,.]+ \([\d.,]+ %\) more, and 1\.0 % more is allowed/);
  const json = await run("two.plan.json", "more.fleet.yaml", "--max-increase", "5", "--json");
  expect(json.code).toBe(1);
  expect((JSON.parse(json.out) as PlanDiff).findings.needsAction).toHaveLength(1);
  expect((await run("two.plan.json", "more.fleet.yaml", "--max-increase", "1000000")).code).toBe(0);
  expect((await run("more.fleet.yaml", "two.plan.json", "--max-increase", "0")).code).toBe(0);
});

test.each([
  [["two.json"], "missing required argument 'new'"],
  [["two.json", "nowhere.json"], "nowhere.json: there is no such file"],
  [["two.json", "nowhere.fleet.yaml"], "nowhere.fleet.yaml: there is no such file"],
  [["cut.json", "two.json"], "cut.json: is not JSON; was it cut off?"],
  [["newer.json", "two.json"], "newer.json: has schemaVersion 2, and this program reads 1"],
  [["empty.json", "two.json"], "empty.json: is no plan: it has no schemaVersion"],
  [["no-pools.json", "two.json"], "no-pools.json pools: "],
  [["two.json", "odd-lines.json"], "odd-lines.json constraints.0.path: "],
  [["edited.plan.json", "two.json"], "edited.plan.json: was changed after it was written"],
  [["two.json", "two.json", "--format", "html"], "--format: 'html' is not valid; use one of text, markdown, json"],
  [["two.json", "two.json", "--comment-when", "above:lots"], "--comment-when: 'above:lots' is not valid"],
  [["two.json", "two.json", "--max-increase", "-5"], "--max-increase"],
  [["two.json", "two.json", "--growth-percent", "lots"], "--growth-percent: 'lots' is not valid; expected a number"],
  [["two.json", "two.json", "--growth-percent", "-100"], "expected a percentage above -100, at most 1000"],
])("%j is bad input", async (argv, message) => {
  const { code, out, err } = await run(...argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
});

test("--fail-on-unpriced ends with 1 after the answer was printed", async () => {
  const text = readFileSync(join(directory, "two.json"), "utf8");
  const plan = JSON.parse(text);
  write(
    "estimated.json",
    JSON.stringify({
      ...plan,
      pools: plan.pools.map((pool: FleetPlan["pools"][number]) => ({ ...pool, price: { ...pool.price, estimated: true } })),
    }),
  );
  const { code, out, err } = await run("none", "estimated.json", "--fail-on-unpriced");
  expect(code).toBe(1);
  expect(out).toContain("two: a new fleet for $");
  expect(err).toMatch(
    /^--fail-on-unpriced: not allowed here: .*an estimated price for .*; give prices in catalogOverrides, or deny these instance types\n$/,
  );
  expect((await run("none", "estimated.json")).code).toBe(0);
});

test.each(["two.fleet.yaml", "two.plan.json"])(
  "--cheaper names the line of %s that costs most; for a lock from the spec beside it",
  async (now) => {
    const { code, out, err } = await run("none", now, "--cheaper", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { constraints } = JSON.parse((await gpufleet(["plan", "two.fleet.yaml", "--explain", "--json"], { directory })).out) as FleetPlan;
    const [dearest] = constraints ?? [];
    expect(dearest?.usdPerMonth).toBeGreaterThan(0);
    const { cheaper } = JSON.parse(out) as PlanDiff;
    const named = [...(cheaper?.promisesKept ?? []), ...(cheaper?.promiseLoosened ?? [])];
    expect(named.map(({ change, usdPerMonth }) => ({ change, usdPerMonth }))).toContainEqual({
      change: dearest?.change,
      usdPerMonth: dearest?.usdPerMonth,
    });
    expect((await run("none", now, "--cheaper")).out).toContain(`${dearest?.change} (-$`);
  },
);

test("a lock whose fleet is no longer the cheapest could be planned anew", async () => {
  const { planSha256: _, ...plan } = JSON.parse(readFileSync(join(directory, "two.plan.json"), "utf8"));
  const dearer = { ...plan, cost: { ...plan.cost, usdPerMonth: plan.cost.usdPerMonth + 1000 } };
  mkdirSync(join(directory, "dear"));
  copyFileSync(join(directory, "two.fleet.yaml"), join(directory, "dear/two.fleet.yaml"));
  write("dear/two.plan.json", lockText(dearer));
  const { cheaper } = JSON.parse((await run("none", "dear/two.plan.json", "--cheaper", "--json")).out) as PlanDiff;
  expect(cheaper?.promisesKept[0]).toEqual({
    path: "dear/two.plan.json",
    change: "plan --fresh --write, which moves what runs",
    usdPerMonth: 1000,
  });
});

test.each([
  ["alone.plan.json", "--cheaper: not looked for: alone.fleet.yaml cannot be planned\n"],
  ["more.plan.json", "--cheaper: not looked for: more.plan.json answers another spec than more.fleet.yaml\n"],
])("without the spec of a lock nothing cheaper is looked for, and the rest is said: %s", async (lock, note) => {
  copyFileSync(join(directory, "two.plan.json"), join(directory, lock));
  const { code, out, err } = await run("none", lock, "--cheaper");
  expect({ code, err }).toEqual({ code: 0, err: note });
  expect(out).toMatch(/^two: a new fleet for \$/);
});
