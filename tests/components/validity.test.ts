import { expect, test } from "vitest";
import type { GpuFleetArgs } from "../../components/gpuFleet.ts";
import { validityFindings } from "../../components/validity/validity.ts";
import type { FleetPlan, PlannedDeployment, PlannedPool, PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import { gibibyte } from "../../planner/units.ts";
import { findingText } from "../../reports/finding-text.ts";
import { fleetArgs } from "./fixtures/fleet.ts";
import { clusters, plan } from "./fixtures/plan.ts";

const withPool = (name: string, change: Partial<PlannedPool>): { plan: FleetPlan } => ({
  plan: { ...plan, pools: plan.pools.map((pool) => (pool.name === name ? { ...pool, ...change } : pool)) },
});

const withWorkload = (name: string, change: Partial<PlannedWorkload>): { plan: FleetPlan } => ({
  plan: { ...plan, workloads: plan.workloads.map((workload) => (workload.name === name ? { ...workload, ...change } : workload)) },
});

function withDeployment(workload: string, change: (deployment: PlannedDeployment) => Partial<PlannedDeployment>): { plan: FleetPlan } {
  const deployments = plan.workloads.find(({ name }) => name === workload)?.deployments ?? [];
  return withWorkload(workload, { deployments: deployments.map((deployment) => ({ ...deployment, ...change(deployment) })) });
}

const eks = "use1-g6e-12xlarge-on-demand";
const gke = "usc1-g2-standard-48-on-demand";
const h100 = "usc1-a3-highgpu-2g-spot-a";
const use1 = clusters.use1 ?? {};

test("the fixture itself is valid", () => {
  expect(validityFindings(fleetArgs())).toEqual([]);
});

const mistakes: readonly (readonly [string, string, string, Partial<GpuFleetArgs>])[] = [
  ["a cluster that the stack does not know", "cluster-not-bound", "config.clusters.use1", { clusters: { usc1: clusters.usc1 ?? {} } }],
  [
    "a cluster without name",
    "binding-incomplete",
    "config.clusters.use1.clusterName",
    { clusters: { ...clusters, use1: { kubeconfig: "k" } } },
  ],
  [
    "a static cluster without kubeconfig",
    "binding-incomplete",
    "config.clusters.rack.kubeconfig",
    { clusters: { rack: {} }, plan: { ...plan, clusters: [{ name: "rack", cloud: "static", region: "rack" }] } },
  ],
  [
    "a GKE cluster without project",
    "binding-incomplete",
    "config.clusters.usc1.project",
    { clusters: { use1, usc1: { clusterName: "c", kubeconfig: "k" } } },
  ],
  [
    "an EKS cluster without node role",
    "binding-incomplete",
    "config.clusters.use1.nodeRoleArn",
    { clusters: { ...clusters, use1: { clusterName: "c", kubeconfig: "k", subnetIdsByZone: { "us-east-1a": "a", "us-east-1b": "b" } } } },
  ],
  [
    "a zone without subnet",
    "zone-without-subnet",
    "config.clusters.use1.subnetIdsByZone",
    { clusters: { ...clusters, use1: { ...use1, subnetIdsByZone: { "us-east-1a": "a" } } } },
  ],
  [
    "a token that no workload asks for",
    "token-without-secret",
    "config.huggingFaceToken",
    { huggingFaceToken: "hf_x", plan: { ...plan, workloads: plan.workloads.filter(({ name }) => name === "reasoning") } },
  ],
  ["on-demand where Google sells spot only", "market-not-sold", `pools.${h100}`, withPool(h100, { market: "on-demand" })],
  [
    "A3 Ultra on demand",
    "market-not-sold",
    `pools.${h100}`,
    withPool(h100, { machineType: "a3-ultragpu-8g", gpusPerNode: 8, market: "on-demand" }),
  ],
  ["A4X on spot", "market-not-sold", `pools.${h100}`, withPool(h100, { machineType: "a4x-highgpu-4g", gpusPerNode: 4 })],
  ["a machine family that nobody described", "unknown-machine-family", `pools.${gke}`, withPool(gke, { machineType: "z9-standard-4" })],
  ["a GPU that cannot be attached to N1", "unknown-machine-family", `pools.${gke}`, withPool(gke, { machineType: "n1-standard-8" })],
  ["a zone of another region", "zone-outside-region", `pools.${gke}`, withPool(gke, { zones: ["europe-west4-a"] })],
  ["an Arm machine on EKS", "not-supported-yet", `pools.${eks}`, withPool(eks, { arch: "arm64" })],
  ["a disk beyond gp3", "disk-too-large", `pools.${eks}`, withPool(eks, { diskBytes: 17 * 2 ** 40 })],
  ["a static offer in a cloud", "market-not-sold", `pools.${eks}`, withPool(eks, { market: "static" })],
  ["more nodes than the most", "pool-size", `pools.${eks}`, withPool(eks, { maxNodes: 1 })],
  [
    "a disk that its replicas outgrow",
    "disk-too-small",
    "deployments.summariser-l4-tp1-bf16",
    withPool(gke, { diskBytes: 110 * gibibyte }),
  ],
  [
    "replicas that leave GPUs over",
    "gpus-do-not-divide-node",
    "deployments.summariser-l4-tp1-bf16",
    withDeployment("summariser", () => ({ gpusPerReplica: 3 })),
  ],
  [
    "a replica over two nodes",
    "not-supported-yet",
    "deployments.summariser-l4-tp1-bf16",
    withDeployment("summariser", () => ({ nodesPerReplica: 2 })),
  ],
  [
    "a workload in two clusters",
    "workload-in-two-clusters",
    "workloads.support-chat",
    withDeployment("support-chat", ({ pool }) => ({ pool: pool === eks ? gke : pool })),
  ],
  [
    "a pool that is not there",
    "unknown-pool",
    "deployments.summariser-l4-tp1-bf16",
    withDeployment("summariser", () => ({ pool: "nowhere" })),
  ],
  [
    "a model that the catalog lacks",
    "unknown-in-catalog",
    "deployments.summariser-l4-tp1-bf16",
    withWorkload("summariser", { model: "acme/none" }),
  ],
  [
    "an engine that nobody knows to embed with this model",
    "engine-does-not-serve-model",
    "deployments.summariser-l4-tp1-bf16.engine",
    withWorkload("summariser", { task: "embed" }),
  ],
  [
    "another engine",
    "not-supported-yet",
    "deployments.summariser-l4-tp1-bf16.engine",
    withDeployment("summariser", ({ engine }) => ({ engine: { ...engine, name: "sglang" } })),
  ],
  [
    "4-bit weights of a model published in bf16",
    "needs-own-weights",
    "deployments.summariser-l4-tp1-bf16.weights",
    withDeployment("summariser", () => ({ precision: "awq-int4" })),
  ],
  [
    "a format that this version lost",
    "precision-not-served",
    "deployments.summariser-l4-tp1-bf16",
    withDeployment("summariser", ({ engine }) => ({ precision: "bnb-nf4", engine: { ...engine, version: "0.29.0" } })),
  ],
  [
    "a bucket without address",
    "weights-without-uri",
    "deployments.summariser-l4-tp1-bf16.weights",
    withDeployment("summariser", ({ weights }) => ({ weights: { ...weights, source: "s3" } })),
  ],
  [
    "a flag that was removed",
    "flag-removed",
    "deployments.summariser-l4-tp1-bf16.engine.args.swap-space",
    withDeployment("summariser", ({ engine }) => ({ engine: { ...engine, args: { "swap-space": 4 } } })),
  ],
  [
    "a flag of a later version",
    "flag-not-there-yet",
    "deployments.summariser-l4-tp1-bf16.engine.args.max-num-queued-reqs",
    withDeployment("summariser", ({ engine }) => ({ engine: { ...engine, args: { "max-num-queued-reqs": 9 } } })),
  ],
  [
    "a flag that the plan decides",
    "flag-decided-by-plan",
    "deployments.summariser-l4-tp1-bf16.engine.args.max-model-len",
    withDeployment("summariser", ({ engine }) => ({ engine: { ...engine, args: { "max-model-len": 9 } } })),
  ],
  ["a fleet's name that is no namespace", "invalid-kubernetes-name", "fleet", { plan: { ...plan, fleet: "Acme Prod" } }],
  [
    "a pool's name beyond GKE's limit",
    "pool-name-too-long",
    `pools.${"p".repeat(33)}`,
    {
      plan: {
        ...plan,
        pools: [...plan.pools, { ...plan.pools.filter(({ name }) => name === gke)[0], name: "p".repeat(33) } as PlannedPool],
      },
    },
  ],
  ["a tag that belongs to AWS", "reserved-tag", "tags.aws:owner", { tags: { "aws:owner": "me" } }],
  ["a tag's value that AWS refuses", "invalid-tag-value", "tags.note", { tags: { note: "50% <off>" } }],
  ["a tag that is no label", "invalid-tag-key", "tags.cost center", { tags: { "cost center": "me" } }],
  ["two tags that are one on GCP", "tags-clash", "tags.team.name", { tags: { "team-name": "a", "team.name": "b" } }],
];

test.each(mistakes)("%s is found before anything is made", (_, code, path, overrides) => {
  const findings = validityFindings(fleetArgs(overrides));
  expect(findings.map((finding) => [finding.code, finding.path])).toContainEqual([code, path]);
  for (const { message } of findings) expect(message).not.toMatch(/undefined|NaN|\.$/);
});

test("what is said of each of them, to the letter", async () => {
  const said = mistakes.map(
    ([what, , , overrides]) => `# ${what}\n${validityFindings(fleetArgs(overrides)).map(findingText).join("\n")}\n`,
  );
  await expect(said.join("\n")).toMatchFileSnapshot("goldens/validity.txt");
});

test("a plan that says of itself that it cannot be deployed is refused, once for each reason", () => {
  const finding = { code: "not-supported-yet", path: "workloads.summariser", message: "served as no version serves it" };
  const said = { ...withPool(eks, { arch: "arm64" }).plan, notDeployable: [finding, { ...finding, path: `pools.${eks}` }] };
  expect(validityFindings(fleetArgs({ plan: said })).map(({ path }) => path)).toEqual(["workloads.summariser", `pools.${eks}`]);
});

test("everything that is wrong is said at once", () => {
  const findings = validityFindings(fleetArgs({ ...withPool(eks, { arch: "arm64", maxNodes: 1 }), clusters: {}, tags: { "aws:x": "y" } }));
  expect(new Set(findings.map(({ code }) => code)).size).toBeGreaterThanOrEqual(4);
});
