import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { podTemplate } from "../../components/serving/podTemplate.ts";
import { servedDeployments } from "../../components/serving/servedWorkload.ts";
import { brokenByCatalog } from "../../planner/plan/lock-constraints.ts";
import { planFleet } from "../../planner/plan/plan-fleet.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { readRawCatalog } from "../checker/raw-catalog.ts";

const { catalog } = loadCatalog();

const spec = (lora: string, model = "meta-llama/Llama-3.1-8B-Instruct", precision = "bf16", gpu = "l40s") => `
fleet: tuned
gpus: { allow: [${gpu}] }
workloads:
  - name: chat
    model: ${model}
    precision: ${precision}
    qps: 4
    averageContext: 2300
    maxModelLen: 8192
    slo: { ttftP95Ms: 4000, tpotP95Ms: 100 }
    ${lora}
`;

async function planned(text: string) {
  const read = readSpec(text, { file: "tuned.fleet.yaml", catalog });
  if (read.spec === null) throw new Error(JSON.stringify(read.findings));
  return { spec: read.spec, plan: await planFleet(read.spec, catalog, {}, { assumptions: read.assumptions }) };
}

const first = ({ plan }: Awaited<ReturnType<typeof planned>>) => {
  const deployment = plan.workloads[0]?.deployments[0];
  if (deployment === undefined) throw new Error("nothing is planned");
  return deployment;
};

const named = "lora: { adapters: 12, rank: 24, modules: { sql: acme/sql-lora, tone: acme/tone-lora } }";

test("a fleet with adapters is planned with room for them, and the independent checker accepts it", async () => {
  const [alone, tuned] = [await planned(spec("")), await planned(spec(named))];
  expect(checkPlan(tuned.spec, tuned.plan, readRawCatalog())).toEqual([]);
  expect(brokenByCatalog(tuned.plan, catalog)).toEqual([]);
  expect(first(alone).engine).not.toHaveProperty("lora");
  // All linear layers of Llama 3.1 8B: 41,943,040 weights at rank 16.
  expect(first(tuned).engine.lora).toEqual({
    adapters: 12,
    rank: 32,
    onGpu: 12,
    modules: { sql: "acme/sql-lora", tone: "acme/tone-lora" },
    downloadBytes: 12 * 2 * 2 * 41_943_040,
  });
  expect(first(tuned).memory.weightBytesPerGpu - first(alone).memory.weightBytesPerGpu).toBe(12 * 2 * 2 * 41_943_040);
  expect(first(tuned).capacityRequestsPerSecondPerReplica).toBeLessThan(first(alone).capacityRequestsPerSecondPerReplica);
  expect(first(tuned).predicted.evidence).toBe("none");
  expect(tuned.plan.cost.usdPerHour).toBeGreaterThanOrEqual(alone.plan.cost.usdPerHour);
});

test("adapters that find no room beside a model that one node holds do not spread it over several nodes", async () => {
  const crowded = spec("lora: { adapters: 300, rank: 24 }", "meta-llama/Llama-3.3-70B-Instruct", "fp8", "rtx-pro-6000-server");
  await expect(planned(crowded)).rejects.toThrow(/fits on nothing on offer: the closest, 8 x rtx-pro-6000-server/);
});

test("the plan says what it took for granted of the adapters", async () => {
  const { plan } = await planned(spec("lora: { adapters: 3 }"));
  const codes = plan.assumptions.filter(({ path }) => path.startsWith("workloads[0].lora")).map(({ code }) => code);
  expect(codes.toSorted()).toEqual(["adapters-not-named", "assume-adapters", "default-lora-on-gpu", "default-lora-rank"]);
  const turns = await planned(spec("lora: { adapters: 30, rank: 20, onGpu: 4 }"));
  expect(first(turns).engine.lora).toMatchObject({ adapters: 30, onGpu: 4, rank: 32 });
  expect(turns.plan.assumptions).toContainEqual(expect.objectContaining({ code: "adapters-take-turns", value: 4, limit: 30 }));
  expect(turns.plan.assumptions).toContainEqual(expect.objectContaining({ code: "adapter-rank-rounded", value: 32, limit: 20 }));
});

test("a mixture is laid out so that adapters run: no expert parallelism, no format that they are not known to run with", async () => {
  const text = spec("lora: { adapters: 2 }", "Qwen/Qwen3-30B-A3B", "[fp8, nvfp4]", "h100-sxm-80gb");
  const { plan } = await planned(text);
  const [deployment] = plan.workloads[0]?.deployments ?? [];
  expect(deployment).toMatchObject({ precision: "fp8", expertParallel: 1, dataParallel: 1 });
});

test("the pod that serves them", async () => {
  const { plan } = await planned(spec(named));
  const [workload] = plan.workloads;
  if (workload === undefined) throw new Error("nothing is planned");
  const [served] = servedDeployments(plan, workload, catalog);
  if (served === undefined) throw new Error("nothing is served");
  await expect(`${JSON.stringify(podTemplate(served), null, 2)}\n`).toMatchFileSnapshot("goldens/lora-pod.json");
});
