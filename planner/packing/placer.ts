import { bulkPlacements } from "./bulk-placement.ts";
import { type Bins, makeBins } from "./distribute.ts";
import type { Choice } from "./fleet.ts";
import type { Instance } from "./instance.ts";
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
  readonly spreads: readonly (readonly PricedSpreads[])[];
  /** For each workload and option of many replicas, places on full nodes. */
  readonly bulk: readonly (readonly (readonly Choice[])[])[];
  /** For each offer, the workloads that want it, keenest first. */
  readonly suitors: readonly (readonly number[])[];
  /** For each workload and option, what it cost in a state of its group. */
  readonly known: readonly (readonly Map<number, Priced>[])[];
  /** Most batches a pool may get at the moment. */
  readonly mostInPool: Int32Array;
  /** Distributions computed: the measure of effort. */
  evaluations: number;
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
    spreads: pricedSpreadsOf(instance),
    bulk: instance.workloads.map((workload) =>
      workload.options.map(({ batch }, index) => {
        if (batch === 1) return [];
        return cheapestSpreads(instance, workload, index, bulkSpreads).flatMap((spread) =>
          bulkPlacements(instance, workload, index, spread),
        );
      }),
    ),
    suitors: suitors(instance, shortlists),
    known: instance.workloads.map(({ options }) => options.map(() => new Map())),
    mostInPool: new Int32Array(instance.pools.length).fill(2 ** 30),
    evaluations: 0,
  };
}
