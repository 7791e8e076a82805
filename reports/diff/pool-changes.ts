import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { moneyChange } from "./money-change.ts";
import type { Cause, ChangeKind, PoolChange, WorkloadChange } from "./plan-diff.ts";
import { poolsByName, priceCause } from "./price-cause.ts";

/** Pools of both plans in the order of their names. A pool that has to be another one has another name: it is removed and added. */
export function poolChanges(old: FleetPlan, now: FleetPlan, workloads: readonly WorkloadChange[]): PoolChange[] {
  const [before, after] = [poolsByName(old), poolsByName(now)];
  const replicasBefore = replicasByPool(old);
  const replicasAfter = replicasByPool(now);
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((name): PoolChange[] => {
    const [oldPool, newPool] = [before.get(name), after.get(name)];
    const pool = newPool ?? oldPool;
    if (pool === undefined) return [];
    const replicas = replicaChanges(replicasBefore.get(name), replicasAfter.get(name));
    const prices = priceCause(name, old, now);
    const nodes = { old: oldPool?.nodes ?? 0, new: newPool?.nodes ?? 0 };
    const kind = kindOf(oldPool === undefined, newPool === undefined, nodes.old !== nodes.new || prices.length > 0 || replicas.length > 0);
    const moved = new Set(replicas.map(({ workload }) => workload));
    const behind = workloads.filter((workload) => moved.has(workload.name)).flatMap(({ causes }) => causes);
    return [
      {
        kind,
        name,
        instanceType: pool.instanceType,
        market: pool.market,
        region: pool.region,
        nodes,
        usdPerNodeHour: { old: oldPool?.usdPerNodeHour ?? null, new: newPool?.usdPerNodeHour ?? null },
        cost: moneyChange(old.cost.byPool[name], now.cost.byPool[name]),
        replicas,
        causes: kind === "unchanged" ? [] : withoutRepeats([...prices, ...behind]),
      },
    ];
  });
}

function kindOf(isNew: boolean, isGone: boolean, differs: boolean): ChangeKind {
  if (isNew) return "added";
  if (isGone) return "removed";
  return differs ? "changed" : "unchanged";
}

type Replicas = ReadonlyMap<string, number>;

/** Pool -> workload -> replicas. */
function replicasByPool(plan: FleetPlan): ReadonlyMap<string, Replicas> {
  const byPool = new Map<string, Map<string, number>>();
  for (const { name, deployments } of plan.workloads) {
    for (const { pool, replicas } of deployments) {
      const here = byPool.get(pool) ?? new Map<string, number>();
      here.set(name, (here.get(name) ?? 0) + replicas);
      byPool.set(pool, here);
    }
  }
  return byPool;
}

const replicaChanges = (old: Replicas = new Map(), now: Replicas = new Map()): PoolChange["replicas"] =>
  [...new Set([...now.keys(), ...old.keys()])].flatMap((workload) => {
    const change = { workload, old: old.get(workload) ?? 0, new: now.get(workload) ?? 0 };
    return change.old === change.new ? [] : [change];
  });

const withoutRepeats = (causes: readonly Cause[]): Cause[] => [
  ...new Map(causes.map((cause) => [`${cause.kind} ${cause.path} ${cause.note ?? ""}`, cause])).values(),
];
