import type { MicroUsdPerHour } from "../units.ts";
import { splitByLargestRemainder } from "./largest-remainder.ts";

/** GPUs of one pool, or slots of its nodes without GPUs, that each workload's replicas hold. */
export interface PoolUse {
  readonly usdPerHour: MicroUsdPerHour;
  readonly slots: number;
  readonly slotsByWorkload: ReadonlyMap<string, number>;
}

/**
 * Shares every pool's cost out to the workloads on it in proportion to the GPUs or slots they hold, idle ones included:
 * who makes a node necessary pays for the whole node. The shares add up to the pools' cost exactly.
 */
export function allocateToWorkloads(pools: readonly PoolUse[]): Map<string, MicroUsdPerHour> {
  const totals = new Map<string, MicroUsdPerHour>();
  for (const pool of pools) {
    const names = [...pool.slotsByWorkload.keys()].toSorted();
    const shares = splitByLargestRemainder(
      pool.usdPerHour,
      names.map((name) => pool.slotsByWorkload.get(name) ?? 0),
    );
    for (const [index, name] of names.entries()) totals.set(name, (totals.get(name) ?? 0) + (shares[index] ?? 0));
  }
  return totals;
}

/** What of the pools' cost is for GPUs and slots that nobody holds. Part of the workloads' shares, not on top of them. */
export const idleCost = (pools: readonly PoolUse[]): MicroUsdPerHour =>
  pools.reduce((sum, pool) => {
    const used = [...pool.slotsByWorkload.values()].reduce((a, b) => a + b, 0);
    return sum + Math.round((pool.usdPerHour * (pool.slots - used)) / pool.slots);
  }, 0);
