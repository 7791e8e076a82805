import { at } from "../element.ts";
import type { Progress } from "../ports.ts";
import { bestPlaceOf } from "./best-placement.ts";
import { roundingShare } from "./bound/lagrangian.ts";
import { branchAndBound, type Primal, type TreeLimits } from "./bound/tree.ts";
import { emptyFleet, type Fleet, fleetOf, place } from "./fleet.ts";
import { everyGroup, noGuide } from "./guide.ts";
import type { Instance } from "./instance.ts";
import { insertAll, localSearch, objective, restoreAll, settle } from "./local-search.ts";
import { menuOf } from "./menu.ts";
import { choicesOf, firstPicks, searchMenus, tableOf } from "./menu-search.ts";
import { exchangeNodes } from "./node-exchange.ts";
import { makePlacer, type Placer } from "./placer.ts";
import { fullNodeBound, type Shortlist, shortened } from "./shortlist.ts";

export interface Solution {
  /** With GPUs above its limits when no fleet within them was found. */
  readonly fleet: Fleet;
  /** No fleet is cheaper (whole micro-dollars per hour). */
  readonly bound: number;
}

export interface SolveOptions {
  readonly progress?: Progress | undefined;
  /** Sizes are arbitrary and the nodes few, so that nearly every GPU must be full: looks for sets of nodes first. */
  readonly tight?: boolean;
}

/** Above this many workloads branching gains less on the bound than the same time does in the search. */
export const mostWorkloadsInTree = 40;

/** Above this many the multipliers raise the bound by less than a thousandth, and take long to find. */
export const mostWorkloadsAtRoot = 400;

/** Effort is counted in distributions computed, never in time, so that the answer does not depend on the machine. */
const searchEffort = (workloads: number): number => Math.min(40_000, 600 * workloads + 100 * workloads ** 2);
const treeLimits: TreeLimits = { evaluations: 60_000, exactEvaluations: 5_000, gap: 0.0005, rootSteps: 120, nodeSteps: 18 };
/** Large fleets with quotas: the multipliers of the root raise the bound by what the quotas cost. */
export const rootOnly: TreeLimits = { ...treeLimits, evaluations: 1, exactEvaluations: 0 };

/** A fleet that costs at most this much more than the bound needs no more searching. */
const goodEnough = 1.0005;

export function solve(instance: Instance, shortlists: readonly Shortlist[], { progress, tight = false }: SolveOptions = {}): Solution {
  const simpleBound = fullNodeBound(shortlists) * (1 - roundingShare);
  const placer = makePlacer(instance, shortlists, penaltyPerGpu(instance));
  const count = instance.workloads.length;
  progress?.("packing: search", 0.1);
  const fleet = instance.limits.length === 0 ? fleetByMenus(placer, simpleBound, { progress, tight }) : startingFleet(placer);
  const limited = instance.limits.length > 0;
  if (!limited && count > mostWorkloadsAtRoot) return { fleet, bound: Math.ceil(simpleBound) };
  const everyOptionThatPays = (): readonly Shortlist[] =>
    fleet.excessGpus > 0 ? shortlists : shortened(shortlists, fleet.usdPerHour - simpleBound);
  const effort = searchEffort(count);
  // A better fleet leaves fewer options that could pay, so the longer part of the search has less to look at.
  [0.3 * effort, effort].forEach((evaluations, seed) => {
    placer.shortlists = everyOptionThatPays();
    localSearch(placer, fleet, { evaluations, targetUsdPerHour: simpleBound * goodEnough, stopWithinLimits: false, seed });
  });
  placer.shortlists = everyOptionThatPays();
  progress?.("packing: proof", 0.5);
  const alive = placer.shortlists.map(({ options }) => options);
  const start = fleet.excessGpus > 0 ? ceiling(instance) : fleet.usdPerHour;
  const tree = branchAndBound(instance, alive, start, count > mostWorkloadsInTree ? rootOnly : treeLimits, primalOf(placer, fleet));
  const provenInfeasible = fleet.excessGpus > 0 && tree.bound >= start;
  if (fleet.excessGpus > 0 && !provenInfeasible) {
    localSearch(placer, fleet, { evaluations: placer.evaluations + 10 * effort, targetUsdPerHour: 0, stopWithinLimits: true, seed: 3 });
  }
  progress?.("packing: proof", 1);
  return { fleet, bound: Math.ceil(Math.max(tree.bound, simpleBound)) };
}

