import { at } from "../element.ts";
import type { NodePattern } from "./problem.ts";

/** Replicas of one workload that share a pool: how many, and GPUs each (a power of two). */
export interface Tenant {
  readonly workload: number;
  readonly gpusPerReplica: number;
  readonly replicas: number;
}

/**
 * Fills `nodes` equal nodes, the replicas with most GPUs first, each on the first node with room. For powers of two this
 * never fails while the GPUs suffice: when a replica is placed, the room on every node is a multiple of its size.
 */
export function nodePatterns(tenants: readonly Tenant[], nodes: number, gpusPerNode: number): NodePattern[] {
  const room: number[] = new Array(nodes).fill(gpusPerNode);
  const held: Map<number, number>[] = Array.from({ length: nodes }, () => new Map());
  const largestFirst = [...tenants].sort((a, b) => b.gpusPerReplica - a.gpusPerReplica || a.workload - b.workload);
  let node = 0;
  for (const { workload, gpusPerReplica, replicas } of largestFirst) {
    for (let replica = 0; replica < replicas; replica++) {
      // Nodes before this one have no room for this size, hence for no larger one; they may for a smaller one.
      while (at(room, node) < gpusPerReplica) node++;
      room[node] = at(room, node) - gpusPerReplica;
      at(held, node).set(workload, (at(held, node).get(workload) ?? 0) + 1);
    }
    node = 0;
  }
  return addedUp(held);
}

function addedUp(held: readonly Map<number, number>[]): NodePattern[] {
  const patterns = new Map<string, { nodes: number; replicas: NodePattern["replicas"] }>();
  for (const node of held) {
    const replicas = [...node].map(([workload, count]) => ({ workload, replicas: count })).sort((a, b) => a.workload - b.workload);
    const key = JSON.stringify(replicas);
    const known = patterns.get(key);
    if (known === undefined) patterns.set(key, { nodes: 1, replicas });
    else known.nodes++;
  }
  return [...patterns.values()];
}
