import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { type Finding, PlanningError } from "../../planner/finding.ts";
import { type FleetPlan, type FleetSpec, planFleet } from "../../planner/index.ts";
import type { PlannedDeployment } from "../../planner/plan/fleet-plan.ts";
import { lockStanding } from "../../planner/plan/lock-standing.ts";
import type { PlanContext } from "../../planner/plan/plan-fleet.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { readRawCatalog } from "../checker/raw-catalog.ts";
import { files, lockOf } from "./locks.ts";

const { catalog } = loadCatalog();
const rawCatalog = readRawCatalog();

/** DeepSeek-R1 in 16 bits takes 1.34 TB, and the largest of these nodes has 640 GB. */
const reasoner = "name: reasoner, model: deepseek-ai/DeepSeek-R1, precision: bf16, averageContext: 4000, maxModelLen: 16384";

function specOf(workloads: readonly string[], lines = "gpus: { allow: [a100-sxm-80gb] }", facts = catalog): FleetSpec {
  const text = `fleet: big\n${lines}\nworkloads:\n${workloads.map((workload) => `  - { ${workload} }\n`).join("")}`;
  const { spec, findings } = readSpec(text, { file: files.spec, catalog: facts });
  if (spec === null) throw new Error(findings.map(({ path, message }) => `${path}: ${message}`).join("; "));
  return spec;
}

const planOf = (spec: FleetSpec, context: PlanContext = {}, facts = catalog): Promise<FleetPlan> =>
  planFleet(spec, facts, {}, { plannerVersion: "1.0.0", ...context });

async function reasonsOf(spec: FleetSpec, facts = catalog): Promise<readonly Finding[]> {
  const outcome = await planOf(spec, {}, facts).catch((error: unknown) => error);
  if (outcome instanceof PlanningError) return outcome.findings;
  throw new Error("a plan where none was expected");
}

const deploymentsOf = (plan: FleetPlan, name: string): readonly PlannedDeployment[] =>
  plan.workloads.find((workload) => workload.name === name)?.deployments ?? [];
