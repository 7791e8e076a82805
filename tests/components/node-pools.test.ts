import { describe, expect, test } from "vitest";
import { acceleratorOf } from "../../components/gcp/machineFamilies.ts";
import { testDeployment, testPlan, testPool, testWorkload } from "../../components/testPlan.ts";
import { at, catalog, named, recordFleet } from "./fixtures/fleet.ts";

const recording = await recordFleet();

describe("an EKS node group", () => {
  const group = named(recording, "NodeGroup", "use1-g6e-12xlarge-on-demand").inputs;
  const template = named(recording, "LaunchTemplate", "use1-g6e-12xlarge-on-demand").inputs;

  test("has a GPU image that brings driver and device plugin, and the label that says so", () => {
    expect(group).toMatchObject({
      amiType: "BOTTLEROCKET_x86_64_NVIDIA",
      instanceTypes: ["g6e.12xlarge"],
      labels: { "nvidia.com/gpu.present": "true" },
    });
  });

  test("lies in the subnets of its zones, in its market, at the plan's size", () => {
    expect(group).toMatchObject({
      subnetIds: ["subnet-a", "subnet-b"],
      capacityType: "ON_DEMAND",
      scalingConfig: { minSize: 2, maxSize: 2, desiredSize: 2 },
    });
    const spot = named(recording, "NodeGroup", "use1-g6e-12xlarge-spot-b").inputs;
    expect(spot).toMatchObject({ subnetIds: ["subnet-b"], capacityType: "SPOT" });
  });

  test("needs no spare GPU for an update", () => {
    expect(group).toMatchObject({ updateConfig: { maxUnavailable: 1, updateStrategy: "MINIMAL" }, nodeRepairConfig: { enabled: true } });
  });

  test("keeps the weights on the data volume, large, fast and encrypted, and the node's credentials from pods", () => {
    expect(at(template, "blockDeviceMappings.1")).toMatchObject({
      deviceName: "/dev/xvdb",
      ebs: { volumeSize: 500, volumeType: "gp3", throughput: 1000, iops: 4000, encrypted: "true" },
    });
    expect(template.metadataOptions).toMatchObject({ httpTokens: "required", httpPutResponseHopLimit: 1 });
  });

  test("gets nothing that conflicts with a launch template", () => {
    for (const key of ["diskSize", "remoteAccess", "nodeGroupName"]) expect(group).not.toHaveProperty(key);
  });
});

describe("a GKE node pool", () => {
  const anyZone = named(recording, "NodePool", "usc1-g2-standard-48-on-demand");
  const pools = recording.resources.filter(({ type }) => type === "gcp:container/nodePool:NodePool");
  const onDemand = pools.find(({ name }) => name === anyZone.name);
  const spot = pools.find(({ name }) => name === "usc1-a3-highgpu-2g-spot-a");

  test("says the driver at its creation, because saying it later replaces the pool", () => {
    expect(at(onDemand?.inputs, "nodeConfig.guestAccelerators")).toEqual([
      { type: "nvidia-l4", count: 4, gpuDriverInstallationConfig: { gpuDriverVersion: "LATEST" } },
    ]);
  });

  test("counts nodes per zone, so a pool of several zones is sized by the autoscaler up to the plan's number", () => {
    expect(onDemand?.inputs).toMatchObject({
      nodeLocations: ["us-central1-a", "us-central1-b"],
      initialNodeCount: 0,
      autoscaling: { totalMinNodeCount: 0, totalMaxNodeCount: 1, locationPolicy: "ANY" },
    });
    expect(onDemand?.inputs).not.toHaveProperty("nodeCount");
    expect(spot?.inputs).toMatchObject({ nodeLocations: ["us-central1-a"], nodeCount: 1 });
  });

  test("on spot has the taint that GKE does not set, and its pods tolerate it", () => {
    expect(at(spot?.inputs, "nodeConfig.spot")).toBe(true);
    expect(at(spot?.inputs, "nodeConfig.taints")).toContainEqual({
      key: "cloud.google.com/gke-spot",
      value: "true",
      effect: "NO_SCHEDULE",
    });
    const tolerations = at(named(recording, "Deployment", "reasoning-h100-tp2-mxfp4").inputs, "spec.template.spec.tolerations");
    expect(tolerations).toContainEqual({ key: "cloud.google.com/gke-spot", operator: "Equal", value: "true", effect: "NoSchedule" });
    expect(at(onDemand?.inputs, "nodeConfig.taints")).toEqual([{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }]);
  });

  test("updates without spare GPUs and leaves what GKE adds alone", () => {
    expect(onDemand?.inputs.upgradeSettings).toEqual({ strategy: "SURGE", maxSurge: 0, maxUnavailable: 1 });
    expect(onDemand?.ignoreChanges).toContain("nodeConfig.resourceLabels");
  });

  test("boots from the disk type that its machines accept", async () => {
    const pool = testPool({
      name: "g4",
      cluster: "usc1",
      cloud: "gcp",
      instanceType: "g4-standard-48",
      gpu: "rtx-pro-6000-server",
      gpusPerNode: 1,
    });
    const workload = testWorkload({
      name: "w",
      model: "Qwen/Qwen3-4B-Instruct-2507",
      deployments: [testDeployment({ name: "w-g4", pool: "g4" })],
    });
    const plan = testPlan({ clusters: [{ name: "usc1", cloud: "gcp", region: "us-central1" }], pools: [pool], workloads: [workload] });
    const made = await recordFleet({ plan });
    const g4 = made.resources.find(({ type }) => type === "gcp:container/nodePool:NodePool");
    expect(at(g4?.inputs, "nodeConfig.diskType")).toBe("hyperdisk-balanced");
  });
});

test("GKE knows the accelerator of every Google machine in the catalog that carries NVIDIA GPUs", () => {
  const machines = catalog.instanceTypes.filter(({ cloud, gpu }) => cloud === "gcp" && gpu !== null);
  expect(machines.length).toBeGreaterThan(20);
  const unknown = machines.filter(
    ({ id, machineType, gpu }) => acceleratorOf({ machineType: machineType ?? id, gpu: gpu ?? "" }) === undefined,
  );
  expect(unknown.map(({ id }) => id)).toEqual([]);
});

test("on a static cluster no node is made, and pods go to the nodes that carry the pool's label", async () => {
  const pool = testPool({ name: "rack-4090", cluster: "rack", cloud: "static", instanceType: "rack-4090", gpu: "rtx-4090" });
  const workload = testWorkload({
    name: "w",
    model: "Qwen/Qwen3-4B-Instruct-2507",
    deployments: [testDeployment({ name: "w-4090", pool: pool.name })],
  });
  const plan = testPlan({ clusters: [{ name: "rack", cloud: "static", region: "rack" }], pools: [pool], workloads: [workload] });
  const made = await recordFleet({ plan, clusters: { rack: { kubeconfig: "apiVersion: v1" } } });
  expect(made.resources.filter(({ type }) => /^(aws|gcp):|providers:(aws|gcp)/.test(type))).toEqual([]);
  expect(at(named(made, "Deployment", "w-4090").inputs, "spec.template.spec.nodeSelector")).toEqual({
    "gpu-fleet-planner/pool": "rack-4090",
  });
  expect(named(made, "kubernetes", "kubernetes-rack").inputs.kubeconfig).toBe("[secret]");
});
