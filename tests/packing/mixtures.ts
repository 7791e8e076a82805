import type { Packing, PackingProblem, PackingWorkload, Placement } from "../../planner/packing/problem.ts";
import { cheapestTotal, type Load, noMore, offerOf, type Place } from "./brute-force.ts";

/** Weighted workloads, by the contract in planner/packing/problem.ts alone: the rule, and the least cost of any mixture by trying them all. */
type Placed = Pick<Placement, "option" | "offer" | "zone" | "replicas">;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const optionOf = ({ options }: PackingWorkload, option: number) => options[option] as PackingWorkload["options"][number];

export function mixtureHolds(problem: PackingProblem, workload: PackingWorkload, placed: readonly Placed[]): boolean {
  const capacity = (some: readonly Placed[]): number =>
    sum(some.map(({ option, replicas }) => replicas * optionOf(workload, option).capacity));
  const isSpot = ({ offer }: Placed): boolean => offerOf(problem, offer).market === "spot";
  const spot = placed.filter(isSpot);
  const share = workload.spotMaxShare;
  if (new Set(placed.map(({ option }) => optionOf(workload, option).cluster)).size > 1) return false;
  if (capacity(placed) < workload.demand) return false;
  if (sum(spot.map(({ replicas }) => replicas)) > Math.floor(share * sum(placed.map(({ replicas }) => replicas)) + 1e-6)) return false;
  if (capacity(spot) > share * capacity(placed) + 1e-6) return false;
  const pools = [...Map.groupBy(placed, ({ offer, zone }) => `${offer} ${zone}`).values()];
  const mostInSpotPool = Math.max(0, ...pools.filter((pool) => pool.some(isSpot)).map(capacity));
  if (workload.surviveSpotPool === true && capacity(placed) - mostInSpotPool < workload.demand) return false;
  const degraded = workload.degradedShare * workload.demand - 1e-6;
  switch (workload.survive) {
    case "none":
      return true;
    case "replica":
      return capacity(placed) - Math.max(...placed.map(({ option }) => optionOf(workload, option).capacity)) >= degraded;
    case "node":
      return capacity(placed) - Math.max(...pools.map((pool) => mostOnNode(problem, workload, pool))) >= degraded;
    case "zone": {
      const zones = Map.groupBy(placed, ({ zone }) => zone);
      return !zones.has(null) && capacity(placed) - Math.max(...[...zones.values()].map(capacity)) >= degraded;
    }
  }
}

/** The most capacity that one node of a pool can hold: the scheduler may put the replicas anywhere. */
function mostOnNode(problem: PackingProblem, workload: PackingWorkload, pool: readonly Placed[]): number {
  const [first, ...rest] = pool;
  if (first === undefined) return 0;
  const most = (left: number, one: Placed, others: readonly Placed[]): number => {
    const { gpusPerReplica, capacity } = optionOf(workload, one.option);
    const [next, ...further] = others;
    let best = 0;
    for (let count = 0; count <= one.replicas && count * gpusPerReplica <= left; count++)
      best = Math.max(best, count * capacity + (next === undefined ? 0 : most(left - count * gpusPerReplica, next, further)));
    return best;
  };
  return most(offerOf(problem, first.offer).gpusPerNode, first, rest);
}

/** The least cost of any fleet in which workloads are on any mixture of their options (those that are weighted) or on one; null when there is none. */
export function cheapestMixture(problem: PackingProblem): number | null {
  // Pools bound to a zone beside one that is not are of use to rules about nodes and zones only.
  const needsZones = problem.workloads.some(({ survive }) => survive === "node" || survive === "zone");
  const places = problem.offers.flatMap(({ market, zones }, offer): Place[] => [
    ...(market === "spot" ? [] : [{ offer, zone: null }]),
    ...(market === "spot" || needsZones ? zones : []).map((zone) => ({ offer, zone })),
  ]);
  const loads = problem.workloads.filter(({ demand }) => demand > 0).map((workload) => loadsOf(problem, workload, places));
  return cheapestTotal(problem, places, loads);
}

