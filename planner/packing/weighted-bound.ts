import { at } from "../element.ts";
import type { MicroUsdPerHour } from "../units.ts";
import type { PackingOffer, PackingOption, PackingProblem, PackingWorkload } from "./problem.ts";

/** Parts that a demand is counted in. Capacities are rounded up to whole parts, which can only lower the bound. */
const parts = 2000;

/** Something that serves demand at a price: a replica, or a whole node. */
interface Item {
  readonly capacity: number;
  readonly price: number;
}

/**
 * Of a problem in which nodes that are bought together are one (`bundled`). No placement of one workload on any mixture of its options costs less than its
 * replicas do where GPUs are sold one by one, each at the cheapest price it can have; nor, alone, than the cheapest whole nodes that could hold it.
 * Micro-dollars per hour; 0 without demand.
 * Of the rules the spot share is inside the first, and of the losses what every one of them takes at least.
 */
export function weightedBound(
  problem: PackingProblem,
  workload: PackingWorkload,
): { readonly alone: MicroUsdPerHour; readonly byThePiece: number } {
  if (workload.demand === 0) return { alone: 0, byThePiece: 0 };
  const options = workload.options.filter(({ capacity }) => capacity > 0);
  const byThePiece = Math.max(
    0,
    ...tolls(problem, workload, options).map((toll) => cheapest(workload, problem, pieces(problem, workload, options, toll))),
  );
  return {
    // Not whole: the workloads' pieces share nodes, and only their sum is paid in whole micro-dollars.
    byThePiece: Number.isFinite(byThePiece) ? byThePiece : 0,
    alone: wholeMicro(cheapest(workload, problem, wholeNodes(problem, workload, options), false)),
  };
}

/** Nodes cost whole micro-dollars, so their bound is rounded up; but for the last bits of its sums. */
const wholeMicro = (bound: number): number => (Number.isFinite(bound) ? Math.ceil(bound - 1e-6) : 0);

const usable = (problem: PackingProblem, { spotMaxShare }: PackingWorkload, { offers, gpusPerReplica }: PackingOption): PackingOffer[] =>
  offers
    .map((offer) => at(problem.offers, offer))
    .filter(({ market, gpusPerNode }) => gpusPerNode >= gpusPerReplica && (market !== "spot" || spotMaxShare > 0));

/** Least price of the GPUs of one replica, on spot or not; Infinity where there is none. */
function leastPrice(problem: PackingProblem, workload: PackingWorkload, option: PackingOption, spot: boolean): number {
  const prices = usable(problem, workload, option)
    .filter(({ market }) => (market === "spot") === spot)
    .map(({ usdPerNodeHour, gpusPerNode }) => (usdPerNodeHour / gpusPerNode) * option.gpusPerReplica);
  return Math.min(Infinity, ...prices);
}

/**
 * Prices on a replica on spot that are worth trying: a share of at most m is a toll t on each spot replica and t x m back for each replica, a lower
 * bound whatever t is (Lagrangian relaxation). 0, and the differences at which an option changes its market.
 */
function tolls(problem: PackingProblem, workload: PackingWorkload, options: readonly PackingOption[]): number[] {
  const differences = options.map((option) => leastPrice(problem, workload, option, false) - leastPrice(problem, workload, option, true));
  return [...new Set([0, ...differences.filter((difference) => difference > 0 && Number.isFinite(difference))])];
}

/** A replica of each option at the least it can cost. With a toll that pays for a replica nothing is bounded: no items then. */
function pieces(problem: PackingProblem, workload: PackingWorkload, options: readonly PackingOption[], toll: number): Item[] {
  const items = options.map((option) => ({
    capacity: option.capacity,
    price:
      Math.min(leastPrice(problem, workload, option, false), leastPrice(problem, workload, option, true) + toll) -
      toll * workload.spotMaxShare,
  }));
  const priced = items.filter(({ price }) => price < Infinity);
  return priced.some(({ price }) => price < 0) ? [] : priced;
}

/** A node of each offer with as much of the workload on it as it can serve. */
function wholeNodes(problem: PackingProblem, workload: PackingWorkload, options: readonly PackingOption[]): Item[] {
  return problem.offers.flatMap((offer, index): Item[] => {
    const capacity = Math.max(
      0,
      ...options
        .filter((option) => option.offers.includes(index) && usable(problem, workload, option).includes(offer))
        .map((option) => Math.floor(offer.gpusPerNode / option.gpusPerReplica) * option.capacity),
    );
    return capacity === 0 ? [] : [{ capacity, price: offer.usdPerNodeHour }];
  });
}

/**
 * Least price of items that serve the demand, and where the loss of a replica must be survived and items are replicas, of one more than serve the
 * degraded part: with an item of the largest kind in use gone the others serve it. 0 where nothing is known.
 */
function cheapest(workload: PackingWorkload, problem: PackingProblem, items: readonly Item[], areReplicas = true): number {
  if (items.length === 0) return 0;
  const { survive, demand } = workload;
  const degraded = workload.degradedShare * demand * (1 - 1e-9);
  const zones = new Set(workload.options.flatMap(({ offers }) => offers.flatMap((offer) => at(problem.offers, offer).zones))).size;
  // The fullest of z zones holds at least a z-th of the capacity.
  const whole = survive === "zone" && zones > 1 ? Math.max(demand, (degraded * zones) / (zones - 1)) : demand;
  const least = leastFor(whole, items);
  const plain = least(whole);
  if (survive === "none" || !areReplicas) return plain;
  return Math.max(plain, Math.min(...items.map(({ capacity, price }) => price + least(Math.max(whole - capacity, degraded)))));
}

/** Least price of items that serve so much, for any amount up to `most`: by dynamic programming over parts of it. */
function leastFor(most: number, items: readonly Item[]): (amount: number) => number {
  const part = most / parts;
  const sized = items.map(({ capacity, price }) => ({ size: Math.ceil(capacity / part), price }));
  const prices = new Float64Array(parts + 1);
  for (let amount = 1; amount <= parts; amount++) {
    let best = Infinity;
    for (const { size, price } of sized) best = Math.min(best, price + (prices[Math.max(0, amount - size)] as number));
    prices[amount] = best;
  }
  return (amount) => (amount <= 0 ? 0 : at(prices, Math.min(parts, Math.floor(amount / part + 1e-9))));
}
