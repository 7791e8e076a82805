import { instanceFamily } from "../../catalog/instance-family.ts";
import { changeover, deployedFleet } from "../../planner/plan/changeover.ts";
import type { FleetPlan, PlannedPool } from "../../planner/plan/fleet-plan.ts";
import { roundCents } from "./money-change.ts";
import type { Overlap } from "./plan-diff.ts";

interface Extra {
  readonly pool: PlannedPool;
  readonly nodes: number;
  readonly until: Overlap["pools"][number]["until"];
}

/**
 * What is there beside the new plan while replicas move, as the program makes it: pools that go when the new replicas serve, and nodes
 * that the next `up` takes away. Null when the new plan is all there ever is.
 */
export function overlapOf(old: FleetPlan, now: FleetPlan): Overlap | null {
  const way = changeover(deployedFleet(old), now, "extra-nodes");
  const movers = moversOf(old, now);
  const left = new Set(movers.flatMap(({ leftPools }) => leftPools));
  const stays = new Set(now.pools.map(({ name }) => name));
  const extras: Extra[] = [
    ...old.pools.flatMap((pool): Extra[] =>
      stays.has(pool.name) || !left.has(pool.name) ? [] : [{ pool, nodes: pool.nodes, until: "replicas have moved" }],
    ),
    ...now.pools.flatMap((pool): Extra[] => {
      const nodes = way.extraNodes[pool.name] ?? 0;
      return nodes === 0 ? [] : [{ pool, nodes, until: "the next up" }];
    }),
  ];
  if (extras.length === 0 && way.gaps.length === 0) return null;
  const usdPerHour = Math.round(extras.reduce((sum, { pool, nodes }) => sum + nodes * pool.usdPerNodeHour, 0) * 1e6) / 1e6;
  const expectedSeconds = Math.max(0, ...movers.map((mover) => mover.startupSeconds));
  return {
    workloads: movers.map(({ name }) => name),
    pools: extras.map(({ pool, nodes, until }) => ({ name: pool.name, nodes, until })),
    usdPerHour,
    expectedSeconds,
    expectedUsd: roundCents((usdPerHour * expectedSeconds) / 3600),
    gpus: quotas(extras, now),
    gaps: way.gaps,
  };
}

function moversOf(old: FleetPlan, now: FleetPlan): { name: string; leftPools: string[]; startupSeconds: number }[] {
  const after = new Map(now.workloads.map((workload) => [workload.name, workload.deployments]));
  return old.workloads.flatMap(({ name, deployments }) => {
    const next = after.get(name) ?? [];
    const gone = deployments.filter((deployment) => next.every((other) => other.name !== deployment.name));
    const come = next.filter((deployment) => {
      const before = deployments.find((other) => other.name === deployment.name);
      return before === undefined || before.replicas < deployment.replicas;
    });
    if (gone.length === 0 || come.length === 0) return [];
    return [
      { name, leftPools: gone.map(({ pool }) => pool), startupSeconds: Math.max(...come.map((deployment) => deployment.startupSeconds)) },
    ];
  });
}

/** GPUs by what a cloud grants quota for. Static nodes are there anyway, and CPU-only ones have none. */
function quotas(extras: readonly Extra[], now: FleetPlan): Overlap["gpus"] {
  const keyOf = (pool: PlannedPool): string => [pool.cloud, pool.region, instanceFamily(pool.instanceType), pool.market].join(" ");
  const needed = new Map<string, { pool: PlannedPool; gpus: number }>();
  for (const { pool, nodes } of extras) {
    if (pool.market === "static" || pool.gpu === null) continue;
    const key = keyOf(pool);
    needed.set(key, { pool, gpus: (needed.get(key)?.gpus ?? 0) + nodes * pool.gpusPerNode });
  }
  return [...needed]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { pool, gpus }]) => {
      const steady = now.pools.filter((other) => keyOf(other) === key).reduce((sum, other) => sum + other.nodes * other.gpusPerNode, 0);
      const { cloud, region, market } = pool;
      return { cloud, region, family: instanceFamily(pool.instanceType), market, extraGpus: gpus, peakGpus: steady + gpus };
    });
}
