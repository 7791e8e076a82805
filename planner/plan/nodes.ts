import type { Commitment } from "../../catalog/market-price.ts";

/** A node without GPUs is divided into slots of so many vCPUs, and a replica takes whole slots as another takes whole GPUs. */
export interface NodeSlots {
  /** Catalog id. */
  readonly processor: string;
  readonly slotVcpus: number;
  readonly slotsPerNode: number;
}

export interface CommitmentPrice {
  readonly term: Commitment;
  /** In the cloud's words: `standard RI, no upfront`. */
  readonly kind: string;
  readonly usdPerNodeHour: number;
  /** A node that runs longer is cheaper with the commitment, which is paid for all 730 hours. */
  readonly breakEvenHoursPerMonth: number;
  readonly asOf: string;
  readonly source: string;
}
