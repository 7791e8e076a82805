import type { Cloud } from "../../catalog/schema/instance-type.ts";
import type { ReplicaNetwork } from "../performance/pipeline-hops.ts";
import type { Market } from "../spec/fleet-spec.ts";
import type { MicroUsdPerHour } from "../units.ts";

/** An instance type that can be bought for a cluster in one market, at a dated price that holds in each of `zones`. */
export interface Offer {
  /** `cluster/instance/market`, with `/for-workload` where it has a tenant: unique, and the order of ties. */
  readonly id: string;
  /** The one workload that may use the nodes; missing where any may. */
  readonly tenant?: string;
  readonly cluster: string;
  readonly cloud: Cloud;
  readonly region: string;
  readonly instanceType: string;
  readonly family: string;
  readonly market: Market;
  readonly zones: readonly string[];
  /** Null for a node without GPUs. */
  readonly gpu: string | null;
  /** The GPU, or the processor of a node without. */
  readonly device: string;
  /** What packing counts: the node's GPUs, or its slots of vCPUs where it has none. */
  readonly slotsPerNode: number;
  /** Of a slot; missing on nodes with GPUs. */
  readonly slotVcpus?: number;
  readonly vcpusPerNode: number;
  /** What pods can have of a node, system reservations and our own daemon sets already taken off. */
  readonly allocatableVcpus: number;
  readonly allocatableMemoryBytes: number;
  readonly usdPerNodeHour: MicroUsdPerHour;
  readonly priceAsOf: string;
  readonly priceSource: string;
  readonly priceEstimated: boolean;
  /** What the cloud asks without the discounts of the overrides; missing when it is the same. */
  readonly listUsdPerNodeHour?: MicroUsdPerHour;
  /** Nodes that exist (static offers) or are held; null where a cloud sells more. */
  readonly maxNodes: number | null;
  /** All of `maxNodes` are paid for, used or not: using them costs nothing more. */
  readonly paid?: true;
  /** Nodes that are bought together, in one zone, because one replica spans and owns them; all else here is of one node. Missing where nodes are bought one by one. */
  readonly network?: ReplicaNetwork;
}

/** Nodes that are bought together: those of a replica that spans several, else 1. */
export const nodesTogether = ({ network }: Pick<Offer, "network">): number => network?.nodes ?? 1;

/** GPUs, or slots, that are bought together. */
export const slotsTogether = (offer: Pick<Offer, "network" | "slotsPerNode">): number => offer.slotsPerNode * nodesTogether(offer);
