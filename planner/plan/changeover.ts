import type { FleetPlan, PlannedPool } from "./fleet-plan.ts";
import { slotsPerNode, slotsPerReplica } from "./slots.ts";

/** What runs now, as far as the way to another plan depends on it. Plain JSON: a stack keeps it among its outputs. */
export interface DeployedFleet {
  /** Nodes by pool, extra ones of an earlier changeover included. */
  readonly pools: Readonly<Record<string, number>>;
  readonly deployments: Readonly<Record<string, DeployedReplicas>>;
}

export interface DeployedReplicas {
  readonly workload: string;
  readonly pool: string;
  readonly replicas: number;
  readonly gpusPerReplica: number;
  /** On nodes without GPUs only. */
  readonly cpuSlotsPerReplica?: number;
}

/**
 * Where old and new replicas together do not fit the nodes: buy more until the old ones have gone, or let the old ones go first and be
 * without them while the new ones start.
 */
export type ChangeoverMode = "extra-nodes" | "in-place";
export const changeoverModes: readonly ChangeoverMode[] = ["extra-nodes", "in-place"];

/** How a fleet comes from what runs to a plan: everything new is made first and what is gone is deleted last. */
export interface Changeover {
  /** Nodes on top of the plan's by pool, kept until the changeover is over; pools without any are left out. */
  readonly extraNodes: Readonly<Record<string, number>>;
  /** US dollars an hour of those, at the plan's prices. */
  readonly usdPerHour: number;
  /** Deployments that have to serve before the old ones of their workload may go. */
  readonly takingOver: ReadonlySet<string>;
  /** Deployments whose replicas find no GPUs until others have gone: whoever waits for them to serve waits for ever. */
  readonly withoutRoom: ReadonlySet<string>;
  /** Workloads whose old replicas go before all new ones can start. */
  readonly gaps: readonly string[];
}

export const deployedFleet = (plan: FleetPlan, extraNodes: Changeover["extraNodes"] = {}): DeployedFleet => ({
  pools: Object.fromEntries(plan.pools.map(({ name, nodes }) => [name, nodes + (extraNodes[name] ?? 0)])),
  deployments: Object.fromEntries(
    plan.workloads.flatMap((workload) =>
      workload.deployments.map(({ name, pool, replicas, gpusPerReplica, cpuSlotsPerReplica }) => [
        name,
        { workload: workload.name, pool, replicas, gpusPerReplica, ...(cpuSlotsPerReplica === undefined ? {} : { cpuSlotsPerReplica }) },
      ]),
    ),
  ),
});

/** Nothing is deployed yet, or what is deployed is the plan. */
export const noChangeover: Changeover = {
  extraNodes: {},
  usdPerHour: 0,
  takingOver: new Set(),
  withoutRoom: new Set(),
  gaps: [],
};

/**
 * Pure. A pool grows beyond both plans only where a workload moves into it beside what is still there. It shrinks only when no replica has
 * to leave it any more: nodes are changed before replicas are, so that nodes taken away at once would take replicas with them.
 */
export function changeover(deployed: DeployedFleet, plan: FleetPlan, mode: ChangeoverMode): Changeover {
  const now = deployedFleet(plan).deployments;
  const moving = movingWorkloads(deployed.deployments, now);
  const pools = plan.pools.map((pool) => changeoverOfPool(pool, deployed, now, moving, mode));
  const extra = pools.filter(({ extraNodes }) => extraNodes > 0);
  const withoutRoom = pools.flatMap((pool) => (pool.hasRoom ? [] : pool.arriving));
  const gaps = withoutRoom.flatMap((name) => (moving.has(now[name]?.workload ?? "") ? [now[name]?.workload ?? ""] : []));
  return {
    extraNodes: Object.fromEntries(extra.map(({ pool, extraNodes }) => [pool.name, extraNodes])),
    usdPerHour: Math.round(extra.reduce((sum, { pool, extraNodes }) => sum + extraNodes * pool.usdPerNodeHour, 0) * 1e6) / 1e6,
    takingOver: new Set(
      pools.flatMap(({ hasRoom, arriving }) => (hasRoom ? arriving.filter((name) => moving.has(now[name]?.workload ?? "")) : [])),
    ),
    withoutRoom: new Set(withoutRoom),
    gaps: [...new Set(gaps)].toSorted(),
  };
}

type Replicas = DeployedFleet["deployments"];

/** Whether it has more replicas in `now` than in `before`. */
const grows = (name: string, before: Replicas, now: Replicas): boolean => (now[name]?.replicas ?? 0) > (before[name]?.replicas ?? 0);

/** Workloads of which a deployment goes and another comes or grows in its place. */
function movingWorkloads(before: Replicas, now: Replicas): ReadonlySet<string> {
  const left = new Set(Object.keys(before).flatMap((name) => (name in now ? [] : [before[name]?.workload])));
  const entered = Object.keys(now).flatMap((name) => (grows(name, before, now) ? [now[name]?.workload ?? ""] : []));
  return new Set(entered.filter((workload) => left.has(workload)));
}

interface PoolChangeover {
  readonly pool: PlannedPool;
  readonly extraNodes: number;
  /** Deployments that come or grow here. */
  readonly arriving: readonly string[];
  /** Whether they find GPUs beside all that is still there. */
  readonly hasRoom: boolean;
}

function changeoverOfPool(
  pool: PlannedPool,
  deployed: DeployedFleet,
  now: Replicas,
  moving: ReadonlySet<string>,
  mode: ChangeoverMode,
): PoolChangeover {
  const before = deployed.deployments;
  const here = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (name) => (now[name] ?? before[name])?.pool === pool.name,
  );
  const isMoving = (name: string): boolean => moving.has((now[name] ?? before[name])?.workload ?? "");
  const arriving = here.filter((name) => grows(name, before, now));
  const needed = nodesFor(
    here.flatMap((name) => {
      const replicas = Math.max(before[name]?.replicas ?? 0, now[name]?.replicas ?? 0);
      const one = now[name] ?? before[name];
      return new Array<number>(replicas).fill(one === undefined ? 0 : slotsPerReplica(one));
    }),
    slotsPerNode(pool),
  );
  const there = Math.max(pool.nodes, deployed.pools[pool.name] ?? 0);
  const isLeft = here.some((name) => grows(name, now, before));
  const canGrow = mode === "extra-nodes" && pool.market !== "static" && arriving.some(isMoving);
  const nodes = Math.max(pool.nodes, isLeft ? there : 0, canGrow ? needed : 0);
  // Nodes that somebody owns are there, whether a plan uses them or not.
  return { pool, extraNodes: pool.market === "static" ? 0 : nodes - pool.nodes, arriving, hasRoom: needed <= nodes };
}

/** First fit, largest first: what the scheduler reaches with a PriorityClass for each size. A replica that spans nodes has them to itself. */
function nodesFor(slotsOfReplicas: readonly number[], perNode: number): number {
  const free: number[] = [];
  for (const slots of slotsOfReplicas.toSorted((a, b) => b - a)) {
    const node = free.findIndex((left) => left >= slots);
    if (node >= 0) free[node] = (free[node] ?? 0) - slots;
    else free.push(...new Array<number>(Math.max(0, Math.ceil(slots / perNode) - 1)).fill(0), Math.max(0, perNode - slots));
  }
  return free.length;
}
