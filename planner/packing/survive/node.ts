import type { ReplicaNeed } from "../replica-need.ts";
import type { Places, Spread } from "./spread.ts";

/**
 * `survive: node`: with the node that holds most of the workload's replicas gone, the others serve the degraded share.
 * The scheduler decides which node that is, so a pool with n replicas, f of which fit on one of its nodes, can lose
 * min(n, f) of them. With `loss` the largest of these over the pools: n - loss >= degraded. Each loss is one spread: a pool
 * of large nodes may hold at most `loss` replicas, a pool of nodes that hold no more than that any number.
 */
export function nodeSpreads(need: ReplicaNeed, places: Places): Spread[] {
  const mostLost = Math.max(1, places.largestNodeReplicas);
  // Every loss up to whole - degraded asks for `whole` replicas, and the largest of them limits the pools least.
  const leastLost = Math.min(mostLost, Math.max(1, need.whole - need.degraded));
  const result: Spread[] = [];
  for (let loss = leastLost; loss <= mostLost; loss++) {
    const replicas = Math.max(need.whole, need.degraded + loss);
    result.push({ replicas, spotOf: replicas, perPool: loss === mostLost ? Infinity : loss, perSpotPool: Infinity, perZone: Infinity });
  }
  return result;
}
