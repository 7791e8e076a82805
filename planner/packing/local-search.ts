import { at } from "../element.ts";
import { bestPlacement } from "./best-placement.ts";
import { type Choice, type Fleet, place, remove } from "./fleet.ts";
import { everyGroup, type Guide, noGuide } from "./guide.ts";
import type { Placer } from "./placer.ts";
import { type Random, randomFrom, shuffle } from "./random.ts";

export interface SearchLimits {
  /** Distributions that may be computed. */
  readonly evaluations: number;
  /** A fleet this cheap is good enough (micro-dollars per hour). */
  readonly targetUsdPerHour: number;
  /** Any fleet within the limits is good enough. */
  readonly stopWithinLimits: boolean;
  readonly seed: number;
}

/** What the search makes small: the price, and a price for every GPU above a limit. */
export function objective(placer: Placer, fleet: Fleet): number {
  return fleet.usdPerHour + fleet.excessGpus * placer.penaltyPerGpu;
}

/** Places every workload that is not placed yet, one after the other. */
export function insertAll(placer: Placer, fleet: Fleet, workloads: readonly number[], guide: Guide): void {
  for (const workload of workloads) {
    const choice = bestPlacement(placer, fleet, workload, guide);
    if (choice !== null) place(fleet, workload, choice);
  }
}

/** Moves each workload to its best place until none of them gains. */
export function settle(placer: Placer, fleet: Fleet, workloads: readonly number[]): void {
  const mostRounds = 2;
  for (let round = 0; round < mostRounds; round++) {
    let moved = false;
    for (const workload of workloads) moved = improveOne(placer, fleet, workload) || moved;
    if (!moved) return;
  }
}

function improveOne(placer: Placer, fleet: Fleet, workload: number): boolean {
  const before = objective(placer, fleet);
  const old = remove(fleet, workload);
  const saved = old === null ? Infinity : before - objective(placer, fleet);
  const choice = bestPlacement(placer, fleet, workload, noGuide, saved);
  if (choice !== null) {
    place(fleet, workload, choice);
    if (old === null || objective(placer, fleet) < before) return true;
    remove(fleet, workload);
  }
  if (old !== null) place(fleet, workload, old);
  return false;
}

/**
 * Improves a fleet in which every workload is placed. One move at a time cannot open a large node that pays only when
 * several workloads share it, nor close one, so each step first lies about a price: a node is cheap or paid for, or dear,
 * the workloads it concerns choose again, the true price comes back and all that were touched settle.
 */
export function localSearch(placer: Placer, fleet: Fleet, limits: SearchLimits): void {
  const random = randomFrom(limits.seed);
  let best = objective(placer, fleet);
  let bestChoices = [...fleet.choices];
  let steps = 0;
  while (placer.evaluations < limits.evaluations && best > limits.targetUsdPerHour) {
    placer.evaluations++;
    const before = objective(placer, fleet);
    const touched = step(placer, fleet, random);
    const after = objective(placer, fleet);
    if (after < best) {
      best = after;
      bestChoices = [...fleet.choices];
    }
    // A little worse is allowed now and then, counted from the best, to leave a hollow.
    if (after > before && after > best * (1 + (0.1 / fleet.choices.length) * random.fraction())) restore(fleet, touched);
    if (limits.stopWithinLimits && fleet.excessGpus === 0) break;
    if (++steps % 100 === 0) restoreAll(fleet, bestChoices);
  }
  restoreAll(fleet, bestChoices);
}

type Touched = Map<number, Choice | null>;

function step(placer: Placer, fleet: Fleet, random: Random): Touched {
  const kind = random.fraction();
  const short = fleet.excessGpus > 0;
  const touched: Touched = new Map();
  const workloads = fleet.choices.length;
  const offer = kind < 0.3 ? usedOffer(fleet, random) : wantedOffer(placer, random);
  const moving = kind < 0.92 ? concerned(placer, fleet, offer, random) : someOf(workloads, 2 + random.below(4), random);
  for (const workload of moving) touched.set(workload, remove(fleet, workload));
  shuffle(moving, random);
  const guide = short && random.fraction() < 0.5 ? scarcity(placer, random) : guideFor(placer, offer, kind, random);
  insertAll(placer, fleet, moving, guide);
  settle(placer, fleet, moving);
  return touched;
}

