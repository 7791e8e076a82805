import { expect, test } from "vitest";
import { GpuFleet } from "../../components/gpuFleet.ts";
import { recordResources } from "../../components/testing.ts";
import { validityFindings } from "../../components/validity/validity.ts";
import { at, fleetArgs, named, ofType } from "./fixtures/fleet.ts";
import { hostPlan } from "./fixtures/hosts.ts";

const args = fleetArgs({ plan: hostPlan });
const recording = await recordResources(() => {
  new GpuFleet(hostPlan.fleet, args);
  return {};
});

test("a fleet without GPUs is valid as planned", () => {
  expect(validityFindings(args)).toEqual([]);
});

test("every object of it is what a reviewer last agreed to", async () => {
  const objects = recording.resources
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers"))
    .toSorted((a, b) => (a.urn < b.urn ? -1 : 1))
    .map(({ type, name, inputs }) => ({ type, name, inputs }));
  await expect(`${JSON.stringify(objects, null, 2)}\n`).toMatchFileSnapshot("goldens/host-objects.json");
});

test("nothing of it has to do with NVIDIA", () => {
  const made = recording.resources.filter(({ custom }) => custom).map(({ inputs }) => inputs);
  expect(JSON.stringify(made).toLowerCase()).not.toContain("nvidia");
  expect(JSON.stringify(made)).not.toContain("guestAccelerators");
});

test("EKS nodes run the plain image of their architecture", () => {
  const amiOf = (name: string) => named(recording, "NodeGroup", name).inputs.amiType;
  expect(amiOf("use1-c7i-8xlarge-on-demand")).toBe("BOTTLEROCKET_x86_64");
  expect(amiOf("use1-c8g-16xlarge-spot-b")).toBe("BOTTLEROCKET_ARM_64");
});

test("GKE nodes boot from the disk that their machine family takes", () => {
  const pools = recording.resources.filter(({ type }) => type === "gcp:container/nodePool:NodePool");
  const disks = Object.fromEntries(pools.map(({ inputs }) => [at(inputs, "nodeConfig.machineType"), at(inputs, "nodeConfig.diskType")]));
  expect(disks).toEqual({ "c3-standard-44": "pd-balanced", "c4-standard-48": "hyperdisk-balanced" });
});

test("the nodes are kept for the replicas: each pool has one taint that its pods tolerate, and spot on GKE has one more", () => {
  const taint = { key: "gpu-fleet-planner/reserved", value: "inference", effect: "NO_SCHEDULE" };
  for (const { inputs } of ofType(recording, "NodeGroup")) expect(inputs.taints).toEqual([taint]);
  const tolerated = (name: string) => at(named(recording, "Deployment", name).inputs, "spec.template.spec.tolerations");
  const own = { key: taint.key, operator: "Exists", effect: "NoSchedule" };
  expect(tolerated("queries-4vcpu")).toEqual([own]);
  expect(tolerated("calls-spot")).toEqual([
    own,
    { key: "cloud.google.com/gke-spot", operator: "Equal", value: "true", effect: "NoSchedule" },
  ]);
});

test("a replica requests its share of the node, is held to it, and computes with as many threads", () => {
  const pod = (name: string) => at(named(recording, "Deployment", name).inputs, "spec.template.spec.containers.0");
  expect(at(pod("queries-4vcpu"), "resources")).toEqual({
    requests: { cpu: "3900m", memory: "7168Mi", "ephemeral-storage": expect.any(String) },
    limits: { cpu: "3900m", memory: "7168Mi" },
  });
  const env = at(pod("order-16vcpu"), "env") as { name: string; value?: string }[];
  expect(env).toEqual(
    expect.arrayContaining([
      { name: "OMP_NUM_THREADS", value: "15" },
      { name: "MKL_NUM_THREADS", value: "15" },
      { name: "MKL_DYNAMIC", value: "FALSE" },
    ]),
  );
  const whisper = at(pod("notes-16vcpu"), "env") as { name: string; value?: string }[];
  expect(whisper).toEqual(
    expect.arrayContaining([
      { name: "WHISPER__INFERENCE_DEVICE", value: "cpu" },
      { name: "WHISPER__CPU_THREADS", value: "15" },
      { name: "WHISPER__COMPUTE_TYPE", value: "float32" },
    ]),
  );
});

test("larger replicas of a pool are placed before smaller ones", () => {
  const classes = ofType(recording, "PriorityClass").map(({ inputs }) => [at(inputs, "metadata.name"), inputs.value]);
  expect(Object.fromEntries(classes)).toEqual({ "acme-hosts-cpu-1": 101_000, "acme-hosts-cpu-4": 104_000 });
  const priority = (name: string) => at(named(recording, "Deployment", name).inputs, "spec.template.spec.priorityClassName");
  expect([priority("queries-4vcpu"), priority("order-16vcpu")]).toEqual(["acme-hosts-cpu-1", "acme-hosts-cpu-4"]);
});

test("an engine that needs a GPU is found before anything is made", () => {
  const plan = {
    ...hostPlan,
    workloads: hostPlan.workloads.map((workload) => ({
      ...workload,
      deployments: workload.deployments.map((one) => ({ ...one, engine: { ...one.engine, name: "vllm", version: "0.19.0" } })),
    })),
  };
  expect(validityFindings({ ...args, plan }).map(({ code }) => code)).toContain("not-supported-yet");
});
