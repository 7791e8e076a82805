import { roundingShare } from "./bound/lagrangian.ts";
import { branchAndBound, type TreeLimits } from "./bound/tree.ts";
import { emptyFleet, type Fleet } from "./fleet.ts";
import { everyGroup, noGuide } from "./guide.ts";
import type { Instance } from "./instance.ts";
import { insertAll, localSearch, objective, restoreAll, settle } from "./local-search.ts";
import { fleetOfPicks, goodEnough, type MenuOptions, picksByMenus } from "./menu-fleet.ts";
import { makePlacer, type Placer } from "./placer.ts";
import { primalByMenus, primalByPlaces } from "./primal.ts";
import { fullNodeBound, type Shortlist, shortened } from "./shortlist.ts";

export interface Solution {
  /** With GPUs above its limits when no fleet within them was found. */
  readonly fleet: Fleet;
  /** No fleet is cheaper (whole micro-dollars per hour). */
  readonly bound: number;
}

/** Above this many workloads branching gains less on the bound than the same time does in the search. */
export const mostWorkloadsInTree = 120;

/** With limits the tree starts from a poorer fleet, and above this many workloads prices find a better one. */
export const mostWorkloadsWithLimits = 40;

/** Above this many the multipliers raise the bound by less than a thousandth, and take long to find. */
export const mostWorkloadsAtRoot = 400;

/** Effort is counted in distributions computed, never in time, so that the answer does not depend on the machine. */
const searchEffort = (workloads: number): number => Math.min(40_000, 600 * workloads + 100 * workloads ** 2);
/** Where menus have found the fleet already. */
const effortAfterMenus = 0.2;
const treeLimits: TreeLimits = { evaluations: 60_000, exactEvaluations: 5_000, gap: 0.0005, rootSteps: 250, nodeSteps: 12 };
/** Among more workloads a branch decides less, and the time is better spent on other fleets. */
const limitsOfTree = (workloads: number): TreeLimits => {
  if (workloads > mostWorkloadsInTree) return rootOnly;
  return workloads > fewWorkloads ? { ...treeLimits, evaluations: treeLimits.evaluations / 2 } : treeLimits;
};
const fewWorkloads = 40;

/** Large fleets with quotas: the multipliers of the root raise the bound by what the quotas cost. */
export const rootOnly: TreeLimits = { ...treeLimits, evaluations: 1, exactEvaluations: 0 };

export function solve(instance: Instance, shortlists: readonly Shortlist[], { progress, tight = false }: MenuOptions = {}): Solution {
  const simpleBound = fullNodeBound(shortlists) * (1 - roundingShare);
  const placer = makePlacer(instance, shortlists, penaltyPerGpu(instance));
  const count = instance.workloads.length;
  progress?.("packing: search", 0.1);
  const picks = instance.limits.length === 0 ? picksByMenus(placer, simpleBound, { progress, tight }) : null;
  const fleet = picks === null ? startingFleet(placer) : fleetOfPicks(placer, picks);
  const limited = instance.limits.length > 0;
  if (!limited && count > mostWorkloadsAtRoot) return { fleet, bound: Math.ceil(simpleBound) };
  const everyOptionThatPays = (): readonly Shortlist[] =>
    fleet.excessGpus > 0 ? shortlists : shortened(shortlists, fleet.usdPerHour - simpleBound);
  const effort = searchEffort(count) * (picks === null ? 1 : effortAfterMenus);
  // A better fleet leaves fewer options that could pay, so the longer part of the search has less to look at.
  [0.3 * effort, effort].forEach((evaluations, seed) => {
    placer.shortlists = everyOptionThatPays();
    localSearch(placer, fleet, { evaluations, targetUsdPerHour: simpleBound * goodEnough, stopWithinLimits: false, seed });
  });
  placer.shortlists = everyOptionThatPays();
  progress?.("packing: proof", 0.5);
  const alive = placer.shortlists.map(({ options }) => options);
  const start = fleet.excessGpus > 0 ? ceiling(instance) : fleet.usdPerHour;
  const primal = picks === null ? primalByPlaces(placer, fleet) : primalByMenus(placer, fleet, picks);
  const tree = branchAndBound(instance, alive, start, limitsOfTree(count), primal);
  const provenInfeasible = fleet.excessGpus > 0 && tree.bound >= start;
  if (fleet.excessGpus > 0 && !provenInfeasible) {
    localSearch(placer, fleet, { evaluations: placer.evaluations + 10 * effort, targetUsdPerHour: 0, stopWithinLimits: true, seed: 3 });
  }
  progress?.("packing: proof", 1);
  return { fleet, bound: Math.ceil(Math.max(tree.bound, simpleBound)) };
}

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