export function fleetByMenus(placer: Placer, bound: number, { progress, tight = false }: SolveOptions = {}): Fleet {
  const { instance } = placer;
  const count = instance.workloads.length;
  const nobody = emptyFleet(instance);
  const slack = (30 * bound) / count ** 1.55;
  const menus = instance.workloads.map((_, workload) => {
    const own = at(at(placer.shortlists, workload).fullNodeUsdPerHour, 0);
    return menuOf(placer, nobody, workload, Math.max(slack, 0.02 * own), 200);
  });
  const target = bound * goodEnough;
  const table = tableOf(instance, menus);
  const evaluations = Math.min(mostEvaluations, evaluationsPerRow * table.fixedUsd.length);
  const started = Array.from({ length: starts(count) }, (_, seed) => {
    const picks = firstPicks(table, seed);
    searchMenus(picks, { evaluations, targetUsdPerHour: target, seed });
    progress?.("packing: search", (seed + 1) / (2 * starts(count)));
    return picks;
  });
  const picks = started.reduce((best, own) => (own.usdPerHour < best.usdPerHour ? own : best));
  searchMenus(picks, { evaluations: starts(count) * evaluations, targetUsdPerHour: target, seed: starts(count) });
  if (tight) exchangeNodes(picks, { boundUsdPerHour: bound, tries: exchangeTries, seed: 1 });
  const fleet = fleetOf(instance, choicesOf(picks));
  settle(
    placer,
    fleet,
    menus.map((_, workload) => workload),
  );
  return fleet;
}

/** Rows priced from each of the starts, and from the best of them as much again as from all. */
const starts = (workloads: number): number => (workloads <= smallFleet ? 3 : 8);
/** Of so few the tree finds the best fleet from almost any start. */
const smallFleet = 12;
const evaluationsPerRow = 300;
const mostEvaluations = 8_000_000;
const exchangeTries = 100_000;

/** The better of two: everybody where full nodes would be cheapest, or everybody where it costs least after those before. Then all settle. */
function startingFleet(placer: Placer): Fleet {
  const { instance } = placer;
  const everybody = instance.workloads.map((_, index) => index);
  const slotPrices = Float64Array.from(instance.offers, (offer) => offer.usdPerSlotHour);
  const fleet = emptyFleet(instance);
  insertAll(placer, fleet, everybody, { ...noGuide, group: everyGroup, usdPerSlotHour: slotPrices });
  settle(placer, fleet, everybody);
  const other = emptyFleet(instance);
  insertAll(placer, other, everybody, noGuide);
  settle(placer, other, everybody);
  if (objective(placer, other) < objective(placer, fleet)) restoreAll(fleet, other.choices);
  return fleet;
}

/** At a node of the tree: the options its prices chose, at true prices, then a short search from there. Keeps the best in `fleet`. */
function primalOf(placer: Placer, fleet: Fleet): Primal {
  const effort = 30;
  let seed = 1;
  return ({ best: { picks } }) => {
    const other = emptyFleet(placer.instance);
    const everybody = picks.map((_, workload) => workload);
    for (const workload of everybody) {
      const choice = bestPlaceOf(placer, other, workload, at(picks, workload).option);
      if (choice !== null) place(other, workload, choice);
    }
    insertAll(
      placer,
      other,
      everybody.filter((workload) => at(other.choices, workload) === null),
      noGuide,
    );
    settle(placer, other, everybody);
    localSearch(placer, other, { evaluations: placer.evaluations + effort, targetUsdPerHour: 0, stopWithinLimits: false, seed: ++seed });
    if (objective(placer, other) < objective(placer, fleet)) restoreAll(fleet, other.choices);
    return fleet.excessGpus > 0 ? Infinity : fleet.usdPerHour;
  };
}

/** More than any GPU costs, so that a limit is broken only where nothing else is left. */
export function penaltyPerGpu(instance: Instance): number {
  return 1_000_000 + 100 * Math.max(0, ...instance.offers.map((offer) => offer.usdPerNodeHour));
}

/** No fleet without needless replicas costs this much: a node, the dearest, for every replica. */
function ceiling({ workloads, offers }: Instance): number {
  const dearest = Math.max(0, ...offers.map((offer) => offer.usdPerNodeHour));
  const most = workloads.map(({ options }) => Math.max(0, ...options.flatMap(({ spreads }) => spreads.map(({ replicas }) => replicas))));
  return 1 + dearest * most.reduce((sum, replicas) => sum + replicas, 0);
}
