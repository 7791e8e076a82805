import { at } from "../element.ts";
import type { Placement } from "../packing/problem.ts";
import { replicaNeed, spotLimit } from "../packing/replica-need.ts";
import { mostLost } from "../packing/survive/loss.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { toMicroDown, toMicroUp } from "../units.ts";
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
  const zones = [...new Set(placements.map(({ zone }) => zone))];
  const held = placements.map(({ offer, zone }, index) => ({
    replicas: at(counts, index),
    perNode: Math.floor(at(assembly.offers, offer).gpusPerNode / candidate.gpusPerReplica),
    zone: zone === null ? -1 : zones.indexOf(zone),
  }));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const onSpot = placements.reduce(
    (sum, { offer }, index) => sum + (at(assembly.offers, offer).market === "spot" ? at(counts, index) : 0),
    0,
  );
  const lost = mostLost(survive, held);
  return lost !== null && total >= need.whole && total - lost >= need.degraded && onSpot <= spotLimit(workload.spot.maxShare, total);
}
