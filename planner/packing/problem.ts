import type { Market, Survive } from "../spec/fleet-spec.ts";
import type { MicroRequestsPerSecond, MicroUsdPerHour } from "../units.ts";

/**
 * The packing problem in integers, free of models and GPUs' physics: choose for each workload one option (a layout on one
 * GPU type in one cluster) and replica counts on offers, buy whole nodes, pay least.
 * Offers, options and workloads are referred to by their index in these arrays; ids break ties and name things.
 *
 * A fleet answers it when, for each workload with demand, with n replicas of its one option:
 * - n x capacity >= demand, and at most floor(spotMaxShare x n) replicas are on spot offers;
 * - where it must survive the loss of a spot pool (`surviveSpotPool`), n - the most replicas in one spot pool >= demand / capacity;
 * - n - lost >= degradedShare x demand / capacity, where `survive` says what is lost: nothing; one replica; the most of one
 *   node, min(replicas in the pool, replicas that fit on one of its nodes) in the worst pool, for the scheduler may put them
 *   anywhere; or the fullest zone, over all offers, and then every pool of the workload is bound to a zone;
 * and, for each pool (an offer in one zone, or outside spot and spans in no zone in particular), the GPUs of its replicas fit on its
 * nodes. Sizes are powers of two, so replicas that fit in number fit on nodes. Nodes over all zones keep `maxNodes`, and GPUs
 * bought (not used) keep the quotas. The cost is nodes x price.
 *
 * A workload that is `weighted` may have replicas of several options of one cluster. The same rules are then about capacity: that of all replicas >= demand;
 * of the n replicas and of their capacity no more than the share is on spot; what is left after the worst loss >= degradedShare x demand, or demand.
 */
export interface PackingProblem {
  readonly offers: readonly PackingOffer[];
  readonly workloads: readonly PackingWorkload[];
  readonly quotas: readonly PackingQuota[];
}

export interface PackingOffer {
  readonly id: string;
  readonly cluster: string;
  /** The processor where there is none. */
  readonly gpu: string;
  readonly market: Market;
  /** At least one. A pool of this offer is bound to one of them, or to none in particular (on-demand, no zone rule, nodes bought one by one). */
  readonly zones: readonly string[];
  /**
   * GPUs, or slots of a node without (planner/candidates/host-node.ts): a multiple of those of every replica that may be placed here; with
   * `nodesTogether` each replica has all GPUs of so many nodes.
   */
  readonly gpusPerNode: number;
  readonly usdPerNodeHour: MicroUsdPerHour;
  /** Nodes that exist, over all zones; null for no limit. */
  readonly maxNodes: number | null;
  /**
   * Nodes that are bought together, because a replica spans and fills them: one goes, all go. They lie in one zone, so every pool is bound to one.
   * Missing for 1. The other figures are of one node.
   */
  readonly nodesTogether?: number;
}

export interface PackingWorkload {
  readonly id: string;
  /** At the busiest hour; 0 asks for nothing. */
  readonly demand: MicroRequestsPerSecond;
  readonly survive: Survive;
  /** Share of the demand that must still be served after the loss, 0 to 1. */
  readonly degradedShare: number;
  /** Largest share of the workload's replicas on spot offers, 0 to 1. */
  readonly spotMaxShare: number;
  /** True when the whole demand must be served with any one of its spot pools (an offer in one zone) gone; missing for false. */
  readonly surviveSpotPool?: boolean;
  /** True when requests are sent to its replicas by weight, so that several options may serve it at once; missing for false. */
  readonly weighted?: boolean;
  readonly options: readonly PackingOption[];
}

export interface PackingOption {
  /** Unique inside its workload. */
  readonly id: string;
  readonly cluster: string;
  readonly gpu: string;
  /** A power of two, or all GPUs of nodes that it spans. */
  readonly gpusPerReplica: number;
  readonly capacity: MicroRequestsPerSecond;
  /** Indexes of the offers whose nodes can hold it: GPU type and cluster match, gpusPerNode >= gpusPerReplica, CPU and RAM share suffice. */
  readonly offers: readonly number[];
}

/** At most `gpus` GPUs, or slots, on nodes of these offers together. */
export interface PackingQuota {
  readonly id: string;
  readonly offers: readonly number[];
  readonly gpus: number;
}

export interface Packing {
  readonly status: "optimal" | "feasible";
  /** Sorted by offer index, then zone. Every pool has at least one node. */
  readonly pools: readonly PackedPool[];
  /** Sorted by workload index, then offer index, then zone. */
  readonly placements: readonly Placement[];
  readonly usdPerHour: MicroUsdPerHour;
  /** Valid for the problem as stated above, but for `restrictions`. */
  readonly lowerBoundUsdPerHour: MicroUsdPerHour;
  /** Rules the search and the bound both keep, in words a user can read. */
  readonly restrictions: readonly string[];
  /** What the fleet costs in which every workload has one option; missing where none is weighted, null where there is none. */
  readonly evenUsdPerHour?: MicroUsdPerHour | null;
}

export interface PackedPool {
  readonly offer: number;
  /** null: any of the offer's zones. */
  readonly zone: string | null;
  readonly nodes: number;
  /** One way to fill the nodes; the counts of equal nodes are added up. Nodes that are bought together hold the replicas together. */
  readonly patterns: readonly NodePattern[];
}

export interface NodePattern {
  readonly nodes: number;
  /** `option` where the workload is on several. */
  readonly replicas: readonly { readonly workload: number; readonly option?: number; readonly replicas: number }[];
}

export interface Placement {
  readonly workload: number;
  /** Index into the workload's options; the same for all its placements, but for one that is `weighted`. */
  readonly option: number;
  readonly offer: number;
  readonly zone: string | null;
  readonly replicas: number;
}

/** No fleet obeys every rule: which workloads cannot be placed at all, or which quota is short and by how much. */
export type Infeasible =
  | {
      readonly reason: "workload";
      readonly workload: number;
      readonly rule: "no-option" | "spot-share" | "spot-pool" | "survive" | "max-nodes" | "quota";
    }
  | { readonly reason: "quota"; readonly quota: number; readonly gpusNeeded: number }
  | { readonly reason: "max-nodes"; readonly offer: number; readonly nodesNeeded: number };

export type PackingResult = { readonly packing: Packing } | { readonly infeasible: readonly Infeasible[] };
