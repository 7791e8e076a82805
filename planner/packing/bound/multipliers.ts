import type { Relaxation } from "./relaxation.ts";

/**
 * Prices that take the place of the rules that bind workloads together (Lagrange multipliers, all >= 0), in micro-dollars
 * per hour. Any values give a valid lower bound.
 */
export interface Multipliers {
  /** For each row, the price of all GPUs of a node together: sum of the GPUs in use <= GPUs of the nodes. */
  readonly fullNode: Float64Array;
  /** For each workload and row ([workload * rows + row]), the price of a node of its own: nodes that one workload needs by itself <= nodes. */
  readonly ownNode: Float64Array;
  /** For each limit, the price of a GPU bought. */
  readonly limitGpu: Float64Array;
}

/** Slots at the price of a full node: the bound is the sum of the cheapest options on full nodes. */
export function slotPriceMultipliers({ rows, instance }: Relaxation): Multipliers {
  return {
    fullNode: Float64Array.from(rows, ({ usdPerNodeHour }) => usdPerNodeHour),
    ownNode: new Float64Array(instance.workloads.length * rows.length),
    limitGpu: new Float64Array(instance.limits.length),
  };
}

export function copyMultipliers(from: Multipliers): Multipliers {
  return { fullNode: from.fullNode.slice(), ownNode: from.ownNode.slice(), limitGpu: from.limitGpu.slice() };
}

export function setMultipliers(to: Multipliers, from: Multipliers): void {
  to.fullNode.set(from.fullNode);
  to.ownNode.set(from.ownNode);
  to.limitGpu.set(from.limitGpu);
}
