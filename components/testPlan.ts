import type { ServingPoint } from "../planner/performance/serving-point.ts";
import type { FleetPlan, Money, PlannedDeployment, PlannedPool, PlannedWorkload } from "../planner/plan/fleet-plan.ts";
import { notDeployable } from "../planner/plan/not-deployable.ts";
import { gibibyte, hoursPerMonth } from "../planner/units.ts";

/** What a hand-made plan must say of a pool; all else has a default that can be overridden. */
export type TestPool = Pick<PlannedPool, "name" | "cluster" | "cloud" | "instanceType" | "gpu"> & Partial<PlannedPool>;

const regions = { aws: "us-east-1", gcp: "us-central1", static: "rack" } as const;
const zones = { aws: "us-east-1a", gcp: "us-central1-a", static: "rack" } as const;

/** A pool for a hand-made plan: one on-demand node of 4 GPUs at $4 an hour unless told otherwise. */
export function testPool(pool: TestPool): PlannedPool {
  const nodes = pool.nodes ?? 1;
  const usdPerNodeHour = pool.usdPerNodeHour ?? 4;
  return {
    region: regions[pool.cloud],
    zones: [zones[pool.cloud]],
    machineType: pool.instanceType,
    market: pool.cloud === "static" ? "static" : "on-demand",
    nodes,
    minNodes: nodes,
    maxNodes: nodes,
    gpusPerNode: 4,
    arch: "amd64",
    diskBytes: 500 * gibibyte,
    localSsdGB: 0,
    usdPerNodeHour,
    ...money(nodes * usdPerNodeHour),
    price: { asOf: "2026-07-20", source: "hand-made", estimated: false },
    costCenter: null,
    nodePatterns: [],
    ...pool,
  };
}

export type TestDeployment = Pick<PlannedDeployment, "name" | "pool"> & Partial<PlannedDeployment>;

/** One replica on one GPU unless told otherwise. */
export function testDeployment(deployment: TestDeployment): PlannedDeployment {
  const gpus = deployment.gpusPerReplica ?? deployment.tensorParallel ?? 1;
  const replicas = deployment.replicas ?? 1;
  return {
    zones: null,
    replicas,
    minReplicas: replicas,
    maxReplicas: replicas,
    weights: { source: "hf", uri: null, revision: "main", tokenSecret: null, bytes: 16e9, format: "bf16" },
    precision: "bf16",
    kvCacheDtype: "auto",
    tensorParallel: gpus,
    pipelineParallel: 1,
    dataParallel: 1,
    expertParallel: 1,
    nodesPerReplica: 1,
    gpusPerReplica: gpus,
    vcpusPerReplica: 10 * gpus,
    memoryBytesPerReplica: 40 * gibibyte * gpus,
    engine: testEngine,
    startupSeconds: 280,
    capacityRequestsPerSecondPerReplica: 2,
    plannedRequestsPerSecondPerReplica: 1.5,
    memory: testMemory,
    predicted: testPoint,
    ...deployment,
  };
}

export const testEngine: PlannedDeployment["engine"] = {
  name: "vllm",
  version: "0.19.0",
  image: "vllm/vllm-openai:v0.19.0",
  args: {},
  maxModelLen: 8192,
  maxNumSeqs: 256,
  maxNumBatchedTokens: 8192,
  gpuMemoryUtilization: 0.9,
  enforceEager: false,
  prefixCaching: true,
};

export type TestWorkload = Pick<PlannedWorkload, "name" | "model" | "deployments"> & Partial<PlannedWorkload>;

export const testWorkload = (workload: TestWorkload): PlannedWorkload => ({
  task: "generate",
  costCenter: null,
  tags: {},
  demand: { requestsPerSecond: 3, inputTokens: 1900, outputTokens: 400, inputTokensP95: null },
  slo: { ttftP95Ms: 2000, tpotP95Ms: 80 },
  confidence: 0.9,
  availability: { survive: "none", degradedShare: 1 },
  spot: { maxShare: 0, minSurvival: 0.99 },
  cost: { ...money(0), usdPerMillionTokens: null, usdPerMillionOutputTokens: null, usdPerThousandRequests: null },
  ...workload,
});

/** A plan around pools and workloads, for tests of programs that use the components. Costs by pool, market and cloud are added up. */
export function testPlan(plan: Pick<FleetPlan, "clusters" | "pools" | "workloads"> & Partial<FleetPlan>): FleetPlan {
  const usdPerHour = plan.pools.reduce((sum, pool) => sum + pool.usdPerHour, 0);
  return {
    schemaVersion: 1,
    fleet: "test-fleet",
    inputs: { specSha256: "0".repeat(64), catalogSha256: "0".repeat(64), catalogAsOf: "2026-08-21", plannerVersion: "test" },
    tags: {},
    cost: {
      ...money(usdPerHour),
      byWorkload: Object.fromEntries(
        plan.workloads.map(({ name, cost }) => [name, { usdPerHour: cost.usdPerHour, usdPerMonth: cost.usdPerMonth }]),
      ),
      byPool: added(plan.pools, ({ name }) => name),
      byMarket: added(plan.pools, ({ market }) => market),
      byCloud: added(plan.pools, ({ cloud }) => cloud),
      byCostCenter: added(plan.pools, ({ costCenter }) => costCenter ?? "shared"),
      idleUsdPerHour: 0,
      included: ["GPU nodes"],
      excluded: ["control planes"],
    },
    budget: null,
    optimality: { status: "optimal", lowerBoundUsdPerHour: usdPerHour, gap: 0, restrictions: [] },
    assumptions: [],
    warnings: [],
    notDeployable: notDeployable(plan),
    ...plan,
  };
}

const money = (usdPerHour: number): Money => ({ usdPerHour, usdPerMonth: Math.round(usdPerHour * hoursPerMonth * 100) / 100 });

function added(pools: readonly PlannedPool[], key: (pool: PlannedPool) => string): Record<string, Money> {
  const sums: Record<string, number> = {};
  for (const pool of pools) sums[key(pool)] = (sums[key(pool)] ?? 0) + pool.usdPerHour;
  return Object.fromEntries(Object.entries(sums).map(([name, usdPerHour]) => [name, money(usdPerHour)]));
}

const latency = { mean: 300, p50: 250, p95: 600, p99: 1000 };

const testPoint: ServingPoint = {
  ttftMs: latency,
  tpotMs: { mean: 25, p50: 24, p95: 35, p99: 45 },
  outputTokensPerSecond: 600,
  totalTokensPerSecond: 3450,
  requestsPerSecond: 1.5,
  concurrency: 16,
  utilization: 0.75,
  limitedBy: "load",
  fits: true,
  finding: null,
  interval90: { ttftMs: [200, 450], tpotMs: [20, 32], outputTokensPerSecond: [500, 700] },
  evidence: "gpu-and-family",
};

const testMemory: PlannedDeployment["memory"] = {
  weightBytesPerGpu: 16e9,
  activationBytesPerGpu: 1e9,
  nonTorchBytesPerGpu: 5e8,
  cudaGraphBytesPerGpu: 5e8,
  kvCacheBytesPerGpu: 20e9,
  kvCacheTokens: 150_000,
  maxConcurrency: 18,
};
