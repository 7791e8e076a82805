import type { ReplicaNeed } from "../replica-need.ts";
import type { Spread } from "./spread.ts";

/** `survive: replica`: with one replica less, the others serve the degraded share: n - 1 >= degraded. */
export function replicaSpreads(need: ReplicaNeed): Spread[] {
  return [{ replicas: Math.max(need.whole, need.degraded + 1), perPool: Infinity, perZone: Infinity }];
}