/** Dear (kind < 0.3: it is in use), cheap by the GPU, with a node that is paid for, or as it is. */
function guideFor(placer: Placer, offer: number, kind: number, random: Random): Guide {
  const { offers, pools } = placer.instance;
  const { usdPerNodeHour, usdPerSlotHour, pools: own, group } = at(offers, offer);
  if (kind >= 0.92) return noGuide;
  if (kind < 0.3) {
    const prices = Float64Array.from(offers, (other) => other.usdPerNodeHour);
    prices[offer] = usdPerNodeHour * (1.5 + 3 * random.fraction());
    return { ...noGuide, group, usdPerNodeHour: prices };
  }
  if (kind < 0.75) {
    const prices = new Float64Array(offers.length).fill(-1);
    prices[offer] = usdPerSlotHour * (0.4 + 0.7 * random.fraction());
    return { ...noGuide, group, usdPerSlotHour: prices, leastShare: 0.4 };
  }
  const paid = new Int32Array(pools.length);
  paid[at(own, random.below(own.length))] = 1 + random.below(2);
  return { ...noGuide, group, paidNodes: paid, leastShare: 0 };
}

/** Every GPU under a limit is dear: what is left of the limits goes where it replaces most. */
function scarcity({ instance }: Placer, random: Random): Guide {
  const dearest = Math.max(1, ...instance.offers.map(({ usdPerSlotHour }) => usdPerSlotHour));
  const premium = dearest * 10 ** (3 * random.fraction() - 1);
  const prices = Float64Array.from(instance.offers, (offer) => offer.usdPerNodeHour + offer.gpusPerNode * offer.limits.length * premium);
  return { ...noGuide, group: everyGroup, usdPerNodeHour: prices };
}

function usedOffer(fleet: Fleet, random: Random): number {
  const { pools } = fleet.instance;
  const start = random.below(pools.length);
  for (let index = 0; index < pools.length; index++) {
    const pool = (start + index) % pools.length;
    if ((fleet.nodes[pool] as number) > 0) return at(pools, pool).offer;
  }
  return at(pools, start).offer;
}

/** An offer that one of the better options of some workload uses. */
function wantedOffer(placer: Placer, random: Random): number {
  const { offersUsed } = at(placer.shortlists, random.below(placer.shortlists.length));
  const offers = at(offersUsed, Math.floor(offersUsed.length * random.fraction() ** 2));
  return at(offers, random.below(offers.length));
}

/** Some users of an offer and some that could use it, the keener the likelier. */
function concerned(placer: Placer, fleet: Fleet, offer: number, random: Random): number[] {
  const uses = (workload: number): boolean =>
    at(fleet.choices, workload)?.pools.some((pool) => at(fleet.instance.pools, pool).offer === offer) ?? false;
  const users = fleet.choices.map((_, workload) => workload).filter(uses);
  shuffle(users, random);
  const others = at(placer.suitors, offer).filter((workload) => !uses(workload));
  const chosen = users.slice(0, 4);
  const most = 1 + random.below(5);
  for (let index = 0; index < others.length && chosen.length < most + 4 && index < 3 * most; index++) {
    if (random.fraction() < 0.6) chosen.push(at(others, index));
  }
  return chosen;
}

function someOf(count: number, most: number, random: Random): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  shuffle(all, random);
  return all.slice(0, most);
}

function restore(fleet: Fleet, touched: Touched): void {
  for (const workload of touched.keys()) remove(fleet, workload);
  for (const [workload, choice] of touched) if (choice !== null) place(fleet, workload, choice);
}

/** Back to these choices; what is the same stays. */
export function restoreAll(fleet: Fleet, choices: readonly (Choice | null)[]): void {
  choices.forEach((choice, workload) => {
    if (fleet.choices[workload] === choice) return;
    remove(fleet, workload);
    if (choice !== null) place(fleet, workload, choice);
  });
}
