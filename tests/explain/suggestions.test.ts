import fc from "fast-check";
import { expect, test } from "vitest";
import type { FleetSpec } from "../../planner/spec/fleet-spec.ts";
import { ask, chat, specOf } from "./ask.ts";

const runs = { numRuns: 15, seed: 4 };
const qps = fc.integer({ min: 1, max: 60 });
const survive = fc.constantFrom("none", "replica", "node", "zone");

test("quotas raised to the suggested numbers are enough", async () => {
  const gpus = fc.integer({ min: 0, max: 5 });
  let short = 0;
  await fc.assert(
    fc.asyncProperty(qps, qps, survive, gpus, gpus, async (first, second, loss, g6, g6e) => {
      const quotas = [
        { cloud: "aws", region: "us-east-1", family: "g6", market: "on-demand", gpus: g6 },
        { cloud: "aws", region: "us-east-1", family: "g6e", market: "on-demand", gpus: g6e },
      ];
      const instances = { allow: ["g6.xlarge", "g6.12xlarge", "g6e.xlarge"] };
      const workloads = [chat(first, { availability: { survive: loss } }), chat(second, { name: "search" })];
      const spec = specOf({ fleet: "quota", markets: ["on-demand"], instances, quotas, workloads });
      const { plan, findings } = await ask(spec);
      if (plan !== null) return;
      short++;
      const needed = new Map(
        findings.flatMap(({ code, path, value }): [string, number][] => (code === "quota-too-small" ? [[path, Number(value)]] : [])),
      );
      expect(needed.size).toBeGreaterThan(0);
      const raised = spec.quotas.map((quota, index) => ({ ...quota, gpus: needed.get(`quotas[${index}].gpus`) ?? quota.gpus ?? 0 }));
      expect((await ask({ ...spec, quotas: raised })).findings).toEqual([]);
    }),
    runs,
  );
  expect(short).toBeGreaterThan(5);
});

test("a hard budget raised to the suggested sum is kept, and one cent less is not", async () => {
  await fc.assert(
    fc.asyncProperty(qps, survive, fc.integer({ min: 0, max: 700 }), async (rate, loss, usdPerMonth) => {
      const workloads = [chat(rate, { availability: { survive: loss } })];
      const spec = specOf({ fleet: "budget", gpus: { allow: ["l4", "l40s"] }, budget: { usdPerMonth, mode: "hard" }, workloads });
      const withBudget = (usd: number): FleetSpec => ({ ...spec, budget: { usdPerMonth: usd, mode: "hard" } });
      const [finding] = (await ask(spec)).findings;
      if (finding === undefined) return;
      expect(finding).toMatchObject({ code: "budget-exceeded", path: "budget.usdPerMonth" });
      const sum = Number(finding.suggestion?.match(/\$([\d,]+\.\d\d)/)?.[1]?.replaceAll(",", ""));
      expect(sum).toBe(finding.value);
      expect((await ask(withBudget(sum))).plan?.cost.usdPerMonth).toBe(sum);
      const { findings } = await ask(withBudget(sum - 0.01));
      expect(findings.filter(({ code }) => code !== "relaxation")).toHaveLength(1);
    }),
    runs,
  );
});

test("maxModelLen lowered to the suggested number is held by the KV cache, and one token more is not", async () => {
  const models = ["meta-llama/Llama-3.3-70B-Instruct", "meta-llama/Llama-4-Scout-17B-16E-Instruct", "Qwen/Qwen3-30B-A3B-Instruct-2507"];
  const instances = ["g6.48xlarge", "g5.12xlarge", "p5.48xlarge", "g6e.12xlarge", "g4dn.metal"];
  let tooLong = 0;
  for (const model of models) {
    for (const instance of instances) {
      const workload = { name: "archive", model, precision: ["bf16", "fp8"], qps: 0.1, averageContext: 1000 };
      const slo = { ttftP95Ms: 3_000_000, tpotP95Ms: 30_000 };
      const maxModelLen = model.includes("Scout") ? 10_000_000 : 131_072;
      const spec = specOf({ fleet: "context", instances: { allow: [instance] }, workloads: [{ ...workload, slo, maxModelLen }] });
      const withLength = (tokens: number): FleetSpec => ({
        ...spec,
        workloads: spec.workloads.map((one) => ({ ...one, maxModelLen: tokens })),
      });
      const [finding] = (await ask(spec)).findings;
      if (finding?.code !== "context-does-not-fit") continue;
      tooLong++;
      const longest = Number(finding.suggestion?.match(/maxModelLen to ([\d,]+)/)?.[1]?.replaceAll(",", ""));
      expect(longest).toBe(finding.limit);
      expect((await ask(withLength(longest))).findings).toEqual([]);
      expect((await ask(withLength(longest + 1))).plan).toBeNull();
    }
  }
  expect(tooLong).toBeGreaterThan(2);
});

test("adapters lowered to the suggested number leave room, where more of them leave none", async () => {
  const lora = { adapters: 60, rank: 64 };
  const withLora = (more: object) =>
    specOf({
      fleet: "adapters",
      instances: { allow: ["g6.4xlarge"] },
      workloads: [chat(1, { precision: "bf16", slo: { ttftP95Ms: 20_000, tpotP95Ms: 500 }, lora: { ...lora, ...more } })],
    });
  const [finding] = (await ask(withLora({}))).findings;
  const onGpu = Number(finding?.suggestion?.match(/lower lora\.onGpu to (\d+)/)?.[1]);
  expect(onGpu).toBeGreaterThan(0);
  expect((await ask(withLora({ onGpu }))).findings).toEqual([]);
  expect((await ask(withLora({ onGpu: 2 * onGpu + 1 }))).plan).toBeNull();
});
