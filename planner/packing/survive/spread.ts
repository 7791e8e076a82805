import type { Survive } from "../../spec/fleet-spec.ts";
import type { ReplicaNeed } from "../replica-need.ts";
import { nodeSpreads } from "./node.ts";
import { noneSpreads } from "./none.ts";
import { replicaSpreads } from "./replica.ts";
import { withSpotPools, withSpotPoolsForBound } from "./spot-pool.ts";
import { zoneSpreadRanges, zoneSpreads } from "./zone.ts";

/**
 * One way to obey a survive rule: place exactly `replicas`, within the limits. A rule is a list of spreads. A placement
 * that keeps one of them obeys the rule, and every placement that obeys the rule keeps one of them once replicas it does
 * not need are taken off (which never costs more). So the search and the bound look at spreads only.
 */
export interface Spread {
  readonly replicas: number;
  /** The number of which spot may take its share: `replicas`, but in a spread that stands for several it is the most any of them has. */
  readonly spotOf: number;
  /** Most replicas in a pool one node of which could hold more than this; pools of smaller nodes hold any number. */
  readonly perPool: number;
  /** Most replicas in one spot pool. */
  readonly perSpotPool: number;
  /** Most replicas in one zone, over all offers. Not Infinity means that every pool is bound to a zone. */
  readonly perZone: number;
}

/** What the rules have to know about the places an option can go to. */
export interface Places {
  /** Replicas that fit on the largest node. */
  readonly largestNodeReplicas: number;
  readonly zones: number;
  readonly spotMaxShare: number;
  readonly surviveSpotPool: boolean;
}

export function spreads(survive: Survive, need: ReplicaNeed, places: Places): Spread[] {
  const own = ofRule(survive, need, places);
  return places.surviveSpotPool ? withSpotPools(own, need) : own;
}

function ofRule(survive: Survive, need: ReplicaNeed, places: Places): Spread[] {
  switch (survive) {
    case "none":
      return noneSpreads(need);
    case "replica":
      return replicaSpreads(need);
    case "node":
      return nodeSpreads(need, places);
    case "zone":
      return zoneSpreads(need, places);
  }
}

/** Spreads no dearer than any placement that obeys the rule: those of the search, or ranges of them where some are left out. */
export function spreadsForBound(survive: Survive, need: ReplicaNeed, places: Places): Spread[] {
  const own = survive === "zone" ? zoneSpreadRanges(need, places) : ofRule(survive, need, places);
  return places.surviveSpotPool ? withSpotPoolsForBound(own, need) : own;
}
