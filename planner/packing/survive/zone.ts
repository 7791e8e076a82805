import type { ReplicaNeed } from "../replica-need.ts";
import type { Places, Spread } from "./spread.ts";

/**
 * `survive: zone`: every pool is bound to one zone, and with any one zone gone the others serve the degraded share:
 * n - largestZone >= degraded. Each size of the largest zone is one spread. Losing a zone loses at least what losing one
 * of its nodes does, so the rule implies `survive: node`.
 */
export function zoneSpreads(need: ReplicaNeed, places: Places): Spread[] {
  const { whole, degraded } = need;
  if (places.zones < 2 && degraded > 0) return [];
  const most = largestUsefulZone(need, places.spotMaxShare);
  const result: Spread[] = [];
  // Every size up to whole - degraded asks for `whole` replicas, and the largest of them limits the zones least.
  for (let perZone = Math.max(1, whole - degraded); perZone <= most; perZone++) {
    const replicas = Math.max(whole, degraded + perZone);
    if (replicas <= places.zones * perZone) result.push({ replicas, perPool: Infinity, perZone });
  }
  return result;
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
