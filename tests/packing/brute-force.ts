import type { PackingProblem, PackingWorkload } from "../../planner/packing/problem.ts";
import { ruleHolds } from "./checker.ts";

interface Place {
  readonly offer: number;
  readonly zone: string | null;
}

const placesOf = (problem: PackingProblem): Place[] =>
  problem.offers.flatMap(({ market, zones }, offer): Place[] => [
    ...(market === "spot" ? [] : [{ offer, zone: null }]),
    ...zones.map((zone) => ({ offer, zone })),
  ]);

/** The least cost of any fleet that obeys every rule, by trying them all; null when there is none. For very small problems only. */
export function cheapestByBruteForce(problem: PackingProblem): number | null {
  const places = placesOf(problem);
  const loads = problem.workloads.filter(({ demand }) => demand > 0).map((workload) => leastLoads(problem, workload, places));
  const total: number[] = new Array(places.length).fill(0);
  let best: number | null = null;
  const tryWorkload = (index: number): void => {
    const cost = costOf(problem, places, total);
    if (best !== null && cost >= best) return;
    const own = loads[index];
    if (own === undefined) {
      if (withinLimits(problem, places, total)) best = cost;
      return;
    }
    for (const load of own) {
      load.forEach((gpus, place) => {
        total[place] = (total[place] ?? 0) + gpus;
      });
      tryWorkload(index + 1);
      load.forEach((gpus, place) => {
        total[place] = (total[place] ?? 0) - gpus;
      });
    }
  };
  tryWorkload(0);
  return best;
}

/** GPUs in each place for every way to serve the workload, without the ways that use no less everywhere than another. */
function leastLoads(problem: PackingProblem, workload: PackingWorkload, places: readonly Place[]): number[][] {
  const found: number[][] = [];
  tryPlacements(problem, workload, places, (load, obeys) => {
    if (!found.some((other) => noMore(other, load)) && obeys()) found.push(load);
  });
  return found.filter((load) => !found.some((other) => other !== load && noMore(other, load)));
}

/** Every placement of a workload that obeys its rules, as GPUs by offer. */
export function placementsOf(problem: PackingProblem, workload: PackingWorkload): { gpusByOffer: number[] }[] {
  const places = placesOf(problem);
  const found: { gpusByOffer: number[] }[] = [];
  const loads: number[][] = [];
  tryPlacements(problem, workload, places, (load, obeys) => {
    if (loads.some((other) => noMore(other, load)) || !obeys()) return;
    loads.push(load);
    const gpusByOffer: number[] = new Array(problem.offers.length).fill(0);
    load.forEach((gpus, place) => {
      const { offer } = places[place] as Place;
      gpusByOffer[offer] = (gpusByOffer[offer] ?? 0) + gpus;
    });
    found.push({ gpusByOffer });
  });
  return found;
}

/** Replicas beyond the need that a survive rule or a spot share can ask for at this size. */
const mostExtra = 8;

function tryPlacements(
  problem: PackingProblem,
  workload: PackingWorkload,
  places: readonly Place[],
  visit: (load: number[], obeys: () => boolean) => void,
): void {
  workload.options.forEach((option, index) => {
    const usable = places.flatMap(({ offer }, place) => (option.offers.includes(offer) ? [place] : []));
    const need = Math.ceil(workload.demand / option.capacity);
    const counts: number[] = new Array(places.length).fill(0);
    const note = (): void => {
      const placements = counts.flatMap((replicas, at) => (replicas > 0 ? [{ option: index, ...(places[at] as Place), replicas }] : []));
      visit(
        counts.map((replicas) => replicas * option.gpusPerReplica),
        () => ruleHolds(problem, workload, placements),
      );
    };
    // Small totals first, so that what they dominate need not be looked at.
    for (let total = need; total <= need + mostExtra; total++) exactly(total, usable, counts, note);
  });
}

function exactly(total: number, usable: readonly number[], counts: number[], then: () => void, position = 0): void {
  const place = usable[position];
  if (place === undefined) return;
  if (position === usable.length - 1) {
    counts[place] = total;
    then();
    counts[place] = 0;
    return;
  }
  for (let replicas = 0; replicas <= total; replicas++) {
    counts[place] = replicas;
    exactly(total - replicas, usable, counts, then, position + 1);
  }
  counts[place] = 0;
}

const noMore = (a: readonly number[], b: readonly number[]): boolean => a.every((gpus, place) => gpus <= (b[place] ?? 0));

function costOf(problem: PackingProblem, places: readonly Place[], loads: readonly number[]): number {
  return places.reduce((sum, { offer }, place) => {
    const { gpusPerNode, usdPerNodeHour } = problem.offers[offer] as PackingProblem["offers"][number];
    return sum + Math.ceil((loads[place] ?? 0) / gpusPerNode) * usdPerNodeHour;
  }, 0);
}

function withinLimits(problem: PackingProblem, places: readonly Place[], loads: readonly number[]): boolean {
  const gpus: number[] = new Array(problem.offers.length).fill(0);
  places.forEach(({ offer }, place) => {
    const { gpusPerNode } = problem.offers[offer] as PackingProblem["offers"][number];
    gpus[offer] = (gpus[offer] ?? 0) + Math.ceil((loads[place] ?? 0) / gpusPerNode) * gpusPerNode;
  });
  return (
    problem.offers.every(({ maxNodes, gpusPerNode }, offer) => maxNodes === null || (gpus[offer] ?? 0) <= maxNodes * gpusPerNode) &&
    problem.quotas.every((quota) => quota.offers.reduce((sum, offer) => sum + (gpus[offer] ?? 0), 0) <= quota.gpus)
  );
}
