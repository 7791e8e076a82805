import { at } from "../element.ts";
import { bulkPlacements } from "./bulk-placement.ts";
import { type Bins, makeBins } from "./distribute.ts";
import type { Choice } from "./fleet.ts";
import type { Instance, InstanceWorkload } from "./instance.ts";
import { cheapestSpreads, type PricedSpreads, pricedSpreadsOf, type Shortlist, suitors } from "./shortlist.ts";

/** What the search works with from placement to placement: the instance made ready, and what it has learned. */
export interface Placer {
  readonly instance: Instance;
  readonly bins: Bins;
  /** The pool behind each bin. */
  readonly binPools: Int32Array;
  /** Price of a GPU above a limit. */
  penaltyPerGpu: number;
  /** For each workload, its options worth looking at, cheapest first, and the least each can cost on full nodes. */
  shortlists: readonly Shortlist[];
  /** For each offer, the workloads that want it, keenest first. */
  readonly suitors: readonly (readonly number[])[];
  /** For each workload and option; made when it is first looked at, for in large fleets most options never are. */
  readonly prepared: readonly (PreparedOption | undefined)[][];
  /** Most batches a pool may get at the moment. */
  readonly mostInPool: Int32Array;
  /** Distributions computed: the measure of effort. */
  evaluations: number;
}

export interface PreparedOption {
  readonly spreads: PricedSpreads;
  /** Of an option of many replicas, places on full nodes. */
  readonly bulk: readonly Choice[];
  /** What it cost in a state of its group. */
  readonly known: Map<number, Priced>;
}

export interface Priced {
  readonly price: number;
  readonly choice: Choice | null;
}

/** Of a giant workload's spreads only the cheapest are laid out on full nodes; the bound prices all of them. */
const bulkSpreads = 64;

export function makePlacer(instance: Instance, shortlists: readonly Shortlist[], penaltyPerGpu: number): Placer {
  return {
    instance,
    bins: makeBins(instance.pools.length, instance.zoneCount),
    binPools: new Int32Array(instance.pools.length),
    penaltyPerGpu,
    shortlists,
    suitors: suitors(instance, shortlists),
    prepared: instance.workloads.map(() => []),
    mostInPool: new Int32Array(instance.pools.length).fill(2 ** 30),
    evaluations: 0,
  };
}

export function preparedOption({ prepared, instance }: Placer, workloadIndex: number, index: number): PreparedOption {
  const own = at(prepared, workloadIndex);
  const known = own[index];
  if (known !== undefined) return known;
  const workload = at(instance.workloads, workloadIndex);
  const made: PreparedOption = {
    spreads: pricedSpreadsOf(instance, workload, index),
    bulk: at(workload.options, index).batch === 1 ? [] : bulkOf(instance, workload, index),
    known: new Map(),
  };
  own[index] = made;
  return made;
}

const bulkOf = (instance: Instance, workload: InstanceWorkload, index: number): Choice[] =>
  cheapestSpreads(instance, workload, index, bulkSpreads).flatMap((spread) => bulkPlacements(instance, workload, index, spread));
