import { at } from "../element.ts";
import type { Progress } from "../ports.ts";
import { roundingShare } from "./bound/lagrangian.ts";
import { branchAndBound } from "./bound/tree.ts";
import { type Fleet, fleetOf } from "./fleet.ts";
import type { Instance } from "./instance.ts";
import { limitPrices, pricedInstance } from "./limit-prices.ts";
import { localSearch, objective } from "./local-search.ts";
import { fleetByMenus } from "./menu-fleet.ts";
import { makePlacer } from "./placer.ts";
import { fullNodeBound, type Shortlist, shortened, shortlistsOf } from "./shortlist.ts";
import { mostWorkloadsAtRoot, mostWorkloadsWithLimits, penaltyPerGpu, rootOnly, type Solution, solve } from "./solve.ts";

const rounds = 6;
const trimming = 20_000;

/**
 * Fleets under limits. A fleet found without them that keeps them all the same is the answer; else what is proven without
 * them stays proven, for a limit only takes fleets away.
 */
export function solveLimited(instance: Instance, shortlists: readonly Shortlist[], progress?: Progress): Solution {
  // The bound of so many is that of limits without a price, which is among those that are tried.
  if (instance.workloads.length > mostWorkloadsAtRoot) return solveByPrices(instance, shortlists, progress);
  const nothing = instance.limits.map(() => 0);
  const free = solve(pricedInstance(instance, nothing), shortlists, { progress });
  const fleet = fleetOf(instance, free.fleet.choices);
  if (fleet.excessGpus === 0) return { fleet, bound: free.bound };
  const byPrices = instance.workloads.length > mostWorkloadsWithLimits;
  const limited = byPrices ? solveByPrices(instance, shortlists, progress) : solve(instance, shortlists, { progress });
  return { fleet: limited.fleet, bound: Math.max(limited.bound, free.bound) };
}

/**
 * The limits become prices, the fleet is searched as if there were none, and the prices of those that it breaks rise until
 * it keeps them. What is left over is traded away one placement at a time.
 */
function solveByPrices(instance: Instance, shortlists: readonly Shortlist[], progress?: Progress): Solution {
  const { usdPerGpu, bound } = limitPrices(instance, shortlists);
  const placer = makePlacer(instance, shortlists, penaltyPerGpu(instance));
  const prices = [...usdPerGpu];
  let best: Fleet | null = null;
  for (let round = 0; round < rounds; round++) {
    progress?.("packing: quotas", round / rounds);
    const fleet = fleetAt(instance, prices);
    if (best === null || objective(placer, fleet) < objective(placer, best)) best = fleet;
    if (fleet.excessGpus === 0) break;
    instance.limits.forEach(({ gpus }, limit) => {
      const broken = Math.max(0, at(fleet.limitGpus, limit) - gpus);
      if (broken > 0) prices[limit] = (at(prices, limit) + dearestGpu(instance) / 200) * (1.02 + broken / Math.max(1, gpus));
    });
  }
  const fleet = best ?? fleetAt(instance, prices);
  localSearch(placer, fleet, { evaluations: placer.evaluations + trimming, targetUsdPerHour: bound, stopWithinLimits: false, seed: 1 });
  if (instance.workloads.length > mostWorkloadsAtRoot || fleet.excessGpus > 0) return { fleet, bound: Math.ceil(bound) };
  return { fleet, bound: Math.ceil(Math.max(bound, rootBound(fleet, usdPerGpu))) };
}

/** The bound of the multipliers with the limits at these prices, less what the limits earn. */
function rootBound({ instance, choices }: Fleet, usdPerGpu: readonly number[]): number {
  const priced = pricedInstance(instance, usdPerGpu);
  const shortlists = shortlistsOf(priced);
  const cost = fleetOf(priced, choices).usdPerHour;
  const alive = shortened(shortlists, cost - fullNodeBound(shortlists) * (1 - roundingShare)).map(({ options }) => options);
  const earned = instance.limits.reduce((sum, { gpus }, limit) => sum + at(usdPerGpu, limit) * gpus, 0);
  const { bound } = branchAndBound(priced, alive, cost, rootOnly, () => cost);
  return bound - earned - (bound + earned) * roundingShare;
}

const dearestGpu = ({ offers }: Instance): number => Math.max(0, ...offers.map(({ usdPerSlotHour }) => usdPerSlotHour));

function fleetAt(instance: Instance, usdPerGpu: readonly number[]): Fleet {
  const priced = pricedInstance(instance, usdPerGpu);
  const placer = makePlacer(priced, shortlistsOf(priced), 0);
  return fleetOf(instance, fleetByMenus(placer, fullNodeBound(placer.shortlists)).choices);
}
