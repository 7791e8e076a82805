import { expect, test } from "vitest";
import type { FleetSpec } from "../../planner/spec/fleet-spec.ts";
import { ask, chat, specOf } from "./ask.ts";

const written = {
  fleet: "stuck",
  clouds: { aws: { regions: ["us-east-1"] } },
  markets: ["on-demand"],
  gpus: { allow: ["l40s"] },
  quotas: [{ cloud: "aws", region: "us-east-1", family: "g6e", market: "on-demand", gpus: 1 }],
  workloads: [chat(2, { availability: { survive: "zone" } })],
};

const changes: Readonly<Record<string, (spec: FleetSpec) => FleetSpec>> = {
  gpus: (spec) => ({ ...spec, gpus: { allow: [], deny: [] } }),
  "quotas[0].gpus": (spec) => ({ ...spec, quotas: [] }),
  "workloads[0].availability.survive": (spec) => ({
    ...spec,
    workloads: spec.workloads.map((one) => ({ ...one, availability: { survive: "none", degradedShare: 1 } })),
  }),
};

test("each way out is a plan at the cost it states", async () => {
  const spec = specOf(written);
  const { plan, findings } = await ask(spec);
  expect(plan).toBeNull();
  const ways = findings.filter(({ code }) => code === "relaxation");
  expect(ways.map(({ path }) => path).toSorted()).toEqual(Object.keys(changes));
  for (const { path, value } of ways) {
    const changed = (await ask(changes[path]?.(spec) ?? spec)).plan;
    expect(changed?.cost.usdPerMonth).toBe(value);
  }
  const costs = ways.map(({ value }) => Number(value));
  expect(costs).toEqual(costs.toSorted((a, b) => a - b));
});

test("the lines in conflict are named, and only those", async () => {
  const { findings } = await ask(specOf({ ...written, instances: { deny: ["p4d"] }, unavailable: [{ instances: "p5" }] }));
  const conflict = findings.find(({ code }) => code === "conflict")?.message ?? "";
  for (const path of Object.keys(changes)) expect(conflict).toContain(path);
  expect(conflict).not.toContain("instances");
  expect(conflict).not.toContain("unavailable");
});

test("two workloads that only together break a quota get ways out for the fleet", async () => {
  const workloads = [chat(6), chat(6, { name: "search" })];
  const quotas = [{ cloud: "aws", region: "us-east-1", family: "g6e", market: "on-demand", gpus: 3 }];
  const { findings } = await ask(specOf({ ...written, quotas, workloads }));
  expect(findings).toContainEqual(
    expect.objectContaining({ code: "relaxation", path: "quotas[0].gpus", message: expect.stringContaining("the fleet for $") }),
  );
});

test("a hard budget that is broken says what would bring the fleet inside", async () => {
  const workloads = [chat(20, { availability: { survive: "zone" } })];
  const { plan } = await ask(specOf({ fleet: "rich", workloads: [chat(20)] }));
  const usdPerMonth = Math.ceil(plan?.cost.usdPerMonth ?? 0);
  const { findings } = await ask(specOf({ fleet: "poor", budget: { usdPerMonth, mode: "hard" }, workloads }));
  expect(findings[0]?.code).toBe("budget-exceeded");
  const way = findings.find(({ path }) => path === "workloads[0].availability.survive");
  expect(way?.value).toBe(plan?.cost.usdPerMonth);
});

test("a soft budget that is exceeded says in the plan itself what would be given up for it, with the same figures as a hard one", async () => {
  const workloads = [chat(20, { availability: { survive: "zone" } })];
  const { plan } = await ask(specOf({ fleet: "rich", workloads: [chat(20)] }));
  const usdPerMonth = Math.ceil(plan?.cost.usdPerMonth ?? 0);
  const hard = await ask(specOf({ fleet: "poor", budget: { usdPerMonth, mode: "hard" }, workloads }));
  const soft = await ask(specOf({ fleet: "poor", budget: { usdPerMonth, mode: "soft" }, workloads }));
  const ways = soft.plan?.warnings.filter(({ code }) => code === "relaxation") ?? [];
  expect(ways.map(({ path }) => path)).toContain("workloads[0].availability.survive");
  for (const way of ways) expect(Number(way.value)).toBeLessThanOrEqual(usdPerMonth);
  expect(soft.plan?.warnings.slice(0, hard.findings.length)).toEqual(hard.findings);
});

test("where no line alone brings a fleet inside its budget, lines that do it together are named, and the fleet without them costs what is said", async () => {
  const chats = (survive: string, maxShare: number) =>
    ["one", "two"].map((name) => chat(20, { name, availability: { survive }, spot: { maxShare } }));
  const freed = await ask(specOf({ fleet: "free", workloads: chats("none", 1) }));
  const usdPerMonth = Math.ceil(freed.plan?.cost.usdPerMonth ?? 0);
  const { plan } = await ask(specOf({ fleet: "poor", budget: { usdPerMonth }, workloads: chats("zone", 0) }));
  const [exceeded, together] = plan?.warnings ?? [];
  expect(exceeded?.code).toBe("budget-exceeded");
  expect(together).toMatchObject({ code: "relaxations-together", path: "budget.usdPerMonth", limit: usdPerMonth });
  expect(together?.message).toMatch(
    /^no line of the spec does it alone; together these do, the fleet for \$[\d,.]+ a month: (one|two): let all of it be on spot, /,
  );
  expect(Number(together?.value)).toBeLessThanOrEqual(usdPerMonth);
});

test("a soft budget that is kept asks for nothing to be given up", async () => {
  const { plan } = await ask(specOf({ fleet: "rich", budget: { usdPerMonth: 1_000_000 }, workloads: [chat(20)] }));
  expect(plan?.warnings.filter(({ code }) => code.startsWith("relaxation"))).toEqual([]);
});
