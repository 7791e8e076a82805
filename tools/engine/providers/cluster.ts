import { readFileSync } from "node:fs";

type Properties = Readonly<Record<string, unknown>>;

/** What a change did to the clusters: nodes of a pool, or replicas that ask for GPUs on them; for vCPUs where there are none. */
export type ClusterChange =
  | { readonly kind: "nodes"; readonly pool: string; readonly nodes: number; readonly gpusPerNode: number }
  | {
      readonly kind: "replicas";
      readonly pool: string;
      readonly workload: string;
      readonly replicas: number;
      readonly gpus: number;
      /** Whether whoever made the change saw every replica run. */
      readonly awaited: boolean;
    };

/** One finished change of the journal; without a fact when it has nothing to do with GPUs. */
export interface ClusterEvent {
  readonly operation: string;
  readonly urn: string;
  readonly id: string;
  readonly change?: ClusterChange;
}

const poolLabel = "gpu-fleet-planner/pool";
const workloadLabel = "gpu-fleet-planner/workload";

/** What the inputs of a resource mean for the cluster. */
export function clusterChange(type: string, inputs: Properties): ClusterChange | undefined {
  if (type === "aws:eks/nodeGroup:NodeGroup") {
    const { labels, scalingConfig, instanceTypes } = inputs as unknown as NodeGroup;
    return {
      kind: "nodes",
      pool: labels?.[poolLabel] ?? "",
      nodes: scalingConfig.desiredSize,
      gpusPerNode: roomOf("aws", instanceTypes?.[0]),
    };
  }
  if (type === "gcp:container/nodePool:NodePool") {
    const { nodeConfig, nodeCount, nodeLocations, autoscaling } = inputs as unknown as GkePool;
    // The autoscaler buys what pending replicas ask for, up to its limit.
    const nodes = autoscaling?.totalMaxNodeCount ?? (nodeCount ?? 0) * (nodeLocations?.length ?? 1);
    const gpusPerNode = nodeConfig.guestAccelerators?.[0]?.count ?? roomOf("gcp", nodeConfig.machineType);
    return { kind: "nodes", pool: nodeConfig.labels?.[poolLabel] ?? "", nodes, gpusPerNode };
  }
  if (type !== "kubernetes:apps/v1:Deployment") return undefined;
  const { metadata, spec } = inputs as unknown as Deployment;
  const { nodeSelector, containers } = spec.template.spec;
  return {
    kind: "replicas",
    pool: nodeSelector?.[poolLabel] ?? "",
    workload: spec.selector.matchLabels[workloadLabel] ?? "",
    replicas: spec.replicas,
    gpus: sizeOf(containers[0]?.resources?.limits),
    awaited: metadata.annotations?.["pulumi.com/skipAwait"] !== "true",
  };
}

type Labels = Readonly<Record<string, string>>;

interface NodeGroup {
  readonly labels?: Labels;
  readonly scalingConfig: { readonly desiredSize: number };
  readonly instanceTypes?: readonly string[];
}

interface GkePool {
  readonly nodeConfig: {
    readonly labels?: Labels;
    readonly machineType?: string;
    readonly guestAccelerators?: readonly { readonly count: number }[];
  };
  readonly nodeCount?: number;
  readonly nodeLocations?: readonly string[];
  readonly autoscaling?: { readonly totalMaxNodeCount?: number };
}

interface Deployment {
  readonly metadata: { readonly annotations?: Labels };
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly spec: {
        readonly nodeSelector?: Labels;
        readonly containers: readonly { readonly resources?: { readonly limits?: Labels } }[];
      };
    };
  };
}

interface CatalogRow {
  readonly id: string;
  readonly gpuCount: number;
  readonly vcpus: number;
}

/** EC2 does not say in a node group how many GPUs its instance type has, and no cloud how many vCPUs. */
function roomOf(cloud: "aws" | "gcp", instanceType: string | undefined): number {
  const file = new URL(`../../../catalog/instances/${cloud}.json`, import.meta.url);
  const { rows } = JSON.parse(readFileSync(file, "utf8")) as { rows: readonly CatalogRow[] };
  const row = rows.find(({ id }) => id === instanceType);
  return row === undefined ? 0 : row.gpuCount > 0 ? row.gpuCount : row.vcpus;
}

/** GPUs of a replica, or its vCPUs where it has none: `7800m`. */
const sizeOf = (limits: Labels | undefined): number =>
  Number(limits?.["nvidia.com/gpu"] ?? (limits?.cpu === undefined ? 0 : Number(limits.cpu.replace(/m$/, "")) / 1000));

interface Replicas {
  readonly urn: string;
  readonly workload: string;
  readonly pool: string;
  readonly gpus: number;
  readonly awaited: boolean;
  readonly wanted: number;
  running: number;
}

/**
 * The clusters after these events: which replicas have GPUs. As Kubernetes: a replica that runs stays where GPUs are for it, larger ones
 * are placed before smaller ones, and who finds no node is pending.
 */
export function clusterAfter(events: readonly ClusterEvent[]): readonly Readonly<Replicas>[] {
  const nodes = new Map<string, { pool: string; nodes: number; gpusPerNode: number }>();
  const replicas = new Map<string, Replicas>();
  const made = new Set(events.flatMap(({ change }) => (change?.kind === "nodes" ? [change.pool] : [])));
  for (const { operation, urn, id, change } of events) {
    if (operation === "delete") {
      nodes.delete(`${urn} ${id}`);
      replicas.delete(urn);
    } else if (change?.kind === "nodes") {
      nodes.set(`${urn} ${id}`, change);
    } else if (change?.kind === "replicas") {
      const { replicas: wanted, workload, pool, gpus, awaited } = change;
      // Of nodes that nobody made, such as machines that stand in a rack, there are enough.
      const running = made.has(pool) ? Math.min(wanted, replicas.get(urn)?.running ?? 0) : wanted;
      replicas.set(urn, { urn, workload, pool, gpus, awaited, wanted, running });
    }
    for (const pool of made) {
      place(
        [...replicas.values()].filter((one) => one.pool === pool),
        [...nodes.values()].filter((one) => one.pool === pool).flatMap((one) => new Array<number>(one.nodes).fill(one.gpusPerNode)),
      );
    }
  }
  return [...replicas.values()];
}

/** Those that run first, then the pending ones; largest first within each. */
function place(all: readonly Replicas[], free: number[]): void {
  const largestFirst = all.toSorted((a, b) => b.gpus - a.gpus);
  const before = new Map(largestFirst.map((one) => [one, one.running]));
  for (const one of largestFirst) one.running = placed(one.gpus, before.get(one) ?? 0, free);
  for (const one of largestFirst) one.running += placed(one.gpus, one.wanted - one.running, free);
}

/** How many replicas of so many GPUs find a node; takes the GPUs from it. */
function placed(gpus: number, count: number, free: number[]): number {
  for (let index = 0; index < count; index++) {
    const node = free.findIndex((left) => left >= gpus);
    if (node < 0) return index;
    free[node] = (free[node] ?? 0) - gpus;
  }
  return count;
}
