import { expect, test } from "vitest";
import { at, fleetArgs, named, ofType, recordFleet } from "./fixtures/fleet.ts";
import { clusters, plan } from "./fixtures/plan.ts";

const recording = await recordFleet();

test("names are identity: the URNs of a fleet are fixed", async () => {
  const urns = recording.resources.map(({ urn }) => urn.replace("urn:pulumi:test::gpu-fleet-planner::", "")).toSorted();
  await expect(`${urns.join("\n")}\n`).toMatchFileSnapshot("goldens/urns.txt");
});

test("every object of a fleet is what a reviewer last agreed to", async () => {
  const objects = recording.resources
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers"))
    .toSorted((a, b) => (a.urn < b.urn ? -1 : 1))
    .map(({ type, name, inputs }) => ({ type, name, inputs }));
  await expect(`${JSON.stringify(objects, null, 2)}\n`).toMatchFileSnapshot("goldens/objects.json");
});

test("no resource is left to a default provider", () => {
  const managed = recording.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
  expect(managed.length).toBeGreaterThan(20);
  expect(managed.filter(({ provider }) => provider === "" || provider.startsWith("default"))).toEqual([]);
});

test("each cluster has its own Kubernetes provider, and its objects use that one", () => {
  expect(ofType(recording, "kubernetes").map(({ name }) => name)).toEqual(["kubernetes-usc1", "kubernetes-use1"]);
  for (const workload of plan.workloads) {
    const pool = plan.pools.find(({ name }) => name === workload.deployments[0]?.pool);
    const objects = recording.resources.filter(
      ({ type, parent }) => type.startsWith("kubernetes:") && parent.endsWith(`InferenceService::${workload.name}`),
    );
    expect(objects.map(({ provider }) => provider)).toEqual(objects.map(() => `kubernetes-${pool?.cluster}`));
  }
});

test("fleet, owner and the user's tags are on everything that takes tags or labels", () => {
  const tagged: Record<string, readonly string[]> = {
    LaunchTemplate: ["tags", "tagSpecifications.0.tags", "tagSpecifications.1.tags", "tagSpecifications.2.tags"],
    NodeGroup: ["tags", "labels"],
    Namespace: ["metadata.labels"],
    PriorityClass: ["metadata.labels"],
    Deployment: ["metadata.labels"],
    Service: ["metadata.labels"],
    ServiceAccount: ["metadata.labels"],
    NetworkPolicy: ["metadata.labels"],
    PodDisruptionBudget: ["metadata.labels"],
  };
  for (const [type, paths] of Object.entries(tagged)) {
    const found = ofType(recording, type);
    expect(found.length, type).toBeGreaterThan(0);
    for (const { name, inputs } of found) {
      for (const path of paths) {
        expect(at(inputs, path), `${type} ${name} ${path}`).toMatchObject({
          "gpu-fleet-planner/fleet": "acme",
          owner: "ml-platform",
          env: "prod",
        });
      }
    }
  }
  for (const { inputs } of recording.resources.filter(({ type }) => type === "gcp:container/nodePool:NodePool")) {
    expect(at(inputs, "nodeConfig.resourceLabels")).toMatchObject({ "gpu-fleet-planner-fleet": "acme", owner: "ml-platform", env: "prod" });
  }
});

test("cost centres are on what belongs to one", () => {
  expect(named(recording, "NodeGroup", "use1-g6e-12xlarge-on-demand").inputs.tags).toMatchObject({
    "gpu-fleet-planner/cost-center": "support",
  });
  expect(named(recording, "NodeGroup", "use1-g6e-12xlarge-spot-b").inputs.tags).not.toHaveProperty("gpu-fleet-planner/cost-center");
  expect(at(named(recording, "Service", "support-chat").inputs, "metadata.labels")).toMatchObject({
    "gpu-fleet-planner/cost-center": "support",
    tier: "gold",
  });
});

test("the cost report carries the plan's figures in its inputs, to the cent", () => {
  const { inputs } = named(recording, "CostReport", "acme");
  expect(inputs.usdPerMonth).toBe(plan.cost.usdPerMonth);
  expect(inputs.usdPerMonthByPool).toEqual(Object.fromEntries(plan.pools.map((pool) => [pool.name, pool.usdPerMonth])));
  expect(inputs).toMatchObject({ currency: "USD", pricesAsOf: "2026-07-20", budgetUsdPerMonth: null, gap: 0 });
});

test("a deployment waits for the pool it runs on, and for its namespace, policy and priority class", () => {
  const { dependencies } = named(recording, "Deployment", "support-chat-l40s-tp4-fp8-spot");
  const waitsFor = (part: string) =>
    expect(
      dependencies.filter((urn) => urn.includes(part)),
      part,
    ).toHaveLength(1);
  waitsFor("NodeGroup::use1-g6e-12xlarge-spot-b");
  waitsFor("Namespace::use1-namespace");
  waitsFor("NetworkPolicy::support-chat");
  waitsFor("PriorityClass::use1-gpu-4");
  expect(dependencies.join()).not.toContain("usc1");
});

test("up waits for on-demand replicas as long as their start may take, and never for spot capacity", () => {
  const onDemand = named(recording, "Deployment", "support-chat-l40s-tp4-fp8-od");
  expect(at(onDemand.inputs, "metadata.annotations")).toBeUndefined();
  const deadline = at(onDemand.inputs, "spec.progressDeadlineSeconds") as number;
  expect(onDemand.timeouts).toMatchObject({ create: `${deadline + 60}s`, update: `${2 * deadline + 60}s` });
  const spot = named(recording, "Deployment", "support-chat-l40s-tp4-fp8-spot");
  expect(at(spot.inputs, "metadata.annotations")).toEqual({ "pulumi.com/skipAwait": "true" });
});

test("larger replicas have the higher priority", () => {
  const classes = ofType(recording, "PriorityClass").map(({ name, inputs }) => [name, inputs.value]);
  expect(classes).toEqual([
    ["usc1-gpu-1", 101_000],
    ["usc1-gpu-2", 102_000],
    ["use1-gpu-4", 104_000],
  ]);
});

test("the hub's token becomes a secret under the name that workloads use, in their cluster only, and is never shown", async () => {
  const withToken = await recordFleet({ huggingFaceToken: "hf_verysecret" });
  expect(ofType(withToken, "Secret").map(({ name }) => name)).toEqual(["usc1-hf-token", "use1-hf-token"]);
  expect(JSON.stringify(withToken)).not.toContain("hf_verysecret");
  const { inputs } = named(withToken, "Deployment", "summariser-l4-tp1-bf16");
  expect(at(inputs, "spec.template.spec.containers.0.env")).toContainEqual({
    name: "HF_TOKEN",
    valueFrom: { secretKeyRef: { name: "hf-token", key: "token" } },
  });
});

test("a fleet that a cloud would refuse stops before anything is made", async () => {
  const { use1: _, ...others } = clusters;
  await expect(recordFleet({ clusters: others })).rejects.toThrow("config.clusters.use1");
});

test("endpoints are the Services' names inside the cluster", () => {
  expect(recording.outputs.endpoints).toMatchObject({ "support-chat": "http://support-chat.acme.svc.cluster.local:8000/v1" });
  expect(fleetArgs().plan.workloads.map(({ name }) => named(recording, "Service", name).inputs.kind)).toEqual([
    "Service",
    "Service",
    "Service",
  ]);
});
