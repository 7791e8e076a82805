import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { PlanningError } from "../../planner/finding.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { planFleet } from "../../planner/plan/plan-fleet.ts";
import type { FleetSpec } from "../../planner/spec/fleet-spec.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { readRawCatalog } from "../checker/raw-catalog.ts";

const { catalog } = loadCatalog();

async function planned(text: string): Promise<{ spec: FleetSpec; plan: FleetPlan }> {
  const { spec, findings } = readSpec(text, { file: "tasks.fleet.yaml", catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  return { spec, plan: await planFleet(spec, catalog) };
}

const mixed = readFileSync("stacks/search.fleet.yaml", "utf8");

test("a fleet of all four tasks is planned, and the independent checker accepts it", async () => {
  const { spec, plan } = await planned(mixed);
  expect(checkPlan(spec, plan, readRawCatalog())).toEqual([]);
  const engines = Object.fromEntries(
    plan.workloads.map(({ name, deployments }) => [name, [...new Set(deployments.map(({ engine }) => engine.name))]]),
  );
  expect(engines.answers).toEqual(["vllm"]);
  expect(engines["other-languages"]).toEqual(["tei"]);
  expect(engines.calls).toEqual(["faster-whisper"]);
  // On a node without GPUs, where vLLM is not planned.
  expect(engines.faq).toEqual(["tei"]);
  expect(plan.pools.filter(({ gpu }) => gpu === null)).toHaveLength(1);
});

test("each workload carries the figures of its task and none of another's", async () => {
  const { plan } = await planned(mixed);
  for (const { task, deployments, demand, cost } of plan.workloads) {
    for (const { predicted, engine } of deployments) {
      expect(predicted.latencyMs === undefined).toBe(task === "generate");
      expect(predicted.tokensPerSecond !== undefined).toBe(task === "embed" || task === "rerank");
      expect(predicted.realTimeFactor !== undefined).toBe(task === "transcribe");
      expect(engine.prefixCaching).toBe(task === "generate");
    }
    expect(demand.audioSeconds !== undefined).toBe(task === "transcribe");
    expect(cost.usdPerAudioHour !== undefined).toBe(task === "transcribe");
  }
});

test("TEI runs in the image that is built for its GPU", async () => {
  const spec = (gpu: string) => `
fleet: search
gpus: { allow: [${gpu}] }
instances: { allow: [${gpu === "t4" ? "g4dn" : gpu === "l4" ? "g6" : "g5"}] }
workloads:
  - { name: embed, model: BAAI/bge-m3, precision: auto, qps: 20, averageContext: 300, engine: { name: tei } }
`;
  const images = await Promise.all(
    ["t4", "l4", "a10g"].map(async (gpu) => (await planned(spec(gpu))).plan.workloads[0]?.deployments[0]?.engine.image),
  );
  const repository = "ghcr.io/huggingface/text-embeddings-inference";
  expect(images).toEqual([`${repository}:turing-1.9`, `${repository}:89-1.9`, `${repository}:86-1.9`]);
});

test("a latency that no GPU keeps is answered with the best there is", async () => {
  const text = `
fleet: search
workloads:
  - { name: order, model: BAAI/bge-reranker-v2-m3, precision: auto, qps: 1, averageContext: 400000, traffic: { documentsPerRequest: 100 }, slo: { latencyP95Ms: 20 } }
`;
  const failure = await planned(text).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PlanningError);
  expect((failure as PlanningError).findings.slice(0, 1)).toMatchObject([
    { code: "slo-unreachable", path: "workloads[0].slo.latencyP95Ms", limit: 20 },
  ]);
});

test("audio hours a day become recordings a second", async () => {
  const text = `
fleet: archive
workloads:
  - { name: calls, model: openai/whisper-large-v3, precision: auto, averageAudioSeconds: 600, batch: { audioHoursPerDay: 2000, finishWithinHours: 10 } }
`;
  const { spec, plan } = await planned(text);
  expect(spec.workloads[0]?.demand.requestsPerSecond).toBeCloseTo((2000 * 3600) / 600 / (10 * 3600), 9);
  expect(checkPlan(spec, plan, readRawCatalog())).toEqual([]);
});
