import type { ReplicaNeed } from "../replica-need.ts";
import type { Spread } from "./spread.ts";

/**
 * `surviveSpotPool`: with the spot pool that holds most of the workload's replicas gone, the others serve the whole demand:
 * n - largestSpotPool >= whole. Each size of the largest spot pool is one spread beside those of the survive rule; 0 is none
 * on spot. More than `whole` in one pool serve no rule.
 */
export function withSpotPools(spreads: readonly Spread[], need: ReplicaNeed): Spread[] {
  return spreads.flatMap((spread) => sizes(need.whole).map((size) => withSize(spread, need, size)));
}

/** For the bound: the same where every size is looked at; else the spreads of the survive rule alone, which ask for less. */
export const withSpotPoolsForBound = (spreads: readonly Spread[], need: ReplicaNeed): Spread[] =>
  need.whole <= everySizeUpTo ? withSpotPools(spreads, need) : [...spreads];

/** More replicas in all also allow more of them in one zone or pool: as many as may be lost of them. */
function withSize(spread: Spread, { whole, degraded }: ReplicaNeed, perSpotPool: number): Spread {
  const least = whole + perSpotPool;
  const replicas = Math.max(spread.replicas, least);
  return {
    replicas,
    spotOf: Math.max(spread.spotOf, replicas),
    perPool: Math.max(spread.perPool, least - degraded),
    perZone: Math.max(spread.perZone, least - degraded),
    perSpotPool,
  };
}

/** Up to this size every one is looked at; beyond, one in every twelfth part. */
const everySizeUpTo = 12;

function sizes(whole: number): number[] {
  const found: number[] = [];
  for (let size = 0; size <= whole; size += Math.max(1, Math.floor(size / everySizeUpTo))) found.push(size);
  return found.includes(whole) ? found : [...found, whole];
}
