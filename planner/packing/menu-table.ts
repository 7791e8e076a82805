import { at } from "../element.ts";
import type { Instance } from "./instance.ts";
import type { Dish } from "./menu.ts";

/**
 * All menus in flat arrays: pricing a row takes some ten nanoseconds, so the search can afford to move many workloads for
 * one node.
 */
export interface Table {
  readonly instance: Instance;
  readonly menus: readonly (readonly Dish[])[];
  /** Rows of workload w: from firstRow[w] up to firstRow[w + 1]. */
  readonly firstRow: Int32Array;
  /** What a row pays whatever the others do: the nodes it fills by itself. */
  readonly fixedUsd: Float64Array;
  /** Shared uses of row r: from firstUse[r] up to firstUse[r + 1]. */
  readonly firstUse: Int32Array;
  readonly usePool: Int32Array;
  readonly useGpus: Int32Array;
  readonly gpusPerNode: Int32Array;
  readonly usdPerNode: Float64Array;
  /** Pools that workloads share. */
  readonly shared: readonly number[];
  /** For each pool, the workloads with a row on it, those first that lose least there against their cheapest row. */
  readonly suitors: readonly Int32Array[];
}

export function tableOf(instance: Instance, menus: readonly (readonly Dish[])[]): Table {
  const gpusPerNode = Int32Array.from(instance.pools, ({ offer }) => at(instance.offers, offer).gpusPerNode);
  const usdPerNode = Float64Array.from(instance.pools, ({ offer }) => at(instance.offers, offer).usdPerNodeHour);
  const firstRow = new Int32Array(menus.length + 1);
  const fixedUsd: number[] = [];
  const firstUse: number[] = [0];
  const usePool: number[] = [];
  const useGpus: number[] = [];
  const wooed: { workload: number; loss: number }[][] = instance.pools.map(() => []);
  menus.forEach((menu, workload) => {
    const { options } = at(instance.workloads, workload);
    const met = new Set<number>();
    for (const { choice, fullNodeUsdPerHour } of menu) {
      const { gpusPerReplica } = at(options, choice.option);
      let fixed = 0;
      choice.pools.forEach((pool, index) => {
        const gpus = at(choice.replicas, index) * gpusPerReplica;
        const perNode = at(gpusPerNode, pool);
        const rest = gpus % perNode;
        fixed += ((gpus - rest) / perNode) * at(usdPerNode, pool);
        if (rest === 0) return;
        usePool.push(pool);
        useGpus.push(rest);
        if (met.has(pool)) return;
        met.add(pool);
        at(wooed, pool).push({ workload, loss: fullNodeUsdPerHour - at(menu, 0).fullNodeUsdPerHour });
      });
      fixedUsd.push(fixed);
      firstUse.push(usePool.length);
    }
    firstRow[workload + 1] = fixedUsd.length;
  });
  const suitors = wooed.map((list) =>
    Int32Array.from(
      list.sort((a, b) => a.loss - b.loss || a.workload - b.workload),
      (own) => own.workload,
    ),
  );
  return {
    instance,
    menus,
    firstRow,
    fixedUsd: Float64Array.from(fixedUsd),
    firstUse: Int32Array.from(firstUse),
    usePool: Int32Array.from(usePool),
    useGpus: Int32Array.from(useGpus),
    gpusPerNode,
    usdPerNode,
    shared: instance.pools.map((_, pool) => pool).filter((pool) => at(suitors, pool).length > 0),
    suitors,
  };
}
