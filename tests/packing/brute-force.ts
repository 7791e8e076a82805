import type { PackingProblem, PackingWorkload } from "../../planner/packing/problem.ts";
import { ruleHolds } from "./checker.ts";

/** A pool that can be bought: an offer in one zone, or outside spot in no zone in particular. */
export interface Place {
  readonly offer: number;
  readonly zone: string | null;
}

/** GPUs in use in each place. */
export type Load = readonly number[];

const placesOf = (problem: PackingProblem): Place[] =>
  problem.offers.flatMap(({ market, zones, nodesTogether }, offer): Place[] => [
    ...(market === "spot" || nodesTogether !== undefined ? [] : [{ offer, zone: null }]),
    ...zones.map((zone) => ({ offer, zone })),
  ]);

/**
 * The least cost below `below` of any fleet that obeys every rule, by trying them all; null when there is none. For small problems only.
 * What uses no less everywhere than another way does is not tried, nor what by itself breaks a limit or costs too much.
 */
export function cheapestByBruteForce(problem: PackingProblem, below: number = Infinity): number | null {
  const places = placesOf(problem);
  const isHopeless = (load: Load): boolean => !withinLimits(problem, places, load) || costOf(problem, places, load) >= below;
  const loads: Load[][] = [];
  // Those with the fewest choices first: they may have none.
  for (const workload of problem.workloads.toSorted((a, b) => choices(a) - choices(b))) {
    if (workload.demand === 0) continue;
    const own = leastLoads(problem, workload, places, isHopeless);
    if (own.length === 0) return null;
    loads.push(own);
  }
  return cheapestTotal(problem, places, loads, below);
}

/**
 * The least cost below `below` of one load of each workload, by trying them all; null when there is none. Left out is what breaks a limit already
 * or costs too much already: GPUs by the piece, at the price of a node's share, cost no more than nodes.
 */
export function cheapestTotal(
  problem: PackingProblem,
  places: readonly Place[],
  loads: readonly (readonly Load[])[],
  below: number = Infinity,
): number | null {
  const perGpu = places.map(({ offer }) => offerOf(problem, offer).usdPerNodeHour / offerOf(problem, offer).gpusPerNode);
  const byThePiece = (load: Load): number => load.reduce((sum, gpus, place) => sum + gpus * (perGpu[place] as number), 0);
  const priced = loads
    .map((own) => own.map((load) => ({ load, cost: byThePiece(load) })).sort((a, b) => a.cost - b.cost))
    .sort((a, b) => a.length - b.length);
  /** What the workloads from this one on cost at least. */
  const rest = priced.map((_, index) => priced.slice(index).reduce((sum, own) => sum + (own[0]?.cost ?? 0), 0));
  const total: number[] = new Array(places.length).fill(0);
  let best = below;
  const tryWorkload = (index: number, pieces: number): void => {
    if (!withinLimits(problem, places, total)) return;
    const cost = costOf(problem, places, total);
    if (cost >= best) return;
    if (index === priced.length) {
      best = cost;
      return;
    }
    for (const { load, cost: own } of priced[index] ?? []) {
      if (pieces + own + (rest[index + 1] ?? 0) > best + rounding) return;
      add(total, load, 1);
      tryWorkload(index + 1, pieces + own);
      add(total, load, -1);
    }
  };
  tryWorkload(0, 0);
  return best < below ? best : null;
}

/** Sums of prices by the piece, and shares of replicas, are no whole numbers to the last bit. */
const rounding = 1e-6;

const choices = ({ options }: PackingWorkload): number => options.reduce((sum, { offers }) => sum + offers.length, 0);

export const offerOf = (problem: PackingProblem, offer: number) => problem.offers[offer] as PackingProblem["offers"][number];

function add(total: number[], load: Load, times: number): void {
  load.forEach((gpus, place) => {
    total[place] = (total[place] ?? 0) + times * gpus;
  });
}

/** GPUs in each place for every way to serve the workload, without the ways that use no less everywhere than another. */
function leastLoads(
  problem: PackingProblem,
  workload: PackingWorkload,
  places: readonly Place[],
  isHopeless: (load: Load) => boolean,
): Load[] {
  const found = workload.options.flatMap((_, option) => leastLoadsOf(problem, workload, places, option, isHopeless));
  return found.filter((load, index) => !found.some((other, at) => noMore(other, load) && (at < index || !noMore(load, other))));
}

