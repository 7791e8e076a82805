import { NodePool as GkeNodePool, type NodePoolArgs as GkeNodePoolArgs } from "@pulumi/gcp/container/nodePool.js";
import type { container } from "@pulumi/gcp/types/input.js";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedPool } from "../../planner/plan/fleet-plan.ts";
import { gibibyte } from "../../planner/units.ts";
import type { ClusterBinding } from "../clusterBinding.ts";
import { gkeSpotTaint, gpuTaint, poolLabel, reservedTaint } from "../labels.ts";
import { gcpLabels, kubernetesLabels, type Ownership } from "../tags.ts";
import { acceleratorOf, machineFamily } from "./machineFamilies.ts";

type AcceleratorArgs = container.NodePoolNodeConfigGuestAccelerator;

/** A GKE node pool. Its cloud-side name is left to auto-naming, so that a replacement can be made before the old one goes. */
export function gkeNodePool(
  pool: PlannedPool,
  binding: ClusterBinding,
  owner: Ownership,
  isScaled: boolean,
  opts: pulumi.CustomResourceOptions,
): GkeNodePool {
  return new GkeNodePool(pool.name, nodePoolArgs(pool, binding, owner, isScaled), {
    ...opts,
    // GKE adds labels of its own, fills local disks in for machines that bring them, and keeps the size of an autoscaled pool.
    ignoreChanges: ["initialNodeCount", "nodeConfig.labels", "nodeConfig.resourceLabels", "nodeConfig.ephemeralStorageLocalSsdConfig"],
    customTimeouts: { create: "60m", update: "120m", delete: "60m" },
  });
}

export function nodePoolArgs(pool: PlannedPool, binding: ClusterBinding, owner: Ownership, isScaled = false): GkeNodePoolArgs {
  return {
    cluster: binding.clusterName ?? "",
    location: binding.location ?? pool.region,
    ...(binding.project === undefined ? {} : { project: binding.project }),
    nodeLocations: [...pool.zones],
    ...size(pool, isScaled),
    nodeConfig: nodeConfig(pool, binding, owner),
    management: { autoRepair: true, autoUpgrade: true },
    // An old node goes before a new one comes: there is no quota for spare nodes.
    upgradeSettings: { strategy: "SURGE", maxSurge: 0, maxUnavailable: 1 },
  };
}

/**
 * `nodeCount` counts per zone. A pool that may use any of several zones is therefore sized by GKE's autoscaler, which puts nodes
 * where there is capacity: pending replicas call for them, the plan's number is the ceiling. So is one whose nodes follow the hours of the day.
 */
function size(pool: PlannedPool, isScaled: boolean): Pick<GkeNodePoolArgs, "nodeCount" | "initialNodeCount" | "autoscaling"> {
  if (pool.zones.length === 1 && !isScaled) return { nodeCount: pool.nodes };
  return { initialNodeCount: 0, autoscaling: { totalMinNodeCount: 0, totalMaxNodeCount: pool.maxNodes, locationPolicy: "ANY" } };
}

function nodeConfig(pool: PlannedPool, binding: ClusterBinding, owner: Ownership): NonNullable<GkeNodePoolArgs["nodeConfig"]> {
  const isSpot = pool.market === "spot";
  return {
    machineType: pool.machineType,
    ...accelerators(pool),
    spot: isSpot,
    diskSizeGb: Math.ceil(pool.diskBytes / gibibyte),
    diskType: machineFamily(pool.machineType)?.bootDisk ?? "pd-balanced",
    imageType: "COS_CONTAINERD",
    gvnic: { enabled: true },
    // Image streaming: the engine's 10 to 20 GB start before they are all there.
    gcfsConfig: { enabled: true },
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    ...(binding.nodeServiceAccount === undefined ? {} : { serviceAccount: binding.nodeServiceAccount }),
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    metadata: { "disable-legacy-endpoints": "true" },
    labels: { ...kubernetesLabels(owner), [poolLabel]: pool.name },
    resourceLabels: gcpLabels(owner),
    taints: [
      { ...(pool.gpu === null ? reservedTaint : gpuTaint), effect: "NO_SCHEDULE" },
      ...(isSpot ? [{ ...gkeSpotTaint, effect: "NO_SCHEDULE" }] : []),
    ],
  };
}

function accelerators(pool: PlannedPool): { readonly guestAccelerators?: AcceleratorArgs[] } {
  if (pool.gpu === null) return {};
  // Said at creation: adding the driver later replaces the pool (hashicorp/terraform-provider-google#23248).
  const gpuDriverInstallationConfig = { gpuDriverVersion: "LATEST" };
  return { guestAccelerators: [{ type: acceleratorOf(pool) ?? "", count: pool.gpusPerNode, gpuDriverInstallationConfig }] };
}
