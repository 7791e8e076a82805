import type { ReplicaNeed } from "../replica-need.ts";
import type { Places, Spread } from "./spread.ts";

/**
 * `survive: zone`: every pool is bound to one zone, and with any one zone gone the others serve the degraded share:
 * n - largestZone >= degraded. Each size of the largest zone is one spread. Losing a zone loses at least what losing one
 * of its nodes does, so the rule implies `survive: node`.
 */
export function zoneSpreads(need: ReplicaNeed, places: Places): Spread[] {
  return zoneSizes(need, places).map((perZone) => spreadOf(need, perZone, perZone));
}

/**
 * For the bound: each spread with the sizes up to the next one, as few replicas as the smallest of them asks for and limits
 * as loose as the largest allows. Where no size is left out these are the spreads themselves.
 */
export function zoneSpreadRanges(need: ReplicaNeed, places: Places): Spread[] {
  const sizes = zoneSizes(need, places);
  const last = largestUsefulZone(need, places.spotMaxShare);
  return sizes.map((size, index) => spreadOf(need, size, (sizes[index + 1] ?? last + 1) - 1));
}

const replicasFor = ({ whole, degraded }: ReplicaNeed, perZone: number): number => Math.max(whole, degraded + perZone);

const spreadOf = (need: ReplicaNeed, fewest: number, perZone: number): Spread => ({
  replicas: replicasFor(need, fewest),
  spotOf: replicasFor(need, perZone),
  perPool: Infinity,
  perSpotPool: Infinity,
  perZone,
});

/** Up to this size every one is looked at; beyond, one in every hundredth part: a giant workload has tens of thousands. */
const everySizeUpTo = 128;

/** Sizes of the largest zone that can hold the replicas they ask for and have none that serve no rule. */
function zoneSizes(need: ReplicaNeed, { zones, spotMaxShare }: Places): number[] {
  const { whole, degraded } = need;
  if (zones < 2 && degraded > 0) return [];
  const most = largestUsefulZone(need, spotMaxShare);
  const sizes: number[] = [];
  // Every size up to whole - degraded asks for `whole` replicas, and the largest of them limits the zones least.
  const first = Math.max(1, whole - degraded, Math.ceil(whole / zones), zones > 1 ? Math.ceil(degraded / (zones - 1)) : 0);
  for (let size = first; size <= most; size += Math.max(1, Math.floor(size / everySizeUpTo))) sizes.push(size);
  return sizes;
}

/**
 * Above max(degraded, whole - degraded) a zone has replicas that serve no rule, unless they are on-demand replicas that
 * permit more spot ones in the other zones: at most `degraded` of those, which need degraded / share replicas in all.
 */
function largestUsefulZone({ whole, degraded }: ReplicaNeed, spotMaxShare: number): number {
  const withoutSpot = Math.max(degraded, whole - degraded);
  if (spotMaxShare <= 0 || spotMaxShare >= 1) return withoutSpot;
  return Math.max(withoutSpot, Math.ceil(degraded / spotMaxShare) - degraded);
}
