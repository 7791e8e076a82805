import { at } from "../element.ts";
import type { PackedPool, Placement } from "../packing/problem.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import type { MicroUsdPerHour } from "../units.ts";
import type { Assembly } from "./planned-pools.ts";
import { hoursPerDay, replicasAt } from "./replicas-by-hour.ts";

/** A day of the fleet, hour by hour UTC, when replicas and nodes follow the profiles of the spec. */
export interface Day {
  /** Of packing's placements, in its order: replicas in each hour. */
  readonly replicas: readonly (readonly number[])[];
  /** Of packing's pools, in its order: nodes in each hour. */
  readonly nodes: readonly (readonly number[])[];
  readonly usdPerHour: readonly MicroUsdPerHour[];
}

/** What an hour costs in the mean of a day. */
export const meanOfDay = ({ usdPerHour }: Day): MicroUsdPerHour =>
  Math.round(usdPerHour.reduce((sum, rate) => sum + rate, 0) / hoursPerDay);

const everyHour = Array.from({ length: hoursPerDay }, (_, hour) => hour);

/**
 * The day of a fleet that is planned for its busiest hours; null when nothing in the spec says that hours differ. Replicas follow the
 * rate (replicasAt); nodes follow the replicas, which fit on the fewest nodes because their sizes are powers of two. What is paid for around the
 * clock, reserved or there already, stays. Work that may wait runs in the window, whole hours, in which the fleet costs least: where others leave
 * nodes half empty.
 */
export function dayOf(assembly: Assembly): Day | null {
  const { workloads } = assembly.spec;
  const hasHours = workloads.some(({ demand }) => demand.hourlyRequestsPerSecond !== null || demand.batch !== undefined);
  if (!hasHours) return null;
  const { placements } = assembly.packing;
  const replicas: (readonly number[])[] = placements.map((placement) => everyHour.map(() => placement.replicas));
  workloads.forEach(({ demand }, workload) => {
    const own = ownPlacements(placements, workload);
    const { hourlyRequestsPerSecond: rates, batch } = demand;
    if (batch !== undefined) for (const { index } of own) replicas[index] = everyHour.map(() => 0);
    if (rates === null) return;
    const counts = rates.map((rate) =>
      replicasAt(
        assembly,
        own.map(({ placement }) => placement),
        rate,
      ),
    );
    own.forEach(({ index }, place) => {
      replicas[index] = counts.map((hour) => at(hour, place));
    });
  });
  workloads.forEach(({ demand: { batch } }, workload) => {
    if (batch !== undefined) placeWindow(assembly, replicas, ownPlacements(placements, workload), Math.ceil(batch.finishWithinHours));
  });
  return priced(assembly, replicas);
}

interface Own {
  readonly index: number;
  readonly placement: Placement;
}

const ownPlacements = (placements: readonly Placement[], workload: number): Own[] =>
  placements.flatMap((placement, index) => (placement.workload === workload ? [{ index, placement }] : []));

/** Puts the replicas of a workload that may wait into the cheapest run of hours; the earliest of equals. */
function placeWindow(assembly: Assembly, replicas: (readonly number[])[], own: readonly Own[], hours: number): void {
  let best = Infinity;
  let chosen = replicas.slice();
  for (const start of everyHour) {
    const tried = replicas.slice();
    for (const { index, placement } of own)
      tried[index] = everyHour.map((hour) => ((hour - start + hoursPerDay) % hoursPerDay < hours ? placement.replicas : 0));
    const cost = priced(assembly, tried).usdPerHour.reduce((sum, usd) => sum + usd, 0);
    if (cost >= best) continue;
    best = cost;
    chosen = tried;
  }
  for (const { index } of own) replicas[index] = at(chosen, index);
}

/** The same day with other replicas of one workload in some of its hours; `counts` are those of its placements, in packing's order. */
export function withReplicas(assembly: Assembly, day: Day, workload: number, hours: readonly number[], counts: readonly number[]): Day {
  const replicas = day.replicas.slice();
  ownPlacements(assembly.packing.placements, workload).forEach(({ index }, place) => {
    replicas[index] = at(day.replicas, index).map((own, hour) => (hours.includes(hour) ? at(counts, place) : own));
  });
  return priced(assembly, replicas);
}

/** The same fleet with nothing of one workload in it. */
export const withoutWorkload = (assembly: Assembly, without: number): Assembly => ({
  ...assembly,
  spec: specWithout(assembly.spec, without),
  packing: {
    ...assembly.packing,
    placements: assembly.packing.placements.map((placement) =>
      placement.workload === without ? { ...placement, replicas: 0 } : placement,
    ),
  },
});

/** The same spec with one workload that asks for nothing. */
export const specWithout = (spec: FleetSpec, without: number): FleetSpec => ({
  ...spec,
  workloads: spec.workloads.map((workload, index) =>
    index === without ? { ...workload, demand: { ...workload.demand, requestsPerSecond: 0 } } : workload,
  ),
});

/** GPUs, or slots of nodes without, that stay idle in each hour on the nodes that a fleet needs at its busiest, without spot, which may go at any time. */
export function idleSlots(assembly: Assembly): { readonly pool: PackedPool; readonly slots: readonly number[] }[] {
  const day = dayOf(assembly);
  if (day === null) return [];
  const atPeak = assembly.packing.placements.map(({ replicas }) => everyHour.map(() => replicas));
  return assembly.packing.pools.flatMap((pool) => {
    const { market, slotsPerNode } = at(assembly.offers, pool.offer);
    if (market === "spot") return [];
    const used = slotsByHour(assembly, pool, day.replicas);
    const peak = slotsByHour(assembly, pool, atPeak);
    const stays = market === "on-demand" ? Math.ceil(at(peak, 0) / slotsPerNode) : pool.nodes;
    return [{ pool, slots: used.map((slots) => stays * slotsPerNode - slots) }];
  });
}

function priced(assembly: Assembly, replicas: readonly (readonly number[])[]): Day {
  const { pools } = assembly.packing;
  const nodes = pools.map((pool) => nodesByHour(assembly, pool, replicas));
  const usdPerHour = everyHour.map((hour) =>
    pools.reduce((sum, pool, index) => sum + at(at(nodes, index), hour) * at(assembly.offers, pool.offer).usdPerNodeHour, 0),
  );
  return { replicas, nodes, usdPerHour };
}

function nodesByHour(assembly: Assembly, pool: PackedPool, replicas: readonly (readonly number[])[]): number[] {
  const { market, slotsPerNode } = at(assembly.offers, pool.offer);
  if (market === "reserved" || market === "static") return everyHour.map(() => pool.nodes);
  return slotsByHour(assembly, pool, replicas).map((slots) => Math.ceil(slots / slotsPerNode));
}

function slotsByHour(assembly: Assembly, pool: PackedPool, replicas: readonly (readonly number[])[]): number[] {
  const slots = everyHour.map(() => 0);
  assembly.packing.placements.forEach(({ workload, option, offer, zone }, index) => {
    if (offer !== pool.offer || zone !== pool.zone) return;
    const { slotsPerReplica } = at(at(assembly.candidates, workload), option);
    for (const hour of everyHour) slots[hour] = at(slots, hour) + at(at(replicas, index), hour) * slotsPerReplica;
  });
  return slots;
}
