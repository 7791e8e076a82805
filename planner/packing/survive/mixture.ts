import type { Survive } from "../../spec/fleet-spec.ts";

/** Replicas of one option of a workload in one pool, where several options may share it. */
export interface HeldCapacity {
  readonly replicas: number;
  /** Of one replica. */
  readonly capacity: number;
  /** GPUs, or slots of a node without. */
  readonly gpusPerReplica: number;
  readonly gpusPerNode: number;
  /** A name of the pool. */
  readonly pool: string;
  /** null for none in particular. */
  readonly zone: string | null;
}

/** The most capacity that the loss a workload must survive can take from it; null when the rule cannot hold at all. */
export function mostCapacityLost(survive: Survive, held: readonly HeldCapacity[]): number | null {
  const there = held.filter(({ replicas }) => replicas > 0);
  switch (survive) {
    case "none":
      return 0;
    case "replica":
      return Math.max(0, ...there.map(({ capacity }) => capacity));
    case "node":
      return Math.max(0, ...groups(there, ({ pool }) => pool).map(mostOnNode));
    case "zone":
      return there.some(({ zone }) => zone === null) ? null : Math.max(0, ...groups(there, ({ zone }) => zone ?? "").map(total));
  }
}

export const total = (held: readonly HeldCapacity[]): number => held.reduce((sum, { replicas, capacity }) => sum + replicas * capacity, 0);

const groups = (held: readonly HeldCapacity[], key: (one: HeldCapacity) => string): HeldCapacity[][] => [
  ...Map.groupBy(held, key).values(),
];

/**
 * The scheduler may put any replicas of a pool on one node: those with most capacity for each of their GPUs. Sizes are powers of two that divide the
 * node, so filling it in this order is exact but for a rest that no replica fits; counting that as full can only ask for more.
 */
function mostOnNode(pool: readonly HeldCapacity[]): number {
  let gpusLeft = pool[0]?.gpusPerNode ?? 0;
  let capacity = 0;
  const densest = pool.toSorted((a, b) => b.capacity / b.gpusPerReplica - a.capacity / a.gpusPerReplica);
  for (const one of densest) {
    const gpus = Math.min(gpusLeft, one.replicas * one.gpusPerReplica);
    capacity += (gpus / one.gpusPerReplica) * one.capacity;
    gpusLeft -= gpus;
  }
  return capacity;
}
