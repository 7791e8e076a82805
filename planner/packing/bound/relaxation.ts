import { at } from "../../element.ts";
import { mostCounted } from "../distribute.ts";
import type { Instance, InstanceWorkload } from "../instance.ts";
import type { Spread } from "../survive/spread.ts";

/**
 * The problem the bound is computed for. It differs from the packing problem in one thing: the pools of an offer are added
 * up over its zones, so a GPU that is free in one zone may be used in another. Everything else is kept: whole replicas,
 * every rule of a workload, whole nodes.
 *
 * A replica as large as its node shares it with nobody and costs exactly that node. Only offers on which something smaller
 * runs have nodes to share: those are the rows.
 */
export interface Relaxation {
  readonly instance: Instance;
  readonly rows: readonly Row[];
  /** The row of an offer, or -1. */
  readonly rowOfOffer: Int32Array;
}

export interface Row {
  readonly offer: number;
  readonly gpusPerNode: number;
  readonly usdPerNodeHour: number;
  readonly pools: number;
  readonly limits: readonly number[];
}

export function relaxationOf(instance: Instance, alive: readonly (readonly number[])[]): Relaxation {
  const shared = new Set<number>();
  alive.forEach((options, workload) => {
    for (const index of options) {
      const option = at(at(instance.workloads, workload).options, index);
      option.offers.forEach((offer, place) => {
        if (at(option.replicasPerNode, place) > 1) shared.add(offer);
      });
    }
  });
  const rows = [...shared]
    .sort((a, b) => a - b)
    .map((offer) => {
      const { gpusPerNode, usdPerNodeHour, pools, limits } = at(instance.offers, offer);
      return { offer, gpusPerNode, usdPerNodeHour, pools: pools.length, limits };
    });
  const rowOfOffer = new Int32Array(instance.offers.length).fill(-1);
  rows.forEach(({ offer }, row) => {
    rowOfOffer[offer] = row;
  });
  return { instance, rows, rowOfOffer };
}

/** Whether the placements of a spread are counted one by one in the bound; larger ones are priced by the GPU, which is lower. */
export function isCountable(workload: InstanceWorkload, spread: Spread): boolean {
  const crosses = spread.perZone < Infinity && workload.spotMaxShare > 0 && workload.spotMaxShare < 1;
  return spread.replicas <= (crosses ? mostCounted / 4 : mostCounted);
}
