import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { PlanningError } from "../../planner/finding.ts";
import { changeover, deployedFleet } from "../../planner/plan/changeover.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { lockText, readLock } from "../../planner/plan/lock.ts";
import { lockStanding } from "../../planner/plan/lock-standing.ts";
import { planFleet } from "../../planner/plan/plan-fleet.ts";
import type { FleetSpec } from "../../planner/spec/fleet-spec.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { readRawCatalog } from "../checker/raw-catalog.ts";

const { catalog } = loadCatalog();

function specOf(text: string): FleetSpec {
  const { spec, findings } = readSpec(text, { file: "cpus.fleet.yaml", catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  return spec;
}

async function planned(text: string): Promise<{ spec: FleetSpec; plan: FleetPlan }> {
  const spec = specOf(text);
  const plan = await planFleet(spec, catalog);
  expect(checkPlan(spec, plan, readRawCatalog())).toEqual([]);
  return { spec, plan };
}

const onHosts = ({ pools }: FleetPlan): boolean[] => pools.map(({ gpu }) => gpu === null);

const embeds = (more: string, qps = 4, name = "queries") => `
  - { name: ${name}, model: BAAI/bge-small-en-v1.5, precision: auto, qps: ${qps}, averageContext: 64${more} }`;

const two = `
fleet: hosts
clouds: { aws: { regions: [us-east-1] }, gcp: { regions: [us-central1] } }
instances: { deny: [c8i, r8i] }
defaults: { devices: [cpu] }
workloads:
  - { name: queries, model: BAAI/bge-m3, precision: auto, qps: 10, averageContext: 64, availability: { survive: replica, degradedShare: 0.5 } }
  - { name: small, model: sentence-transformers/all-MiniLM-L6-v2, precision: auto, qps: 5, averageContext: 64, slo: { latencyP95Ms: 1000 } }
  - { name: notes, model: openai/whisper-tiny, precision: auto, qps: 0.1, averageAudioSeconds: 20, spot: { maxShare: 1 }, slo: { realTimeFactor: 0.9 } }
`;

test("a fleet on nodes without GPUs is planned, and the independent checker accepts it", async () => {
  const { plan } = await planned(two);
  expect(onHosts(plan)).not.toContain(false);
  for (const { cpu, gpusPerNode } of plan.pools) {
    expect(cpu).toBeDefined();
    expect(gpusPerNode).toBe(0);
  }
  for (const { deployments } of plan.workloads) {
    for (const one of deployments) {
      expect(one).toMatchObject({ gpusPerReplica: 0, precision: "fp32" });
      expect(one.engine.image).toMatch(/cpu/);
    }
  }
  const batches = plan.assumptions.filter(({ code }) => code === "decide-batch");
  expect(batches).toHaveLength(3);
  for (const { message } of batches) expect(message).not.toMatch(/GPU|gpu-memory|CUDA/);
  expect(plan.cost.included).toEqual(["CPU-only nodes of the workloads"]);
  expect(plan.cost.excluded).toContain("other CPU-only nodes");
});

describe("a workload runs without GPUs", () => {
  const listed = (gpus: string, more = "") => `fleet: f\ngpus: ${gpus}\ninstances: { allow: [c7i, g6] }\nworkloads:${embeds(more)}`;

  test("where a deny list leaves it nothing else", async () => {
    expect(onHosts((await planned(listed("{ deny: [l4] }"))).plan)).toEqual([true]);
  });

  test("not where a list says which GPUs to use", async () => {
    expect(onHosts((await planned(listed("{ allow: [l4] }"))).plan)).toEqual([false]);
  });

  test("beside such a list where it names them", async () => {
    const text = listed("{ allow: [l4] }", ", devices: [cpu]");
    expect(onHosts((await planned(text)).plan)).toEqual([true]);
  });

  test("not where it names GPUs alone", async () => {
    const failure = await planned(listed("{ deny: [l4] }", ", devices: [gpu]")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlanningError);
    const advice = (failure as PlanningError).findings.map(({ suggestion = "" }) => suggestion).join();
    expect(advice).toContain("devices name gpu and cpu");
  });

  test("not in an image that the user built, unless it is for processors alone", () => {
    const image = ', engine: { name: tei, image: "registry.local/tei:89-1.9" }';
    const own = (more: string) => specOf(`fleet: f\nworkloads:${embeds(`${image}${more}`)}`).workloads[0];
    expect(own("")?.hostEngine).toBeUndefined();
    expect(own(", devices: [cpu]")?.hostEngine?.image).toBe("registry.local/tei:89-1.9");
  });
});

test("generators never run there, and a fleet of generators alone is offered no such node", async () => {
  const { plan } = await planned(`
fleet: f
instances: { allow: [c7i, g6] }
workloads:
  - { name: chat, model: Qwen/Qwen2.5-0.5B-Instruct, precision: auto, qps: 1, averageContext: 1000 }
`);
  expect(onHosts(plan)).toEqual([false]);
  expect(plan.optimality.restrictions.join()).not.toContain("CPU-only");
});

test("a quota of vCPUs limits the nodes without GPUs and none with", async () => {
  const withQuota = (quota: string) => `
fleet: f
markets: [on-demand]
instances: { allow: [c7i, g6] }
quotas: [{ cloud: aws, region: us-east-1, ${quota} }]
workloads:${embeds(", devices: [cpu]", 110)}${embeds(", devices: [cpu]", 110, "answers")}`;
  const failure = await planned(withQuota("family: standard, vcpus: 32")).catch((error: unknown) => error);
  expect((failure as PlanningError).findings[0]).toMatchObject({
    code: "quota-too-small",
    path: "quotas[0].vcpus",
    limit: 32,
    unit: "vCPUs",
  });
  const needed = (failure as PlanningError).findings[0]?.value;
  expect(onHosts((await planned(withQuota(`family: c7i, vcpus: ${needed}`))).plan)).toEqual([true]);
  expect(onHosts((await planned(withQuota("family: g6, gpus: 0"))).plan)).toEqual([true]);
});

test("on AMD processors only what has an ONNX export is served by Text Embeddings Inference", async () => {
  const on = (model: string) => `
fleet: f
instances: { allow: [c7a] }
workloads:
  - { name: order, model: ${model}, precision: auto, qps: 1, averageContext: 64, devices: [cpu] }
`;
  expect(onHosts((await planned(on("BAAI/bge-m3"))).plan)).toEqual([true]);
  const failure = await planned(on("BAAI/bge-reranker-v2-m3")).catch((error: unknown) => error);
  expect((failure as PlanningError).findings[0]?.code).toBe("processor-not-supported-by-engine");
});

describe("a kept fleet", () => {
  const files = { lock: "hosts.plan.json", spec: "hosts.fleet.yaml" };

  test("holds against the same catalog and another, and falls when a processor is not what it was", async () => {
    const { spec, plan } = await planned(two);
    const lock = readLock(lockText(plan), files);
    if ("code" in lock) throw new Error(lock.message);
    const question = { spec, catalog, plannerVersion: plan.inputs.plannerVersion };
    expect(lockStanding(lock, question, files)).toEqual(plan);
    const newer = { ...catalog, sha256: "0".repeat(64) };
    const repriced = lockStanding(lock, { ...question, catalog: newer }, files);
    expect("code" in repriced ? repriced : repriced.cost).toEqual(plan.cost);
    const other = { ...newer, cpus: newer.cpus.map((cpu) => ({ ...cpu, id: `${cpu.id}-next` })) };
    expect(lockStanding(lock, { ...question, catalog: other }, files)).toMatchObject({ code: "lock-node-differs" });
  });

  test("is what the next plan starts from, and nothing of it moves", async () => {
    const { spec, plan } = await planned(two);
    const again = await planFleet(spec, catalog, {}, { deployed: plan });
    expect(again.pools).toEqual(plan.pools);
    expect(again.stability?.churn).toMatchObject({ nodesAdded: 0, nodesRemoved: 0, replicasStarted: 0 });
  });

  test("grows by the nodes that a move takes", async () => {
    const { plan } = await planned(two);
    expect(changeover(deployedFleet(plan), plan, "extra-nodes")).toMatchObject({ extraNodes: {}, gaps: [] });
    const doubled = {
      ...plan,
      workloads: plan.workloads.map((one) => ({
        ...one,
        deployments: one.deployments.map((own) => ({ ...own, name: `${own.name}-next` })),
      })),
    };
    const way = changeover(deployedFleet(plan), doubled, "extra-nodes");
    expect(Object.values(way.extraNodes).reduce((sum, nodes) => sum + nodes, 0)).toBeGreaterThan(0);
    expect(way.gaps).toEqual([]);
  });
});
