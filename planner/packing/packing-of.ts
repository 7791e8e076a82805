import { at } from "../element.ts";
import type { Fleet } from "./fleet.ts";
import type { InstanceOffer } from "./instance.ts";
import { nodePatterns, type Tenant } from "./node-patterns.ts";
import type { NodePattern, PackedPool, Packing, Placement } from "./problem.ts";

/** The finished fleet in the terms of the problem: indexes of its arrays, everything sorted. */
export function packingOf(fleet: Fleet, lowerBoundUsdPerHour: number): Packing {
  const bound = Math.max(0, Math.min(fleet.usdPerHour, lowerBoundUsdPerHour));
  return {
    status: bound === fleet.usdPerHour ? "optimal" : "feasible",
    pools: poolsOf(fleet),
    placements: placementsOf(fleet),
    usdPerHour: fleet.usdPerHour,
    lowerBoundUsdPerHour: bound,
    restrictions: [],
  };
}

function poolsOf(fleet: Fleet): PackedPool[] {
  const { instance } = fleet;
  const tenants: Tenant[][] = instance.pools.map(() => []);
  fleet.choices.forEach((choice, index) => {
    if (choice === null) return;
    const workload = at(instance.workloads, index);
    const { gpusPerReplica } = at(workload.options, choice.option);
    choice.pools.forEach((pool, place) => {
      at(tenants, pool).push({ workload: workload.source, gpusPerReplica, replicas: at(choice.replicas, place) });
    });
  });
  const bought = instance.pools.flatMap((pool, index) => {
    const nodes = at(fleet.nodes, index);
    const offer = at(instance.offers, pool.offer);
    const patterns = nodePatterns(at(tenants, index), nodes, offer.gpusPerNode);
    return nodes === 0 ? [] : [{ offer: offer.source, zone: pool.zoneName, ...inRealNodes(offer, nodes, patterns) }];
  });
  return bought.sort((a, b) => a.offer - b.offer || byZone(a.zone, b.zone));
}

const inRealNodes = ({ nodesTogether }: InstanceOffer, nodes: number, patterns: readonly NodePattern[]) => ({
  nodes: nodes * nodesTogether,
  patterns: patterns.map((pattern) => ({ ...pattern, nodes: pattern.nodes * nodesTogether })),
});

function placementsOf(fleet: Fleet): Placement[] {
  const { instance } = fleet;
  const placements = fleet.choices.flatMap((choice, index): Placement[] => {
    if (choice === null) return [];
    const workload = at(instance.workloads, index);
    return choice.pools.map((pool, place) => {
      const { offer, zoneName } = at(instance.pools, pool);
      return {
        workload: workload.source,
        option: at(workload.options, choice.option).source,
        offer: at(instance.offers, offer).source,
        zone: zoneName,
        replicas: at(choice.replicas, place),
      };
    });
  });
  return placements.sort((a, b) => a.workload - b.workload || a.offer - b.offer || byZone(a.zone, b.zone));
}

/** Any zone first, then by name. */
function byZone(a: string | null, b: string | null): number {
  const [left, right] = [a ?? "", b ?? ""];
  return left < right ? -1 : left > right ? 1 : 0;
}
