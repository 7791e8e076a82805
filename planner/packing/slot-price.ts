import { at } from "../element.ts";
import type { Instance, InstanceOption, InstanceWorkload } from "./instance.ts";
import { spotLimit } from "./replica-need.ts";
import type { Spread } from "./survive/spread.ts";

/** Replicas of an option on offers, and their price, when GPUs can be bought one by one. */
export interface SlotPriced {
  readonly price: number;
  /** Replicas on each of the option's offers. */
  readonly replicas: readonly number[];
}

/**
 * The least an option can cost when every offer sells single GPUs at `usdPerSlotHour` (per offer of the instance). Exact
 * over every placement that obeys the workload's rules, so it is a lower bound for whole nodes when no slot price is above
 * price / GPUs of the node. Zone and node limits are inside; quotas are not. Null when no placement obeys the rules.
 */
export function slotPriceOf(
  instance: Instance,
  workload: InstanceWorkload,
  option: InstanceOption,
  usdPerSlotHour: ArrayLike<number>,
): SlotPriced | null {
  let best: SlotPriced | null = null;
  for (const spread of option.boundSpreads) {
    const priced = slotPriceOfSpread(instance, workload, option, spread, usdPerSlotHour);
    if (priced !== null && (best === null || priced.price < best.price)) best = priced;
  }
  return best;
}

/** The same for one spread. */
export function slotPriceOfSpread(
  instance: Instance,
  workload: InstanceWorkload,
  option: InstanceOption,
  spread: Spread,
  usdPerSlotHour: ArrayLike<number>,
): SlotPriced | null {
  const over = spread.perZone === Infinity ? overOffers : overZones;
  return over(instance, workload, option, spread, usdPerSlotHour);
}

/** Cheapest offer first: the limits (a pool's, spot's) are nested, so the greedy order is exact. */
function overOffers(
  instance: Instance,
  workload: InstanceWorkload,
  option: InstanceOption,
  spread: Spread,
  usdPerSlotHour: ArrayLike<number>,
): SlotPriced | null {
  const replicas: number[] = new Array(option.offers.length).fill(0);
  let left = spread.replicas;
  let spotLeft = spotLimit(workload.spotMaxShare, spread.spotOf);
  let slots = 0;
  for (const index of cheapestFirst(option, usdPerSlotHour)) {
    const offer = at(instance.offers, at(option.offers, index));
    const most = at(option.replicasPerNode, index) > spread.perPool ? spread.perPool * offer.pools.length : Infinity;
    const mostSpot = offer.spot ? Math.min(spotLeft, spread.perSpotPool * offer.pools.length) : Infinity;
    const here = Math.min(left, most, mostSpot);
    if (here === 0) continue;
    replicas[index] = here;
    slots += here * at(usdPerSlotHour, at(option.offers, index));
    left -= here;
    if (offer.spot) spotLeft -= here;
    if (left === 0) break;
  }
  return left > 0 ? null : { price: slots * option.gpusPerReplica, replicas };
}

/**
 * In each zone the cheapest offer of each market counts. The limits of zones and of spot cross, so the spot limit gets a
 * price: the greatest over all prices of it is the exact value, because the problem is a flow with whole bounds. Only the
 * differences between an on-demand and a spot price matter. The spot pools of a zone are taken at the price of the cheapest.
 */
function overZones(
  instance: Instance,
  workload: InstanceWorkload,
  option: InstanceOption,
  spread: Spread,
  usdPerSlotHour: ArrayLike<number>,
): SlotPriced | null {
  const onDemand = cheapestByZone(instance, option, usdPerSlotHour, false);
  const spot = cheapestByZone(instance, option, usdPerSlotHour, true);
  const spotMost = spotLimit(workload.spotMaxShare, spread.spotOf);
  if (!fits(onDemand, spot, spread, spotMost)) return null;
  const tolls = new Set([0]);
  for (const own of onDemand)
    for (const other of spot) if (other.price < own.price && own.price < Infinity) tolls.add(own.price - other.price);
  let best: SlotPriced | null = null;
  for (const toll of tolls) {
    const filled = fillZones(onDemand, spot, spread, toll, option.offers.length);
    const price = (filled.slots - toll * spotMost) * option.gpusPerReplica;
    if (best === null || price > best.price) best = { price, replicas: filled.replicas };
  }
  return best;
}

interface ZonePrice {
  readonly price: number;
  /** Index into the option's offers; -1 where the zone has none. */
  readonly index: number;
  readonly pools: number;
}

function cheapestByZone(instance: Instance, option: InstanceOption, usdPerSlotHour: ArrayLike<number>, spot: boolean): ZonePrice[] {
  const cheapest: ZonePrice[] = new Array(instance.zoneCount).fill({ price: Infinity, index: -1, pools: 0 });
  option.offers.forEach((offerIndex, index) => {
    const offer = at(instance.offers, offerIndex);
    if (offer.spot !== spot) return;
    const price = at(usdPerSlotHour, offerIndex);
    for (const pool of offer.pools) {
      const { zone } = at(instance.pools, pool);
      if (zone < 0) continue;
      const known = at(cheapest, zone);
      cheapest[zone] = { ...(price < known.price ? { price, index } : known), pools: known.pools + 1 };
    }
  });
  return cheapest;
}

/** As much spot as possible where there is nothing else, then the rest. */
function fits(onDemand: readonly ZonePrice[], spot: readonly ZonePrice[], spread: Spread, spotMost: number): boolean {
  let anyMarket = 0;
  let spotOnly = 0;
  onDemand.forEach((own, zone) => {
    if (own.index >= 0) anyMarket += spread.perZone;
    else if (at(spot, zone).index >= 0) spotOnly += Math.min(spread.perZone, mostSpot(at(spot, zone), spread));
  });
  return anyMarket + Math.min(spotMost, spotOnly) >= spread.replicas;
}

/** What the spot pools of a zone may hold, all at the price of the cheapest. */
const mostSpot = ({ pools }: ZonePrice, { perSpotPool }: Spread): number => (pools === 0 ? 0 : perSpotPool * pools);

/** Spot where it is cheaper with the toll, as much as its pools may hold; the zone's limit is around both markets, so the greedy order is exact. */
function fillZones(onDemand: readonly ZonePrice[], spot: readonly ZonePrice[], spread: Spread, toll: number, offers: number) {
  const places = onDemand
    .flatMap((own, zone) => {
      const tolled = at(spot, zone).price + toll;
      const other = { zone, price: tolled, index: at(spot, zone).index, most: mostSpot(at(spot, zone), spread) };
      return [{ zone, price: own.price, index: own.index, most: Infinity }, ...(tolled < own.price ? [other] : [])];
    })
    .filter(({ index }) => index >= 0)
    .sort((a, b) => a.price - b.price || a.index - b.index);
  const replicas: number[] = new Array(offers).fill(0);
  const zoneLeft = onDemand.map(() => spread.perZone);
  let left = spread.replicas;
  let slots = 0;
  for (const { zone, price, index, most } of places) {
    const here = Math.min(left, most, at(zoneLeft, zone));
    replicas[index] = (replicas[index] ?? 0) + here;
    slots += here * price;
    left -= here;
    zoneLeft[zone] = at(zoneLeft, zone) - here;
  }
  return { slots, replicas };
}

function cheapestFirst(option: InstanceOption, usdPerSlotHour: ArrayLike<number>): number[] {
  const price = (index: number): number => at(usdPerSlotHour, at(option.offers, index));
  return option.offers.map((_, index) => index).sort((a, b) => price(a) - price(b) || a - b);
}
