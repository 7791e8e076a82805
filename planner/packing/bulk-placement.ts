import { at } from "../element.ts";
import type { Choice } from "./fleet.ts";
import type { Instance, InstanceOption, InstanceWorkload } from "./instance.ts";
import { spotLimit } from "./replica-need.ts";
import { slotPriceOfSpread } from "./slot-price.ts";
import type { Spread } from "./survive/spread.ts";

/**
 * Places for a workload of many replicas, where full nodes are cheapest: counting them out one by one is too slow, and
 * what is lost on a half-filled node matters less. Null where the spread has no such place.
 */
export function bulkPlacements(instance: Instance, workload: InstanceWorkload, index: number, spread: Spread): Choice[] {
  const option = at(workload.options, index);
  if (spread.perSpotPool < Infinity) return [];
  if (spread.perZone < Infinity) return bulkOverZones(instance, workload, index, spread);
  if (spread.perPool < Infinity) return [];
  const slotPrices = instance.offers.map(({ usdPerSlotHour }) => usdPerSlotHour);
  const priced = slotPriceOfSpread(instance, workload, option, spread, slotPrices);
  if (priced === null) return [];
  const used = option.offers.map((_, place) => place).filter((place) => at(priced.replicas, place) > 0);
  const pools = used.map((place) => at(at(instance.offers, at(option.offers, place)).pools, 0));
  return [{ option: index, pools, replicas: used.map((place) => at(priced.replicas, place)) }];
}

/** One placement for each order of the zones: as many as allowed in each zone until all are placed, spot where it saves most. */
function bulkOverZones(instance: Instance, workload: InstanceWorkload, index: number, spread: Spread): Choice[] {
  const option = at(workload.options, index);
  const onDemand = cheapestPools(instance, option, false);
  const spot = cheapestPools(instance, option, true);
  const zones = onDemand.map((_, zone) => zone).filter((zone) => at(onDemand, zone) >= 0 || at(spot, zone) >= 0);
  const price = (pool: number): number => (pool < 0 ? Infinity : at(instance.offers, at(instance.pools, pool).offer).usdPerSlotHour);
  const saving = (zone: number): number => price(at(onDemand, zone)) - price(at(spot, zone));
  return orders(zones).flatMap((order) => {
    const counts = new Map<number, number>();
    let left = spread.replicas;
    for (const zone of order) {
      counts.set(zone, Math.min(left, spread.perZone));
      left -= Math.min(left, spread.perZone);
    }
    let spotLeft = spotLimit(workload.spotMaxShare, spread.replicas);
    const choice: { option: number; pools: number[]; replicas: number[] } = { option: index, pools: [], replicas: [] };
    for (const zone of [...order].sort((a, b) => saving(b) - saving(a) || a - b)) {
      const count = counts.get(zone) ?? 0;
      const onSpot = saving(zone) > 0 ? Math.min(count, spotLeft) : 0;
      spotLeft -= onSpot;
      if (onSpot > 0) add(choice, at(spot, zone), onSpot);
      if (count > onSpot) add(choice, at(onDemand, zone), count - onSpot);
    }
    return left > 0 || choice.pools.includes(-1) ? [] : [choice];
  });
}

function add(choice: { pools: number[]; replicas: number[] }, pool: number, replicas: number): void {
  choice.pools.push(pool);
  choice.replicas.push(replicas);
}

/** The pool with the least slot price in each zone; -1 where there is none. */
function cheapestPools(instance: Instance, option: InstanceOption, spot: boolean): number[] {
  const cheapest: number[] = new Array(instance.zoneCount).fill(-1);
  const price = (pool: number): number => at(instance.offers, at(instance.pools, pool).offer).usdPerSlotHour;
  for (const offer of option.offers) {
    if (at(instance.offers, offer).spot !== spot) continue;
    for (const pool of at(instance.offers, offer).pools) {
      const { zone } = at(instance.pools, pool);
      if (zone < 0) continue;
      const known = at(cheapest, zone);
      if (known < 0 || price(pool) < price(known)) cheapest[zone] = pool;
    }
  }
  return cheapest;
}

/** Every order of up to three zones; of more, each in turn first. */
function orders(zones: readonly number[]): number[][] {
  if (zones.length <= 1) return [[...zones]];
  if (zones.length > 3) return zones.map((first) => [first, ...zones.filter((zone) => zone !== first)]);
  return zones.flatMap((first) => orders(zones.filter((zone) => zone !== first)).map((rest) => [first, ...rest]));
}
