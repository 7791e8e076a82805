/** Replicas (or batches of them) that the exact distribution counts to; larger workloads are counted in batches. */
export const mostCounted = 64;
const stride = mostCounted + 1;

/**
 * Places for the replicas of one workload, each with a price list: what 0, 1, 2, ... replicas there cost. Any price list
 * will do: whole nodes come in steps, and what is left on nodes that are paid for is free. Made once and filled again
 * for every question, because the search asks hundreds of thousands of them.
 */
export interface Bins {
  count: number;
  readonly spot: Uint8Array;
  readonly zone: Int32Array;
  /** Most replicas the bin may hold. */
  readonly most: Int32Array;
  /** Price of n replicas in bin b at [b * (mostCounted + 1) + n]. */
  readonly prices: Float64Array;
  /** The answer: replicas in each bin. */
  readonly replicas: Int32Array;
  readonly scratch: Scratch;
}

interface Scratch {
  readonly taken: Int32Array;
  readonly onDemand: Float64Array;
  readonly spot: Float64Array;
  readonly zones: Float64Array;
  readonly zoneTaken: Int32Array;
  readonly order: Int32Array;
}

export function makeBins(mostBins: number, zones: number): Bins {
  return {
    count: 0,
    spot: new Uint8Array(mostBins),
    zone: new Int32Array(mostBins),
    most: new Int32Array(mostBins),
    prices: new Float64Array(mostBins * stride),
    replicas: new Int32Array(mostBins),
    scratch: {
      taken: new Int32Array(mostBins * stride),
      onDemand: new Float64Array(stride * Math.max(1, zones)),
      spot: new Float64Array(stride * Math.max(1, zones)),
      zones: new Float64Array(stride * stride),
      order: new Int32Array(Math.max(1, zones)),
      zoneTaken: new Int32Array(stride * stride * Math.max(1, zones)),
    },
  };
}

/** Where the price list of a bin begins. */
export const priceList = (bin: number): number => bin * stride;

/** The least price of `replicas` in the bins, at most `spotLimit` of them on spot; Infinity when they do not fit. Fills `bins.replicas`. */
export function distribute(bins: Bins, replicas: number, spotLimit: number): number {
  const { onDemand, spot } = bins.scratch;
  const mostSpot = Math.min(spotLimit, replicas);
  cheapestCounts(bins, 0, -1, replicas, onDemand, 0);
  cheapestCounts(bins, 1, -1, mostSpot, spot, 0);
  let best = Infinity;
  let onSpot = 0;
  for (let count = 0; count <= mostSpot; count++) {
    const price = (spot[count] as number) + (onDemand[replicas - count] as number);
    if (price < best) {
      best = price;
      onSpot = count;
    }
  }
  if (best < Infinity) {
    takeBack(bins, 0, -1, replicas - onSpot);
    takeBack(bins, 1, -1, onSpot);
  }
  return best;
}

/** The same with at most `perZone` replicas in any of the zones 0 .. zones - 1. */
export function distributeOverZones(bins: Bins, zones: number, replicas: number, perZone: number, spotLimit: number): number {
  const { onDemand, spot, zones: best, zoneTaken, order } = bins.scratch;
  // Where any number may be on spot, the markets need no telling apart.
  if (spotLimit >= replicas) for (let bin = 0; bin < bins.count; bin++) bins.spot[bin] = 0;
  const mostSpot = spotLimit >= replicas ? 0 : spotLimit;
  const most = Math.min(perZone, replicas);
  best.fill(Infinity, 0, (replicas + 1) * stride);
  best[0] = 0;
  const inUse = zonesInUse(bins, zones);
  for (let rank = 0; rank < inUse; rank++) {
    const zone = order[rank] as number;
    cheapestCounts(bins, 0, zone, most, onDemand, zone * stride);
    cheapestCounts(bins, 1, zone, Math.min(most, mostSpot), spot, zone * stride);
    // Fewer than `least` so far cannot become enough in the zones that follow.
    const least = Math.max(0, replicas - (inUse - 1 - rank) * most);
    for (let count = Math.min(replicas, (rank + 1) * most); count >= least; count--) {
      for (let onSpot = Math.min(mostSpot, count); onSpot >= 0; onSpot--) {
        addZone(bins, zone, count, onSpot, most, rank * most);
      }
    }
  }
  let price = Infinity;
  let chosen = 0;
  for (let onSpot = 0; onSpot <= mostSpot; onSpot++) {
    const candidate = best[replicas * stride + onSpot] as number;
    if (candidate < price) {
      price = candidate;
      chosen = onSpot;
    }
  }
  if (price === Infinity) return price;
  let left = replicas;
  for (let rank = inUse - 1; rank >= 0; rank--) {
    const zone = order[rank] as number;
    const taken = zoneTaken[(zone * stride + left) * stride + chosen] as number;
    const spotTaken = taken % stride;
    const onDemandTaken = (taken - spotTaken) / stride;
    takeBack(bins, 0, zone, onDemandTaken);
    takeBack(bins, 1, zone, spotTaken);
    left -= spotTaken + onDemandTaken;
    chosen -= spotTaken;
  }
  return price;
}

