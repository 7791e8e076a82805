import type { ReplicaNeed } from "../replica-need.ts";
import type { Spread } from "./spread.ts";

/** `survive: replica`: with one replica less, the others serve the degraded share: n - 1 >= degraded. */
export function replicaSpreads(need: ReplicaNeed): Spread[] {
  const replicas = Math.max(need.whole, need.degraded + 1);
  return [{ replicas, spotOf: replicas, perPool: Infinity, perSpotPool: Infinity, perZone: Infinity }];
}
