/** Prices other than the true ones, to lead the search somewhere else for a moment. */
export interface Guide {
  /** The only group whose prices differ; -1 for none, and everyGroup. */
  readonly group: number;
  /** Another price of a node, for each offer. */
  readonly usdPerNodeHour: Float64Array | null;
  /** Micro-dollars per GPU and hour instead of whole nodes, for each offer; negative for whole nodes. */
  readonly usdPerSlotHour: Float64Array | null;
  /** Nodes that count as paid for, for each pool. */
  readonly paidNodes: Int32Array | null;
  /** The least these prices can be of the true price of a full node: 0 when nodes count as paid. */
  readonly leastShare: number;
}

export const everyGroup = -2;
export const noGuide: Guide = { group: -1, usdPerNodeHour: null, usdPerSlotHour: null, paidNodes: null, leastShare: 1 };
