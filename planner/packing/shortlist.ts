import { at } from "../element.ts";
import { type Instance, type InstanceOption, type InstanceWorkload, instanceOf } from "./instance.ts";
import type { PackingProblem } from "./problem.ts";
import { slotPriceOf, slotPriceOfSpread } from "./slot-price.ts";
import type { Spread } from "./survive/spread.ts";

/** The options of a workload worth looking at, cheapest first, with the least each costs on full nodes (micro-dollars per hour). */
export interface Shortlist {
  readonly options: readonly number[];
  readonly fullNodeUsdPerHour: readonly number[];
  /** For each option, the offers it uses at that price. */
  readonly offersUsed: readonly (readonly number[])[];
}

/** The spreads of an option, cheapest first, with the least each can cost on full nodes; 0 where that is not known. */
export interface PricedSpreads {
  readonly spreads: readonly Spread[];
  readonly fullNodeUsdPerHour: readonly number[];
}

/** What the search looks at of an option. Spreads of batches are not priced. */
export function pricedSpreadsOf(instance: Instance, workload: InstanceWorkload, index: number): PricedSpreads {
  const option = at(workload.options, index);
  const slotPrices = slotPricesOf(instance);
  const priced = option.batchSpreads.map((spread) => {
    const price = option.batch > 1 ? 0 : slotPriceOfSpread(instance, workload, option, spread, slotPrices)?.price;
    return { spread, price: price ?? Infinity };
  });
  const placeable = priced.filter(({ price }) => price < Infinity).sort((a, b) => a.price - b.price);
  return { spreads: placeable.map(({ spread }) => spread), fullNodeUsdPerHour: placeable.map(({ price }) => price) };
}

/** At most `count` of an option's spreads, those that cost least on full nodes. */
export function cheapestSpreads(instance: Instance, workload: InstanceWorkload, index: number, count: number): Spread[] {
  const option = at(workload.options, index);
  const slotPrices = slotPricesOf(instance);
  return option.spreads
    .map((spread) => ({ spread, price: slotPriceOfSpread(instance, workload, option, spread, slotPrices)?.price ?? Infinity }))
    .sort((a, b) => a.price - b.price)
    .slice(0, count)
    .map(({ spread }) => spread);
}

const slotPricesOf = (instance: Instance): number[] => instance.offers.map((offer) => offer.usdPerSlotHour);

/** All options that some placement exists for. An empty list means that the workload cannot be placed. */
export function shortlistsOf(instance: Instance): Shortlist[] {
  const slotPrices = slotPricesOf(instance);
  return instance.workloads.map((workload) => shortlistOf(instance, workload, slotPrices));
}

function shortlistOf(instance: Instance, workload: InstanceWorkload, slotPrices: readonly number[]): Shortlist {
  const priced = workload.options.flatMap((option, index) => {
    const priced = slotPriceOf(instance, workload, option, slotPrices);
    if (priced === null || !hasPlace(instance, workload, option, slotPrices)) return [];
    const used = option.offers.filter((_, offer) => at(priced.replicas, offer) > 0);
    return [{ index, price: priced.price, used }];
  });
  priced.sort((a, b) => a.price - b.price || a.index - b.index);
  return {
    options: priced.map(({ index }) => index),
    fullNodeUsdPerHour: priced.map(({ price }) => price),
    offersUsed: priced.map(({ used }) => used),
  };
}

/** The bound's spreads ask for less than the rule of spot pools does: a single pool is priced there, and serves nobody once it is lost. */
function hasPlace(instance: Instance, workload: InstanceWorkload, option: InstanceOption, slotPrices: readonly number[]): boolean {
  if (!workload.surviveSpotPool) return true;
  return option.spreads.some((spread) => slotPriceOfSpread(instance, workload, option, spread, slotPrices) !== null);
}

/** Above this many workloads the search keeps only the cheapest options of each: it has enough to choose from, and memory is short. */
const fewWorkloads = 400;
const optionsKept = 32;

/** The instance of a problem with the shortlists of its workloads. The bound needs the cheapest option of each only, or all where limits have prices. */
export function listedInstanceOf(problem: PackingProblem): { readonly instance: Instance; readonly shortlists: readonly Shortlist[] } {
  const shortlists: Shortlist[] = [];
  const instance = instanceOf(problem, (workload, bare) => {
    const all = shortlistOf(bare, workload, slotPricesOf(bare));
    const keepAll = problem.workloads.length <= fewWorkloads || bare.limits.length > 0;
    const kept = keepAll ? workload.options.map((_, option) => option) : all.options.slice(0, optionsKept);
    shortlists.push(
      keepAll
        ? all
        : {
            options: kept.map((_, option) => option),
            fullNodeUsdPerHour: all.fullNodeUsdPerHour.slice(0, optionsKept),
            offersUsed: all.offersUsed.slice(0, optionsKept),
          },
    );
    return keepAll ? workload : { ...workload, options: kept.map((option) => at(workload.options, option)) };
  });
  return { instance, shortlists };
}

/** Sum of the cheapest options on full nodes: a lower bound on every fleet. */
export function fullNodeBound(shortlists: readonly Shortlist[]): number {
  return shortlists.reduce((sum, { fullNodeUsdPerHour }) => sum + at(fullNodeUsdPerHour, 0), 0);
}

/** Without the options that cost more than `slack` above the workload's cheapest: a fleet with one of them costs at least bound + slack. */
export function shortened(shortlists: readonly Shortlist[], slack: number): Shortlist[] {
  return shortlists.map(({ options, fullNodeUsdPerHour, offersUsed }) => {
    const most = at(fullNodeUsdPerHour, 0) + slack;
    const kept = fullNodeUsdPerHour.filter((price) => price <= most).length;
    return {
      options: options.slice(0, kept),
      fullNodeUsdPerHour: fullNodeUsdPerHour.slice(0, kept),
      offersUsed: offersUsed.slice(0, kept),
    };
  });
}

/** For each offer, the workloads with an option that uses it on full nodes: first those that lose least against their cheapest option. */
export function suitors(instance: Instance, shortlists: readonly Shortlist[]): number[][] {
  const found: { workload: number; loss: number }[][] = instance.offers.map(() => []);
  shortlists.forEach(({ fullNodeUsdPerHour, offersUsed }, workload) => {
    const seen = new Set<number>();
    offersUsed.forEach((offers, rank) => {
      for (const offer of offers) {
        if (seen.has(offer)) continue;
        seen.add(offer);
        at(found, offer).push({ workload, loss: at(fullNodeUsdPerHour, rank) - at(fullNodeUsdPerHour, 0) });
      }
    });
  });
  return found.map((list) => list.sort((a, b) => a.loss - b.loss || a.workload - b.workload).map(({ workload }) => workload));
}