async function lostAMonth(spec: FleetSpec): Promise<number> {
  const [workload] = (await planOf(spec)).workloads;
  return (workload?.spotRisk?.interruptionsPerMonth ?? 0) / sum(workload?.deployments.map(({ replicas }) => replicas) ?? []);
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("a model that no single node on offer holds", () => {
  test("spans whole nodes of one type in one zone, is priced, and the plan says that it cannot be deployed yet", async () => {
    const spec = specOf([`${reasoner}, qps: 2`, "name: chat, model: Qwen/Qwen3-8B, precision: bf16, qps: 5, averageContext: 2000"]);
    const plan = await planOf(spec);
    expect(checkPlan(spec, plan, rawCatalog)).toEqual([]);
    const [own] = deploymentsOf(plan, "reasoner");
    const pool = plan.pools.find(({ name }) => name === own?.pool);
    expect(own).toMatchObject({ tensorParallel: 8, pipelineParallel: 3, nodesPerReplica: 3, gpusPerReplica: 24 });
    expect(pool).toMatchObject({
      instanceType: "p4de.24xlarge",
      nodes: 3 * (own?.replicas ?? 0),
      gpusPerNode: 8,
      zones: [expect.any(String)],
    });
    expect(pool?.nodePatterns).toEqual([{ nodes: pool?.nodes, span: 3, replicas: { [own?.name ?? ""]: 1 } }]);
    expect(pool?.usdPerHour).toBeCloseTo((pool?.nodes ?? 0) * (pool?.usdPerNodeHour ?? 0), 6);
    expect(own?.predicted.evidence).toBe("none");
    expect(plan.notDeployable?.map(({ path }) => path)).toEqual([`deployments.${own?.name}`]);
    expect(plan.optimality.restrictions[1]).toContain("a model that no single node on offer holds spans 2 to 8");
    // The other one stays on one GPU of one node.
    expect(deploymentsOf(plan, "chat").map(({ nodesPerReplica, gpusPerReplica }) => [nodesPerReplica, gpusPerReplica])).toEqual([[1, 1]]);
  });

  test("in a format that a node holds stays on it, and no rule speaks of several", async () => {
    const plan = await planOf(
      specOf([`${reasoner.replace("bf16", "[bf16, fp8]")}, qps: 1`], "gpus: { allow: [h200-sxm-141gb, a100-sxm-80gb] }"),
    );
    expect(deploymentsOf(plan, "reasoner").map(({ nodesPerReplica, precision }) => [nodesPerReplica, precision])).toEqual([[1, "fp8"]]);
    expect(plan.optimality.restrictions.join()).not.toContain("no single node");
    expect(plan.notDeployable).toEqual([]);
  });

  test.each([
    ["the loss of a replica", "availability: { survive: replica, degradedShare: 0.5 }", 1],
    ["the loss of a node, which takes the whole replica along", "availability: { survive: node, degradedShare: 0.5 }", 1],
    ["the loss of a zone", "availability: { survive: zone, degradedShare: 0.5 }", 2],
  ])("survives %s", async (_, availability, zones) => {
    const spec = specOf([`${reasoner}, qps: 2, ${availability}`]);
    const plan = await planOf(spec);
    expect(checkPlan(spec, plan, rawCatalog)).toEqual([]);
    const own = deploymentsOf(plan, "reasoner");
    expect(sum(own.map(({ replicas }) => replicas))).toBeGreaterThanOrEqual(2);
    expect(new Set(plan.pools.flatMap((pool) => pool.zones)).size).toBeGreaterThanOrEqual(zones);
  });

  test("on spot is lost with any one of its nodes", async () => {
    const spec = specOf(
      [`${reasoner}, qps: 2, spot: { maxShare: 1, minSurvival: 0.9 }`],
      "gpus: { allow: [h100-sxm-80gb] }\nmarkets: [spot]",
    );
    const plan = await planOf(spec);
    expect(checkPlan(spec, plan, rawCatalog)).toEqual([]);
    const single = "name: chat, model: Qwen/Qwen3-8B, precision: bf16, qps: 1, averageContext: 2000, spot: { maxShare: 1 }";
    const lostAlone = await lostAMonth(specOf([single], "instances: { allow: [p5.48xlarge] }\nmarkets: [spot]"));
    const [own] = deploymentsOf(plan, "reasoner");
    const { sharedLossShare } = catalog.spotModel.correlation;
    const nodes = own?.nodesPerReplica ?? 0;
    expect(nodes).toBeGreaterThan(1);
    expect((await lostAMonth(spec)) / lostAlone).toBeCloseTo(sharedLossShare + nodes * (1 - sharedLossShare), 5);
  });

  test("does so also where a GPU is on offer of whose memory nothing is known, and the rest of the market", async () => {
    const spec = specOf(
      [`${reasoner}, qps: 2`],
      "clouds: { aws: { regions: [us-east-1] }, gcp: { regions: [us-central1] } }\ngpus: { deny: [b300-sxm-270gb] }",
    );
    const plan = await planOf(spec);
    expect(checkPlan(spec, plan, rawCatalog)).toEqual([]);
    expect(deploymentsOf(plan, "reasoner")[0]?.nodesPerReplica).toBeGreaterThan(1);
  });

  test("counts all of its nodes under a quota", async () => {
    const quota = (gpus: number) =>
      `gpus: { allow: [a100-sxm-80gb] }\nquotas: [{ cloud: aws, region: us-east-1, family: p4de, market: on-demand, gpus: ${gpus} }]`;
    const spec = specOf([`${reasoner}, qps: 2`], quota(48));
    expect(checkPlan(spec, await planOf(spec), rawCatalog)).toEqual([]);
    expect((await reasonsOf(specOf([`${reasoner}, qps: 2`], quota(47)))).map(({ code }) => code)).toContain("unplaceable-quota");
  });

  test("follows the hours of the day by whole replicas, and has nodes of its own where it asks for them", async () => {
    const hourly = `traffic: { hourlyRequestsPerSecond: [${Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 0.5 : 4)).join()}] }`;
    const spec = specOf([`${reasoner}, ${hourly}, dedicatedNodes: true`]);
    const plan = await planOf(spec);
    expect(checkPlan(spec, plan, rawCatalog)).toEqual([]);
    const [pool] = plan.pools;
    const [own] = deploymentsOf(plan, "reasoner");
    expect(pool?.nodesByHour).toEqual(own?.replicasByHour?.map((replicas) => 3 * replicas));
    expect(pool?.minNodes).toBeLessThan(pool?.maxNodes ?? 0);
    expect(pool?.tenant).toBe("reasoner");
  });

  test("is kept in a lock: valid for another planner, and the next plan stays with it", async () => {
    const spec = specOf([`${reasoner}, qps: 2`]);
    const plan = await planOf(spec);
    const kept = lockStanding(lockOf(plan), { spec, catalog, plannerVersion: "2.0.0" }, files);
    expect(kept).toHaveProperty("notDeployable", plan.notDeployable);
    const again = await planOf(spec, { deployed: plan });
    expect(again.stability?.churn).toEqual({ nodesAdded: 0, nodesRemoved: 0, replicasStarted: 0, usd: 0 });
    expect(again.pools).toEqual(plan.pools);
  });

  test("is explained, and its alternatives say over how many nodes they go", async () => {
    const plan = await planOf(specOf([`${reasoner}, qps: 2`], "gpus: { allow: [a100-sxm-80gb, a100-sxm-40gb] }"), {
      explain: "reasoner",
      alternatives: 2,
    });
    expect(plan.explanation?.taken).toBe("aws-us-east-1/a100-sxm-80gb-tp8-pp3-bf16-3x400gbps");
    expect(plan.explanation?.groups.map(({ reason }) => reason.code)).toContain("does-not-fit");
    expect(plan.alternatives?.map(({ gpu, nodesPerReplica }) => [gpu, nodesPerReplica])).toContainEqual(["a100-sxm-80gb", 3]);
    for (const { pools, nodesPerReplica = 1, replicas } of plan.alternatives ?? [])
      expect(sum(pools.map(({ nodes }) => nodes))).toBe(nodesPerReplica * replicas);
  });
});

/** A rack of machines with eight A100 80GB each. */
const rackText = (network: string, nodes: number, price = "") => `
asOf: 2026-11-01
source: own rack
instanceTypes: [{ id: dgx, cloud: static, gpu: a100-sxm-80gb, gpuCount: 8, vcpus: 256, memoryGiB: 2048, interconnect: nvswitch${network} }]
prices: [{ instance: dgx, region: berlin, market: static, usdPerHour: 9, nodes: ${nodes}${price} }]`;
const rack = (network: string, nodes: number) =>
  loadCatalog({ overridesText: rackText(network, nodes), overridesFile: "rack.yaml" }).catalog;

test("machines that are paid for are shared between replicas that span them and others, and stay in the bill", async () => {
  const text = rackText(", gpuDirectNetworking: true, networkGbps: 800", 5, ", paid: true");
  const { catalog: facts } = loadCatalog({ overridesText: text, overridesFile: "rack.yaml" });
  const chat = "name: chat, model: Qwen/Qwen3-8B, precision: bf16, qps: 5, averageContext: 2000";
  const spec = specOf([`${reasoner}, qps: 0.5`, chat], "clouds: { static: { regions: [berlin] } }", facts);
  const plan = await planOf(spec, {}, facts);
  expect(checkPlan(spec, plan, readRawCatalog(text))).toEqual([]);
  expect(plan.pools.map(({ nodes }) => nodes).toSorted()).toEqual([1, 3]);
  expect(plan.paidNodes).toMatchObject([{ nodes: 5, idleNodes: 1 }]);
  expect(plan.cost.usdPerHour).toBe(45);
  const four = rackText(", gpuDirectNetworking: true, networkGbps: 800", 3, ", paid: true");
  const { catalog: fewer } = loadCatalog({ overridesText: four, overridesFile: "rack.yaml" });
  const reasons = await reasonsOf(specOf([`${reasoner}, qps: 0.5`, chat], "clouds: { static: { regions: [berlin] } }", fewer), fewer);
  expect(reasons).toContainEqual(expect.objectContaining({ code: "nodes-run-out", value: 4, limit: 3 }));
});

describe("nodes whose GPUs do not reach the network", () => {
  test("hold no replica together, and the reason says which nodes would", async () => {
    const spec = specOf([`${reasoner}, qps: 2`], "clouds: { gcp: { regions: [us-central1] } }\ngpus: { allow: [a100-sxm-80gb] }");
    const reasons = await reasonsOf(spec);
    expect(reasons).toContainEqual(
      expect.objectContaining({
        code: "no-network-between-nodes",
        path: "workloads[0]",
        suggestion: expect.stringContaining("p4de.24xlarge"),
      }),
    );
    expect(reasons.map(({ message }) => message).join()).toMatch(/a2-ultragpu-8g.* do not reach the network directly/);
  });

  test("of one's own rack may be described as those that do, and then count as many as there are", async () => {
    const lines = "clouds: { static: { regions: [berlin] } }\ngpus: { allow: [a100-sxm-80gb] }";
    const fast = rack(", gpuDirectNetworking: true, networkGbps: 800", 3);
    const plan = await planOf(specOf([`${reasoner}, qps: 0.5`], lines, fast), {}, fast);
    expect(plan.pools.map(({ nodes }) => nodes)).toEqual([3]);
    const slow = rack("", 3);
    expect((await reasonsOf(specOf([`${reasoner}, qps: 0.5`], lines, slow), slow)).map(({ code }) => code)).toContain(
      "no-network-between-nodes",
    );
    const few = rack(", gpuDirectNetworking: true, networkGbps: 800", 2);
    expect((await reasonsOf(specOf([`${reasoner}, qps: 0.5`], lines, few), few)).map(({ code }) => code)).toContain("does-not-fit");
  });
});
