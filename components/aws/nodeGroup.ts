import { LaunchTemplate, type LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate.js";
import { NodeGroup, type NodeGroupArgs } from "@pulumi/aws/eks/nodeGroup.js";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedPool } from "../../planner/plan/fleet-plan.ts";
import { gibibyte } from "../../planner/units.ts";
import type { ClusterBinding } from "../clusterBinding.ts";
import { gpuTaint, poolLabel, reservedTaint } from "../labels.ts";
import { awsTags, kubernetesLabels, type Ownership } from "../tags.ts";

/** gp3 goes to 1,000 MiB/s; at its default of 125 a node would read 70 GB of weights for ten minutes. */
const diskThroughputMiBps = 1000;
/** gp3 allows 0.25 MiB/s of throughput for each provisioned operation a second. */
const diskIops = diskThroughputMiBps * 4;

/** An EKS managed node group on a launch template of its own. Cloud-side names are left to auto-naming: both can be replaced in place. */
export function eksNodeGroup(
  pool: PlannedPool,
  binding: ClusterBinding,
  owner: Ownership,
  isScaled: boolean,
  opts: pulumi.CustomResourceOptions,
): NodeGroup {
  const template = new LaunchTemplate(pool.name, launchTemplateArgs(pool, owner), opts);
  const version = pulumi.output(template.latestVersion).apply(String);
  return new NodeGroup(
    pool.name,
    { ...nodeGroupArgs(pool, binding, owner), launchTemplate: { id: template.id, version } },
    {
      ...opts,
      customTimeouts: { create: "60m", update: "120m", delete: "60m" },
      // The number of nodes is the node autoscaler's, between the base and the peak of the plan.
      ...(isScaled ? { ignoreChanges: ["scalingConfig.desiredSize"] } : {}),
    },
  );
}

export function launchTemplateArgs(pool: PlannedPool, owner: Ownership): LaunchTemplateArgs {
  const tags = awsTags(owner);
  return {
    description: `Nodes of pool ${pool.name}`,
    updateDefaultVersion: true,
    // Bottlerocket boots from /dev/xvda and keeps images, logs and pods' files on /dev/xvdb.
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", ebs: { volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" } },
      {
        deviceName: "/dev/xvdb",
        ebs: {
          volumeSize: Math.ceil(pool.diskBytes / gibibyte),
          volumeType: "gp3",
          throughput: diskThroughputMiBps,
          iops: diskIops,
          encrypted: "true",
          deleteOnTermination: "true",
        },
      },
    ],
    // One hop: pods cannot reach the node's credentials.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
      resourceType,
      tags: { ...tags, Name: pool.name },
    })),
    tags,
  };
}

export function nodeGroupArgs(pool: PlannedPool, binding: ClusterBinding, owner: Ownership): Omit<NodeGroupArgs, "launchTemplate"> {
  const subnets = pulumi.output(binding.subnetIdsByZone ?? {});
  return {
    clusterName: binding.clusterName ?? "",
    nodeRoleArn: binding.nodeRoleArn ?? "",
    subnetIds: subnets.apply((byZone) => pool.zones.map((zone) => subnetOf(byZone, zone, pool))),
    amiType: amiType(pool),
    capacityType: pool.market === "spot" ? "SPOT" : "ON_DEMAND",
    instanceTypes: [pool.machineType],
    scalingConfig: { minSize: pool.minNodes, maxSize: pool.maxNodes, desiredSize: pool.nodes },
    // MINIMAL ends an old node before it starts a new one: there is no quota for spare nodes.
    updateConfig: { maxUnavailable: 1, updateStrategy: "MINIMAL" },
    nodeRepairConfig: { enabled: true },
    labels: { ...kubernetesLabels(owner), [poolLabel]: pool.name, ...(pool.gpu === null ? {} : { "nvidia.com/gpu.present": "true" }) },
    taints: [{ ...(pool.gpu === null ? reservedTaint : gpuTaint), effect: "NO_SCHEDULE" }],
    tags: awsTags(owner),
  };
}

/** Bottlerocket's NVIDIA variant brings driver and device plugin; nodes without GPUs take the plain one of their architecture. */
function amiType(pool: PlannedPool): string {
  if (pool.gpu !== null) return "BOTTLEROCKET_x86_64_NVIDIA";
  return pool.arch === "arm64" ? "BOTTLEROCKET_ARM_64" : "BOTTLEROCKET_x86_64";
}

/** A plain map was checked before (validity); a secret one can be read only now. */
function subnetOf(byZone: Readonly<Record<string, string>>, zone: string, pool: PlannedPool): string {
  const subnet = byZone[zone];
  if (subnet === undefined)
    throw new pulumi.RunError(`clusters.${pool.cluster}.subnetIdsByZone: no subnet for zone ${zone} of pool ${pool.name}`);
  return subnet;
}
