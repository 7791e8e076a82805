import type { MicroRequestsPerSecond } from "../units.ts";

/** How many replicas of one option serve a workload. */
export interface ReplicaNeed {
  /** With nothing lost: replicas x capacity >= demand. */
  readonly whole: number;
  /** After the loss that the workload must survive: replicas x capacity >= degradedShare x demand. */
  readonly degraded: number;
}

/** A share is a decimal fraction in binary; products this close to a whole number are that number. */
const shareTolerance = 1e-6;

export function replicaNeed(demand: MicroRequestsPerSecond, degradedShare: number, capacity: MicroRequestsPerSecond): ReplicaNeed {
  return { whole: Math.ceil(demand / capacity), degraded: Math.ceil(degradedDemand(demand, degradedShare) / capacity) };
}

/** What must still be served after a loss. */
export const degradedDemand = (demand: MicroRequestsPerSecond, degradedShare: number): MicroRequestsPerSecond =>
  Math.ceil(degradedShare * demand - shareTolerance);

/** The most of `replicas` that may be on spot: floor(share x replicas). */
export function spotLimit(spotMaxShare: number, replicas: number): number {
  return Math.floor(spotMaxShare * replicas + shareTolerance);
}