/** More than any rule asks for at this size: twice the demand is left without one of two zones or spot pools, and a node may hold four. */
const mostReplicas = ({ demand, survive, surviveSpotPool, options }: PackingWorkload): number => {
  const need = Math.ceil(demand / Math.min(...options.map(({ capacity }) => capacity)));
  if (surviveSpotPool === true) return 2 * need + (survive === "none" ? 0 : 2);
  // A share on spot may take replicas that the rule alone does not: three beside one on spot where it is 0.3.
  return survive === "none" ? need + 1 : survive === "zone" ? 2 * need + 2 : need + 4;
};

function loadsOf(problem: PackingProblem, workload: PackingWorkload, places: readonly Place[]): Load[] {
  const spots = workload.options.flatMap(({ offers }, option) =>
    places.flatMap((place, index) => (offers.includes(place.offer) ? [{ option, place: index, ...place }] : [])),
  );
  const found = new Map<string, number[]>();
  const counts: number[] = spots.map(() => 0);
  const tryFrom = (position: number, left: number): void => {
    if (position === spots.length) {
      const placed = spots.flatMap(({ option, offer, zone }, index): Placed[] =>
        (counts[index] ?? 0) > 0 ? [{ option, offer, zone, replicas: counts[index] ?? 0 }] : [],
      );
      const isOne = new Set(placed.map(({ option }) => option)).size === 1;
      if (placed.length === 0 || (workload.weighted !== true && !isOne) || !mixtureHolds(problem, workload, placed)) return;
      const load = places.map((_, place) =>
        sum(spots.map((spot, index) => (spot.place === place ? (counts[index] ?? 0) * optionOf(workload, spot.option).gpusPerReplica : 0))),
      );
      found.set(load.join(), load);
      return;
    }
    for (let count = 0; count <= left; count++) {
      counts[position] = count;
      tryFrom(position + 1, left - count);
    }
    counts[position] = 0;
  };
  tryFrom(0, mostReplicas(workload));
  const all = [...found.values()];
  return all.filter((load) => !all.some((other) => other !== load && noMore(other, load)));
}

/** What is wrong with a packing of weighted workloads. */
export function mixtureViolations(problem: PackingProblem, packing: Packing): string[] {
  const wrong = problem.workloads.flatMap((workload, index) => {
    const own = packing.placements.filter((placement) => placement.workload === index);
    if (workload.demand === 0) return own.length === 0 ? [] : [`${workload.id}: replicas without demand`];
    return [
      ...(mixtureHolds(problem, workload, own) ? [] : [`${workload.id}: breaks a rule`]),
      ...(workload.weighted === true || new Set(own.map(({ option }) => option)).size === 1 ? [] : [`${workload.id}: is mixed`]),
      ...own.flatMap(({ option, offer, zone, replicas }) =>
        optionOf(workload, option).offers.includes(offer) && (zone === null || offerOf(problem, offer).zones.includes(zone)) && replicas > 0
          ? []
          : [`${workload.id}: a place that is none`],
      ),
    ];
  });
  const pools = packing.pools.flatMap(({ offer, zone, nodes, patterns }) => {
    const here = packing.placements.filter((placement) => placement.offer === offer && placement.zone === zone);
    const held = (workload: number, option: number): number =>
      sum(
        patterns.map(
          (pattern) =>
            pattern.nodes *
            sum(
              pattern.replicas
                .filter((one) => one.workload === workload && (one.option ?? option) === option)
                .map(({ replicas }) => replicas),
            ),
        ),
      );
    const tooMany = patterns.some(
      ({ replicas }) =>
        sum(
          replicas.map((one) => {
            const workload = problem.workloads[one.workload] as PackingWorkload;
            return (
              one.replicas *
              optionOf(workload, one.option ?? here.find((placement) => placement.workload === one.workload)?.option ?? 0).gpusPerReplica
            );
          }),
        ) > offerOf(problem, offer).gpusPerNode,
    );
    return [
      ...(sum(patterns.map((pattern) => pattern.nodes)) === nodes ? [] : ["patterns do not add up"]),
      ...(tooMany ? ["a node holds too much"] : []),
      ...here
        .filter((one) => held(one.workload, one.option) !== one.replicas)
        .map((one) => `patterns hold other replicas of ${one.workload}`),
    ];
  });
  const cost = sum(packing.pools.map(({ offer, nodes }) => nodes * offerOf(problem, offer).usdPerNodeHour));
  return [...wrong, ...pools, ...(cost === packing.usdPerHour ? [] : ["it costs something else"])];
}