/** Lists the zones that have a bin, in order. */
function zonesInUse(bins: Bins, zones: number): number {
  const { order } = bins.scratch;
  let count = 0;
  for (let zone = 0; zone < zones; zone++) {
    for (let bin = 0; bin < bins.count; bin++) {
      if (bins.zone[bin] !== zone) continue;
      order[count++] = zone;
      break;
    }
  }
  return count;
}

/** Lets `zone` take some of the `count` replicas, `onSpot` of which are on spot, where that is cheaper than what the zones before it do; those hold `mostBefore` at most. */
function addZone(bins: Bins, zone: number, count: number, onSpot: number, most: number, mostBefore: number): void {
  const { onDemand, spot, zones: best, zoneTaken } = bins.scratch;
  let cheapest = best[count * stride + onSpot] as number;
  let taken = 0;
  for (let spotTaken = Math.min(onSpot, most); spotTaken >= 0; spotTaken--) {
    const spotPrice = spot[zone * stride + spotTaken] as number;
    if (spotPrice >= cheapest) continue;
    const least = Math.max(spotTaken === 0 ? 1 : 0, count - spotTaken - mostBefore);
    for (let own = Math.min(count - onSpot, most - spotTaken); own >= least; own--) {
      const before = best[(count - own - spotTaken) * stride + onSpot - spotTaken] as number;
      const price = before + spotPrice + (onDemand[zone * stride + own] as number);
      if (price < cheapest) {
        cheapest = price;
        taken = own * stride + spotTaken;
      }
    }
  }
  best[count * stride + onSpot] = cheapest;
  zoneTaken[(zone * stride + count) * stride + onSpot] = taken;
}

/** Fills best[offset + n] with the least price of n replicas in the bins of one market (and zone, unless that is -1), for every n up to `most`. */
function cheapestCounts(bins: Bins, market: 0 | 1, zone: number, most: number, best: Float64Array, offset: number): void {
  const { taken } = bins.scratch;
  best.fill(Infinity, offset, offset + most + 1);
  best[offset] = 0;
  for (let bin = 0; bin < bins.count; bin++) {
    if (bins.spot[bin] !== market || (zone >= 0 && bins.zone[bin] !== zone)) continue;
    const list = bin * stride;
    const mostHere = bins.most[bin] as number;
    for (let count = most; count >= 0; count--) {
      let cheapest = best[offset + count] as number;
      let here = 0;
      for (let own = Math.min(count, mostHere); own >= 1; own--) {
        const price = (best[offset + count - own] as number) + (bins.prices[list + own] as number);
        if (price < cheapest) {
          cheapest = price;
          here = own;
        }
      }
      best[offset + count] = cheapest;
      taken[list + count] = here;
    }
  }
}

/** Follows the choices of `cheapestCounts` back for `count` replicas. */
function takeBack(bins: Bins, market: 0 | 1, zone: number, count: number): void {
  let left = count;
  for (let bin = bins.count - 1; bin >= 0; bin--) {
    if (bins.spot[bin] !== market || (zone >= 0 && bins.zone[bin] !== zone)) continue;
    const here = bins.scratch.taken[bin * stride + left] as number;
    bins.replicas[bin] = here;
    left -= here;
  }
}
