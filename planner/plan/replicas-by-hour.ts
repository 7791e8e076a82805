import { slotsTogether } from "../candidates/offer.ts";
import { at } from "../element.ts";
import type { Placement } from "../packing/problem.ts";
import { replicaNeed, spotLimit } from "../packing/replica-need.ts";
import { type Held, mostLost } from "../packing/survive/loss.ts";
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
  const { capacityRequestsPerSecond } = at(at(assembly.candidates, first.workload), first.option);
  const counts = placements.map(({ replicas }) => replicas);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const left = total - (mostLost(availability.survive, heldBy(assembly, placements, counts)) ?? 0);
  const served = capacityRequestsPerSecond * Math.min(total, left / availability.degradedShare);
  return Math.max(0, fromMicro(toMicroDown(served - demand.requestsPerSecond)));
}

/** The placements of one workload, with other counts than the plan's perhaps, as the rules about losses see them. */
function heldBy(assembly: Assembly, placements: readonly Placement[], counts: readonly number[]): Held[] {
  const zones = [...new Set(placements.map(({ zone }) => zone))];
  return placements.map(({ workload, option, offer, zone }, index) => ({
    replicas: at(counts, index),
    perNode: Math.floor(slotsTogether(at(assembly.offers, offer)) / at(at(assembly.candidates, workload), option).slotsPerReplica),
    zone: zone === null ? -1 : zones.indexOf(zone),
  }));
}

function holds(
  assembly: Assembly,
  workload: WorkloadSpec,
  placements: readonly Placement[],
  counts: readonly number[],
  requestsPerSecond: number,
): boolean {
  const { survive, degradedShare } = workload.availability;
  const { option } = at(placements, 0);
  const candidate = at(at(assembly.candidates, at(placements, 0).workload), option);
  const need = replicaNeed(toMicroUp(requestsPerSecond), degradedShare, toMicroDown(candidate.capacityRequestsPerSecond));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const onSpot = placements.reduce(
    (sum, { offer }, index) => sum + (at(assembly.offers, offer).market === "spot" ? at(counts, index) : 0),
    0,
  );
  const lost = mostLost(survive, heldBy(assembly, placements, counts));
  return lost !== null && total >= need.whole && total - lost >= need.degraded && onSpot <= spotLimit(workload.spot.maxShare, total);
}
