import { at } from "../element.ts";
import { bestPlaceOf } from "./best-placement.ts";
import type { Primal } from "./bound/tree.ts";
import { emptyFleet, type Fleet, place } from "./fleet.ts";
import { noGuide } from "./guide.ts";
import { insertAll, localSearch, objective, restoreAll, settle } from "./local-search.ts";
import { fleetOfPicks, stepsFromBest } from "./menu-fleet.ts";
import { choosePriced, type Picks, searchMenus } from "./menu-search.ts";
import type { Placer } from "./placer.ts";

const evaluationsPerWorkload = 15_000;
const mostEvaluations = 600_000;

/** At a node of the tree: the options its prices chose, at true prices, then a short search from there. Keeps the best in `fleet`. */
export function primalByPlaces(placer: Placer, fleet: Fleet): Primal {
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

/**
 * At a node of the tree: everybody chooses from the menus at its prices, which turn into whole nodes little by little; then a
 * short search. At these prices about as many want a large node as it has GPUs. Keeps the best in `fleet`.
 */
export function primalByMenus(placer: Placer, fleet: Fleet, picks: Picks): Primal {
  const count = placer.instance.workloads.length;
  const limits = {
    evaluations: Math.min(mostEvaluations, evaluationsPerWorkload * count),
    targetUsdPerHour: 0,
    stepsFromBest: stepsFromBest(count),
  };
  let seed = 100;
  let best = picks.usdPerHour;
  return ({ multipliers }, _region, { rows }) => {
    const prices = placer.instance.offers.map(({ usdPerSlotHour }) => usdPerSlotHour);
    rows.forEach(({ offer, gpusPerNode }, row) => {
      prices[offer] = (multipliers.fullNode[row] as number) / gpusPerNode;
    });
    choosePriced(picks, prices, ++seed);
    searchMenus(picks, { ...limits, seed });
    if (picks.usdPerHour < best) {
      best = picks.usdPerHour;
      const other = fleetOfPicks(placer, picks);
      if (other.usdPerHour < fleet.usdPerHour) restoreAll(fleet, other.choices);
    }
    return fleet.usdPerHour;
  };
}
