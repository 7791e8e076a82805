import type { ReplicaNeed } from "../replica-need.ts";
import type { Spread } from "./spread.ts";

/** `survive: none`: the demand is served while nothing is lost. */
export function noneSpreads(need: ReplicaNeed): Spread[] {
  return [{ replicas: need.whole, spotOf: need.whole, perPool: Infinity, perSpotPool: Infinity, perZone: Infinity }];
}
