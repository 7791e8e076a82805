import { at } from "../element.ts";
import { bestPlaceOf } from "./best-placement.ts";
import type { Choice, Fleet } from "./fleet.ts";
import { everyGroup, noGuide } from "./guide.ts";
import type { Instance, InstanceOption, InstanceWorkload } from "./instance.ts";
import { type Kitchen, offersWorthTrying, placements } from "./menu-placements.ts";
import type { Placer } from "./placer.ts";
import { slotPriceOfSpread } from "./slot-price.ts";
import type { Spread } from "./survive/spread.ts";
import { obeysRules } from "./trim.ts";

/** A placement worth trying, with what it costs on full nodes (micro-dollars per hour). */
export interface Dish {
  readonly choice: Choice;
  readonly fullNodeUsdPerHour: number;
}

export interface MenuSize {
  /** What a placement may cost above the cheapest (micro-dollars per hour, on full nodes). */
  readonly slack: number;
  readonly most: number;
  /** Also every pair of zones: in small fleets a large node's last GPUs decide, and they may be in any. */
  readonly thorough: boolean;
}

/**
 * Whole placements of one workload for a search that looks at very many of them: its options and spreads within `slack` of
 * the cheapest, each on the offers that can be cheapest for it, in every zone where zones can make a difference. What other
 * workloads leave free on their nodes is not considered here; the exact search does that afterwards.
 */
export function menuOf(placer: Placer, nobody: Fleet, workloadIndex: number, { slack, most, thorough }: MenuSize): Dish[] {
  const { instance } = placer;
  const workload = at(instance.workloads, workloadIndex);
  const shortlist = at(placer.shortlists, workloadIndex);
  const limit = at(shortlist.fullNodeUsdPerHour, 0) + slack;
  const slotPrices = instance.offers.map(({ usdPerSlotHour }) => usdPerSlotHour);
  const byTheGpu = { ...noGuide, group: everyGroup, usdPerSlotHour: Float64Array.from(slotPrices) };
  const dishes: Dish[] = [];
  for (let rank = 0; rank < shortlist.options.length; rank++) {
    // An option that looks cheap may have no place that keeps the rules: go on until one has.
    if (dishes.length > 0 && (at(shortlist.fullNodeUsdPerHour, rank) > limit || dishes.length >= most)) break;
    const index = at(shortlist.options, rank);
    const option = at(workload.options, index);
    const kitchen: Kitchen = { instance, workload, index, option, offers: offersWorthTrying(instance, option), thorough };
    const cheapest = bestPlaceOf(placer, nobody, workloadIndex, index, byTheGpu);
    if (cheapest !== null) dishes.push({ choice: cheapest, fullNodeUsdPerHour: priceOnFullNodes(instance, option, cheapest) });
    for (const spread of cheapSpreads(instance, workload, option, slotPrices, limit)) {
      for (const choice of placements(kitchen, spread)) {
        const fullNodeUsdPerHour = priceOnFullNodes(instance, option, choice);
        if (obeysRules(instance, workload, choice)) dishes.push({ choice, fullNodeUsdPerHour });
      }
    }
  }
  const cheapestFirst = withoutTwins(dishes).sort((a, b) => a.fullNodeUsdPerHour - b.fullNodeUsdPerHour);
  return cheapestFirst.filter(({ fullNodeUsdPerHour }, rank) => rank < least || (rank < most && fullNodeUsdPerHour <= limit));
}

/** However dear: a workload needs somewhere to go. */
const least = 8;

const mostSpreads = 6;

function cheapSpreads(
  instance: Instance,
  workload: InstanceWorkload,
  option: InstanceOption,
  slotPrices: readonly number[],
  limit: number,
): Spread[] {
  return option.spreads
    .map((spread) => ({ spread, price: slotPriceOfSpread(instance, workload, option, spread, slotPrices)?.price ?? Infinity }))
    .filter(({ price }) => price <= limit)
    .sort((a, b) => a.price - b.price)
    .slice(0, mostSpreads)
    .map(({ spread }) => spread);
}

function priceOnFullNodes(instance: Instance, option: InstanceOption, { pools, replicas }: Choice): number {
  let slots = 0;
  for (let index = 0; index < pools.length; index++) {
    slots += at(replicas, index) * at(instance.offers, at(instance.pools, at(pools, index)).offer).usdPerSlotHour;
  }
  return slots * option.gpusPerReplica;
}

function withoutTwins(dishes: readonly Dish[]): Dish[] {
  const seen = new Set<string>();
  return dishes.filter(({ choice: { option, pools, replicas } }) => {
    const key = `${option}:${pools.join()}:${replicas.join()}`;
    return seen.has(key) ? false : seen.add(key);
  });
}
