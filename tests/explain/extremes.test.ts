import fc from "fast-check";
import { expect, test } from "vitest";
import { budgetStanding } from "../../planner/plan/budget.ts";
import { ask, chat, specOf } from "./ask.ts";

const us = { gcp: { regions: ["us-central1"] } };
/** One workload for each way to fail, and one that is fine, for a fleet of L4 and of H100 that are only sold on spot. */
const kinds = {
  fine: chat(0.1, { slo: { ttftP95Ms: 5000, tpotP95Ms: 100 } }),
  hasty: chat(2, { slo: { ttftP95Ms: 3 } }),
  huge: chat(1, { model: "moonshotai/Kimi-K2-Instruct" }),
  "spot-only": chat(1, { model: "Qwen/Qwen2.5-32B-Instruct", precision: "bf16" }),
  busy: chat(50),
  busier: chat(60),
  modern: chat(1, { kvCacheDtype: "nvfp4" }),
  idle: chat(0, { model: "moonshotai/Kimi-K2-Instruct" }),
};
type Kind = keyof typeof kinds;

async function complaints(chosen: readonly Kind[]): Promise<Set<string>> {
  const spec = specOf({
    fleet: "several",
    clouds: us,
    instances: { allow: ["a3-highgpu-1g", "g2-standard-12"] },
    quotas: [{ cloud: "gcp", region: "us-central1", family: "g2-standard", market: "on-demand", gpus: 4 }],
    workloads: chosen.map((kind) => ({ ...kinds[kind], name: kind })),
  });
  const { findings } = await ask(spec);
  return new Set(
    findings.map(({ code, path }) => `${code} ${path.replace(/^workloads\[(\d+)\]/, (_, index: string) => chosen[Number(index)] ?? "")}`),
  );
}

test("what is wrong with one workload is said whatever is wrong with the others", async () => {
  const all = Object.keys(kinds) as Kind[];
  const alone = new Map<Kind, Set<string>>();
  for (const kind of all) alone.set(kind, await complaints([kind]));
  expect([...alone].filter(([, said]) => said.size === 0).map(([kind]) => kind)).toEqual(["fine", "idle"]);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(all, { minLength: 2 }), async (chosen) => {
      const together = await complaints(chosen);
      for (const kind of chosen) for (const said of alone.get(kind) ?? []) expect(together).toContain(said);
    }),
    { numRuns: 20, seed: 4 },
  );
});

test.each([{}, { gpus: { allow: ["gh200-96gb"] } }, { budget: { usdPerMonth: 0, mode: "hard" } }])(
  "without any demand the plan has no pools and costs nothing, even with %j",
  async (more) => {
    const workloads = [chat(0), chat(0, { name: "huge", model: "moonshotai/Kimi-K2-Instruct" })];
    const { plan } = await ask(specOf({ fleet: "idle", ...more, workloads }));
    expect(plan).toMatchObject({ pools: [], cost: { usdPerHour: 0, usdPerMonth: 0 }, optimality: { status: "optimal", gap: 0 } });
    expect(plan?.workloads.map(({ deployments }) => deployments)).toEqual([[], []]);
  },
);

test("a hundred thousand requests a second are planned", async () => {
  const { plan } = await ask(specOf({ fleet: "giant", workloads: [chat(100_000)] }));
  const capacity = plan?.workloads[0]?.deployments.map((one) => one.replicas * one.capacityRequestsPerSecondPerReplica) ?? [];
  expect(capacity.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(100_000);
});

test("a soft budget that is too small is a warning with the same words", async () => {
  const source = { fleet: "budget", workloads: [chat(2)] };
  const soft = await ask(specOf({ ...source, budget: { usdPerMonth: 100, mode: "soft" } }));
  const hard = await ask(specOf({ ...source, budget: { usdPerMonth: 100, mode: "hard" } }));
  expect(hard.findings[0]?.code).toBe("budget-exceeded");
  expect(soft.plan?.warnings).toEqual(expect.arrayContaining([...hard.findings]));
});

test("a budget between the bound and the fleet found is not called impossible", async () => {
  const spec = specOf({ fleet: "budget", workloads: [chat(2)] });
  const { plan } = await ask(spec);
  if (plan === null) throw new Error("a small workload has a plan");
  const usdPerMonth = plan.cost.usdPerMonth - 100;
  const looser = { ...plan.optimality, lowerBoundUsdPerHour: plan.optimality.lowerBoundUsdPerHour / 2 };
  const { broken } = budgetStanding({ ...spec, budget: { usdPerMonth, mode: "hard" } }, plan.cost, looser);
  expect(broken?.message).toMatch(
    /^the cheapest fleet found costs \$[\d,]+\.\d\d a month, \$100\.00 above the budget; one inside it is not ruled out/,
  );
});
