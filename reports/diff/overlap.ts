import { instanceFamily } from "../../catalog/instance-family.ts";
import type { FleetPlan, PlannedPool } from "../../planner/plan/fleet-plan.ts";
import { roundCents } from "./money-change.ts";
import type { Overlap } from "./plan-diff.ts";
import { poolsByName } from "./price-cause.ts";

interface Leaving {
  readonly pool: PlannedPool;
  /** That stay until what ran on them is up elsewhere. */
  readonly nodes: number;
}

/**
 * Names are identity, so what cannot be changed in place is created anew, and the old one goes when the new one serves.
 * Counts the nodes that a moving workload leaves behind; those of a workload that is only removed or shrunk overlap with nothing.
 */
export function overlapOf(old: FleetPlan, now: FleetPlan): Overlap | null {
  const movers = moversOf(old, now);
  if (movers.length === 0) return null;
  const left = new Set(movers.flatMap(({ leftPools }) => leftPools));
  const after = poolsByName(now);
  const leaving = old.pools.flatMap((pool): Leaving[] => {
    const nodes = pool.nodes - (after.get(pool.name)?.nodes ?? 0);
    return nodes > 0 && left.has(pool.name) ? [{ pool, nodes }] : [];
  });
  if (leaving.length === 0) return null;
  const usdPerHour = Math.round(leaving.reduce((sum, { pool, nodes }) => sum + nodes * pool.usdPerNodeHour, 0) * 1e6) / 1e6;
  const expectedSeconds = Math.max(...movers.map((mover) => mover.startupSeconds));
  return {
    workloads: movers.map(({ name }) => name),
    pools: leaving.map(({ pool, nodes }) => ({ name: pool.name, nodes })),
    usdPerHour,
    expectedSeconds,
    expectedUsd: roundCents((usdPerHour * expectedSeconds) / 3600),
    gpus: quotas(leaving, now),
  };
}

function moversOf(old: FleetPlan, now: FleetPlan): { name: string; leftPools: string[]; startupSeconds: number }[] {
  const after = new Map(now.workloads.map((workload) => [workload.name, workload.deployments]));
  return old.workloads.flatMap(({ name, deployments }) => {
    const next = after.get(name) ?? [];
    const gone = deployments.filter((deployment) => next.every((other) => other.name !== deployment.name));
    const come = next.filter((deployment) => deployments.every((other) => other.name !== deployment.name));
    if (gone.length === 0 || come.length === 0) return [];
    return [
      { name, leftPools: gone.map(({ pool }) => pool), startupSeconds: Math.max(...come.map((deployment) => deployment.startupSeconds)) },
    ];
  });
}

/** GPUs by what a cloud grants quota for. Static nodes are there anyway. */
function quotas(leaving: readonly Leaving[], now: FleetPlan): Overlap["gpus"] {
  const keyOf = (pool: PlannedPool): string => [pool.cloud, pool.region, instanceFamily(pool.instanceType), pool.market].join(" ");
  const extras = new Map<string, { pool: PlannedPool; gpus: number }>();
  for (const { pool, nodes } of leaving) {
    if (pool.market === "static") continue;
    const key = keyOf(pool);
    extras.set(key, { pool, gpus: (extras.get(key)?.gpus ?? 0) + nodes * pool.gpusPerNode });
  }
  return [...extras]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { pool, gpus }]) => {
      const steady = now.pools.filter((other) => keyOf(other) === key).reduce((sum, other) => sum + other.nodes * other.gpusPerNode, 0);
      const { cloud, region, market } = pool;
      return { cloud, region, family: instanceFamily(pool.instanceType), market, extraGpus: gpus, peakGpus: steady + gpus };
    });
}
