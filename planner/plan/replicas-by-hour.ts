import type { Candidate } from "../candidates/candidate.ts";
import { slotsTogether } from "../candidates/offer.ts";
import { at } from "../element.ts";
import type { Placement } from "../packing/problem.ts";
import { degradedDemand, spotLimit } from "../packing/replica-need.ts";
import { type HeldCapacity, mostCapacityLost, total } from "../packing/survive/mixture.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { fromMicro, toMicroDown, toMicroUp } from "../units.ts";
import type { Assembly } from "./planned-pools.ts";

export const hoursPerDay = 24;

/**
 * Replicas of each placement of a workload at a rate below the busiest hour's. A Service loads all replicas evenly, so autoscalers
 * take every deployment down in the same proportion, each rounded up; the smallest such share at which the workload's rules still hold.
 * The whole of it holds them, since it is the plan.
 */
export function replicasAt(assembly: Assembly, placements: readonly Placement[], requestsPerSecond: number): readonly number[] {
  const [first] = placements;
  if (first === undefined || requestsPerSecond === 0) return placements.map(() => 0);
  const workload = at(assembly.spec.workloads, first.workload);
  const all = placements.reduce((sum, { replicas }) => sum + replicas, 0);
  const least = Math.max(1, Math.ceil((all * requestsPerSecond) / workload.demand.requestsPerSecond - 1e-9));
  for (let share = least; share < all; share++) {
    const counts = placements.map(({ replicas }) => Math.ceil((replicas * share) / all - 1e-9));
    if (holds(assembly, workload, placements, counts, requestsPerSecond)) return counts;
  }
  return placements.map(({ replicas }) => replicas);
}

/** More requests per second than the demand that the placements of one workload serve, also after the loss it must survive; 6 decimals, rounded down. */
export function spareRequestsPerSecond(assembly: Assembly, placements: readonly Placement[]): number {
  const [first] = placements;
  if (first === undefined) return 0;
  const { demand, availability } = at(assembly.spec.workloads, first.workload);
  const held = heldBy(
    assembly,
    placements,
    placements.map(({ replicas }) => replicas),
    ({ capacityRequestsPerSecond }) => capacityRequestsPerSecond,
  );
  const left = total(held) - (mostCapacityLost(availability.survive, held) ?? 0);
  const served = Math.min(total(held), left / availability.degradedShare);
  return Math.max(0, fromMicro(toMicroDown(served - demand.requestsPerSecond)));
}

/** The placements of one workload, with other counts than the plan's perhaps, as the rules about losses see them. */
function heldBy(
  assembly: Assembly,
  placements: readonly Placement[],
  counts: readonly number[],
  capacityOf: (candidate: Candidate) => number,
): HeldCapacity[] {
  return placements.map(({ workload, option, offer, zone }, index) => {
    const candidate = at(at(assembly.candidates, workload), option);
    return {
      replicas: at(counts, index),
      capacity: capacityOf(candidate),
      gpusPerReplica: candidate.slotsPerReplica,
      gpusPerNode: slotsTogether(at(assembly.offers, offer)),
      pool: `${offer}/${zone}`,
      zone,
    };
  });
}

function holds(
  assembly: Assembly,
  workload: WorkloadSpec,
  placements: readonly Placement[],
  counts: readonly number[],
  requestsPerSecond: number,
): boolean {
  const { survive, degradedShare } = workload.availability;
  const held = heldBy(assembly, placements, counts, ({ capacityRequestsPerSecond }) => toMicroDown(capacityRequestsPerSecond));
  const demand = toMicroUp(requestsPerSecond);
  const replicas = counts.reduce((sum, count) => sum + count, 0);
  const spot = held.filter((_, index) => at(assembly.offers, at(placements, index).offer).market === "spot");
  const onSpot = spot.reduce((sum, one) => sum + one.replicas, 0);
  const { maxShare } = workload.spot;
  const lost = mostCapacityLost(survive, held);
  return (
    lost !== null &&
    total(held) >= demand &&
    total(held) - lost >= degradedDemand(demand, degradedShare) &&
    onSpot <= spotLimit(maxShare, replicas) &&
    total(spot) <= spotLimit(maxShare, total(held))
  );
}
