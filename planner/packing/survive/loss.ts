import type { Survive } from "../../spec/fleet-spec.ts";

/** Replicas of a workload in one pool: how many, how many of them fit on one node, and the zone (-1 for none in particular). */
export interface Held {
  readonly replicas: number;
  readonly perNode: number;
  readonly zone: number;
}

/** The most replicas that the loss a workload must survive can take from it; null when the rule cannot hold at all. */
export function mostLost(survive: Survive, held: readonly Held[]): number | null {
  switch (survive) {
    case "none":
      return 0;
    case "replica":
      return Math.min(1, held.length);
    case "node":
      return Math.max(0, ...held.map(({ replicas, perNode }) => Math.min(replicas, perNode)));
    case "zone":
      return held.some(({ zone }) => zone < 0) ? null : fullestZone(held);
  }
}

function fullestZone(held: readonly Held[]): number {
  const byZone = new Map<number, number>();
  for (const { zone, replicas } of held) byZone.set(zone, (byZone.get(zone) ?? 0) + replicas);
  return Math.max(0, ...byZone.values());
}
