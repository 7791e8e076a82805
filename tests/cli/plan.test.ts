import { expect, test } from "vitest";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { gpufleet } from "./fixtures/run.ts";

const planOf = (out: string): FleetPlan => JSON.parse(out);

test("plan prints the total, every workload, every pool, the proof and what it rests on", async () => {
  const { code, out, err } = await gpufleet(["plan", "two.fleet.yaml"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const plan = planOf((await gpufleet(["plan", "two.fleet.yaml", "--json"])).out);
  for (const { name } of [...plan.workloads, ...plan.pools]) expect(out).toContain(name);
  for (const part of ["a month", "Proof", "Assumptions", "as of", "Budget"]) expect(out).toContain(part);
});

test("the JSON plan is the same to the byte on every run", async () => {
  const first = await gpufleet(["plan", "two.fleet.yaml", "--json"]);
  const second = await gpufleet(["plan", "two.fleet.yaml", "--json"], { today: "2030-01-01", terminal: 80 });
  expect(first.out).toBe(second.out);
});

test("a plan that cannot be made ends with 1 and says why", async () => {
  const { code, out, err } = await gpufleet(["plan", "impossible.fleet.yaml"]);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(/^workloads\[0\]/);
});

test("a broken spec ends with 2 and every mistake has its line and column", async () => {
  const { code, out, err } = await gpufleet(["plan", "broken.fleet.yaml"]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  const lines = err.trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/^broken\.fleet\.yaml:\d+:\d+ workloads\[0\]\.\w+: .+/);
  expect(err).toContain('did you mean "Qwen/Qwen3-8B"?');
});

test("with --json a failure is on standard output too, as findings", async () => {
  const { code, out } = await gpufleet(["plan", "broken.fleet.yaml", "--json"]);
  expect(code).toBe(2);
  expect(JSON.parse(out).findings).toHaveLength(3);
});

test.each([
  [["plan", "nowhere.fleet.yaml"], "nowhere.fleet.yaml: there is no such file"],
  [["plan", "."], ".: is a folder, not a file"],
  [["plan"], "no spec was given"],
  [["plan", "--stack", "demo"], "--stack: there is no stacks/demo.fleet.yaml"],
  [["plan", "two.fleet.yaml", "--stack", "demo"], "cannot be combined with --stack"],
  [["plan", "two.fleet.yaml", "--model", "Qwen3-8B"], "cannot be combined with --model"],
  [["plan", "two.fleet.yaml", "--qps", "3"], "--qps: needs --model"],
  [["plan", "two.fleet.yaml", "--explain", "chatt"], "use one of chat, coder"],
  [["plan", "--model", "Qwen3-8B"], "--qps: is needed with --model"],
  [["plan", "--model", "Qwen3-8BB", "--qps", "1", "--average-context", "2000"], "--model: unknown model"],
  [["plan", "--model", "Qwen3-8B", "--qps", "1", "--average-context", "2000", "--gpu", "l400"], "--gpu: unknown GPU"],
  [["plan", "--model", "Qwen3-8B", "--qps", "1", "--average-context", "2000", "--precision", "fp9"], "--precision: "],
  [["plan", "--model", "Qwen3-8B", "--qps", "1", "--average-context", "2000", "--cloud", "azure"], "--cloud: there is no cloud"],
  [["plan", "--model", "Qwen3-8B", "--qps", "1", "--average-context", "2000", "--region", "mars-1"], "--region: the catalog has no prices"],
  [["plan", "--model", "Qwen3-8B", "--qps", "lots"], "--qps: 'lots' is not valid"],
])("%j is bad input", async (argv, message) => {
  const { code, out, err } = await gpufleet(argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
});

test("an old spot price is a warning with its age and date, and a failure for whoever set a limit", async () => {
  const spotAsOf = planOf((await gpufleet(["plan", "two.fleet.yaml", "--json"])).out).pools.find(({ market }) => market === "spot")?.price
    .asOf;
  if (spotAsOf === undefined) throw new Error("the coder workload may be all on spot and spot is cheaper");
  const dayAfter = (days: number): string => new Date(Date.parse(spotAsOf) + days * 86_400_000).toISOString().slice(0, 10);

  expect((await gpufleet(["plan", "two.fleet.yaml"], { today: dayAfter(30) })).out).not.toContain("days old");
  const old = await gpufleet(["plan", "two.fleet.yaml"], { today: dayAfter(45) });
  expect(old.code).toBe(0);
  expect(old.out).toContain(`45 days old (as of ${spotAsOf}`);

  const within = await gpufleet(["plan", "two.fleet.yaml", "--max-price-age", "45"], { today: dayAfter(45) });
  expect(within).toMatchObject({ code: 0, err: "" });
  const over = await gpufleet(["plan", "two.fleet.yaml", "--max-price-age", "44"], { today: dayAfter(45) });
  expect(over.code).toBe(1);
  expect(over.err).toContain("older than 44 days");

  const json = await gpufleet(["plan", "two.fleet.yaml", "--json", "--max-price-age", "44"], { today: dayAfter(45) });
  expect(json.code).toBe(1);
  expect(json.err).toBe(over.err);
  expect(planOf(json.out).fleet).toBe("two");
});

test("--explain names what was not taken, for one workload or for all", async () => {
  const all = await gpufleet(["plan", "two.fleet.yaml", "--explain", "--json"]);
  const one = await gpufleet(["plan", "two.fleet.yaml", "--explain", "coder", "--json"]);
  const workloads = (out: string): Set<string> => new Set((planOf(out).rejected ?? []).map(({ workload }) => workload));
  expect(workloads(all.out)).toEqual(new Set(["chat", "coder"]));
  expect(workloads(one.out)).toEqual(new Set(["coder"]));
  expect((await gpufleet(["plan", "--explain", "two.fleet.yaml"])).out).toContain("Not taken for chat");
});

test("plan --model compares at most five ways, cheapest first, each inside the SLO", async () => {
  const argv = ["plan", "--model", "Llama-3.3-70B-Instruct", "--precision", "fp8", "--qps", "6", "--average-context", "2300"];
  const { code, out } = await gpufleet([...argv, "--json"]);
  expect(code).toBe(0);
  const ways = planOf(out).alternatives ?? [];
  expect(ways.length).toBeGreaterThan(1);
  expect(ways.length).toBeLessThanOrEqual(5);
  const costs = ways.map(({ usdPerMonth }) => usdPerMonth);
  expect(costs).toEqual(costs.toSorted((a, b) => a - b));
  for (const { predicted, precision } of ways) {
    expect(precision).toBe("fp8");
    expect(predicted.ttftMs.p95).toBeLessThanOrEqual(2000);
    expect(predicted.tpotMs.p95).toBeLessThanOrEqual(80);
  }
  const table = (await gpufleet(argv, { terminal: 100 })).out;
  for (const { pools } of ways) expect(table).toContain(pools[0]?.instanceType);
});

test("plan --model of what no GPU can do ends with 1 and speaks of no file", async () => {
  const argv = [
    "plan",
    "--model",
    "Llama-3.3-70B-Instruct",
    "--qps",
    "1",
    "--average-context",
    "2000",
    "--gpu",
    "t4",
    "--tpot-p95-ms",
    "1",
  ];
  const { code, out, err } = await gpufleet(argv);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).not.toBe("");
  expect(err).not.toContain("workloads[");
});

test("plan --model obeys cloud, region, GPU and spot flags", async () => {
  const argv = ["plan", "--model", "Qwen3-8B", "--qps", "2", "--input-tokens", "900", "--output-tokens", "300", "--json"];
  const plan = planOf(
    (await gpufleet([...argv, "--cloud", "aws,gcp", "--region", "us-east4", "--gpu", "l4", "--spot-max-share", "1"])).out,
  );
  const ways = plan.alternatives ?? [];
  expect(ways.length).toBeGreaterThan(0);
  expect(new Set(ways.map(({ gpu }) => gpu))).toEqual(new Set(["l4"]));
  expect(plan.workloads[0]?.spot.maxShare).toBe(1);
  for (const { cluster } of ways) expect(["aws-us-east-1", "gcp-us-east4"]).toContain(cluster);
});

test("colour follows the terminal, --color and NO_COLOR", async () => {
  const argv = ["plan", "two.fleet.yaml"];
  const colored = async (more: string[], world: Parameters<typeof gpufleet>[1]): Promise<boolean> =>
    (await gpufleet([...argv, ...more], world)).out.includes("\u001b[");
  expect(await colored([], {})).toBe(false);
  expect(await colored([], { terminal: 100 })).toBe(true);
  expect(await colored([], { terminal: 100, env: { NO_COLOR: "1" } })).toBe(false);
  expect(await colored(["--color", "always"], { env: { NO_COLOR: "1" } })).toBe(true);
  expect(await colored(["--color=never"], { terminal: 100 })).toBe(false);
});
