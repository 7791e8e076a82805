import * as pulumi from "@pulumi/pulumi";
import type { PlannedPool } from "../planner/plan/fleet-plan.ts";
import { eksNodeGroup } from "./aws/nodeGroup.ts";
import type { ClusterBinding } from "./clusterBinding.ts";
import { gkeNodePool } from "./gcp/nodePool.ts";
import type { Ownership } from "./tags.ts";

export interface NodePoolArgs {
  readonly pool: PlannedPool;
  /** On top of the plan's, until replicas have moved. */
  readonly extraNodes: number;
  /** The cluster's node autoscaler sizes it between base and peak. */
  readonly isScaled: boolean;
  readonly binding: ClusterBinding;
  readonly owner: Ownership;
  /** Explicit: EKS and GKE resources are never made by a default provider. None for static clusters. */
  readonly provider?: pulumi.ProviderResource | undefined;
}

/**
 * The nodes of one instance type in one market. On a static cluster nothing is made: the nodes are there, and carry the pool's label
 * because their operator has set it.
 */
export class NodePool extends pulumi.ComponentResource {
  constructor(name: string, args: NodePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gpu-fleet-planner:index:NodePool", name, nodePoolInputs(args.pool, args.extraNodes), opts);
    const { binding, owner, provider, isScaled } = args;
    const pool = withExtraNodes(args.pool, args.extraNodes);
    if (provider !== undefined && pool.cloud === "aws") eksNodeGroup(pool, binding, owner, isScaled, { parent: this, provider });
    if (provider !== undefined && pool.cloud === "gcp") gkeNodePool(pool, binding, owner, isScaled, { parent: this, provider });
    this.registerOutputs({});
  }
}

const withExtraNodes = (pool: PlannedPool, extra: number): PlannedPool => ({
  ...pool,
  nodes: pool.nodes + extra,
  minNodes: pool.minNodes + extra,
  maxNodes: pool.maxNodes + extra,
});

/** What the preview's JSON and policies see of the pool, its price among it: as planned, without nodes of a changeover. */
export const nodePoolInputs = (pool: PlannedPool, extraNodes: number) => ({
  cluster: pool.cluster,
  cloud: pool.cloud,
  instanceType: pool.instanceType,
  market: pool.market,
  zones: [...pool.zones],
  nodes: pool.nodes,
  extraNodes,
  gpu: pool.gpu,
  gpusPerNode: pool.gpusPerNode,
  ...(pool.cpu === undefined ? {} : { cpu: { ...pool.cpu } }),
  usdPerNodeHour: pool.usdPerNodeHour,
  usdPerMonth: pool.usdPerMonth,
  priceAsOf: pool.price.asOf,
});