/** Every way to place a workload that obeys its rules and does not use more everywhere than another, as GPUs by offer. */
export function placementsOf(problem: PackingProblem, workload: PackingWorkload): { gpusByOffer: number[] }[] {
  const places = placesOf(problem);
  return leastLoads(problem, workload, places, () => false).map((load) => {
    const gpusByOffer: number[] = new Array(problem.offers.length).fill(0);
    load.forEach((gpus, place) => {
      const { offer } = places[place] as Place;
      gpusByOffer[offer] = (gpusByOffer[offer] ?? 0) + gpus;
    });
    return { gpusByOffer };
  });
}

/** Replicas beyond the need that a survive rule or a spot share can ask for at this size. */
const mostExtra = 8;

function leastLoadsOf(
  problem: PackingProblem,
  workload: PackingWorkload,
  places: readonly Place[],
  index: number,
  isHopeless: (load: Load) => boolean,
): Load[] {
  const option = workload.options[index] as PackingWorkload["options"][number];
  const usable = places.flatMap(({ offer }, place) => (option.offers.includes(offer) ? [place] : []));
  const need = Math.ceil(workload.demand / option.capacity);
  const counts: number[] = new Array(places.length).fill(0);
  const found: number[][] = [];
  const isSpot = (place: number): boolean => offerOf(problem, (places[place] as Place).offer).market === "spot";
  const placeRest = (replicas: number, spotLeft: number, position: number): void => {
    const place = usable[position];
    if (place === undefined || isHopeless(gpusOf(counts)) || found.some((other) => noMore(other, counts))) return;
    const isLast = position === usable.length - 1;
    const spot = isSpot(place) ? 1 : 0;
    for (let here = isLast ? replicas : 0; here <= (spot === 1 ? Math.min(replicas, spotLeft) : replicas); here++) {
      counts[place] = here;
      if (!isLast) placeRest(replicas - here, spotLeft - spot * here, position + 1);
      else if (!found.some((other) => noMore(other, counts)) && obeys() && !isHopeless(gpusOf(counts))) found.push([...counts]);
    }
    counts[place] = 0;
  };
  const gpusOf = (replicas: readonly number[]): Load => replicas.map((count) => count * option.gpusPerReplica);
  const obeys = (): boolean => {
    const placements = counts.flatMap((replicas, at) => (replicas > 0 ? [{ option: index, ...(places[at] as Place), replicas }] : []));
    return ruleHolds(problem, workload, placements);
  };
  // Small totals first, so that what they dominate need not be looked at.
  for (let replicas = need; replicas <= need + mostExtra; replicas++)
    placeRest(replicas, Math.floor(workload.spotMaxShare * replicas + rounding), 0);
  return found.map(gpusOf);
}

export const noMore = (a: Load, b: Load): boolean => a.every((gpus, place) => gpus <= (b[place] as number));

function costOf(problem: PackingProblem, places: readonly Place[], loads: Load): number {
  return places.reduce((sum, { offer }, place) => {
    const one = offerOf(problem, offer);
    return sum + nodesFor(one, loads[place] ?? 0) * one.usdPerNodeHour;
  }, 0);
}

/** Nodes that are bought together come all at once. */
const nodesFor = ({ gpusPerNode, nodesTogether = 1 }: PackingProblem["offers"][number], gpus: number): number =>
  Math.ceil(gpus / (gpusPerNode * nodesTogether)) * nodesTogether;

function withinLimits(problem: PackingProblem, places: readonly Place[], loads: Load): boolean {
  const gpus: number[] = new Array(problem.offers.length).fill(0);
  places.forEach(({ offer }, place) => {
    const one = offerOf(problem, offer);
    gpus[offer] = (gpus[offer] ?? 0) + nodesFor(one, loads[place] ?? 0) * one.gpusPerNode;
  });
  return (
    problem.offers.every(({ maxNodes, gpusPerNode }, offer) => maxNodes === null || (gpus[offer] ?? 0) <= maxNodes * gpusPerNode) &&
    problem.quotas.every((quota) => quota.offers.reduce((sum, offer) => sum + (gpus[offer] ?? 0), 0) <= quota.gpus)
  );
}
