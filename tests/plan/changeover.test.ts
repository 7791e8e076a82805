import fc from "fast-check";
import { expect, test } from "vitest";
import { changeover, type DeployedFleet, deployedFleet, noChangeover } from "../../planner/plan/changeover.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { type ClusterChange, type ClusterEvent, clusterAfter } from "../../tools/engine/providers/cluster.ts";
import { movableFleet, type Place, type PoolKind } from "../engine/fixtures/movable-fleet.ts";
import { gapsBetween, pendingAfter } from "../engine/fixtures/serving.ts";

const pools: readonly PoolKind[] = ["g6-12xlarge-on-demand", "g5-12xlarge-on-demand", "g6-12xlarge-spot-a"];

const somePlaces = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...pools), fc.constantFrom(1 as const, 2 as const, 4 as const), fc.integer({ min: 1, max: 5 })),
  { minLength: 1, maxLength: 2, selector: ([pool, gpus]) => `${pool} ${gpus}` },
);

/** Any workloads on nodes that they fill, or nearly. */
const someFleet = fc
  .record({
    places: fc.dictionary(fc.constantFrom("chat", "search", "digest"), somePlaces, { minKeys: 1, maxKeys: 3 }),
    spare: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ places, spare }) => {
    const all = Object.values(places).flat();
    const nodes = Object.fromEntries(
      pools.flatMap((kind) => {
        const gpus = all.reduce((sum, [pool, size, replicas]) => sum + (pool === kind ? size * replicas : 0), 0);
        return gpus === 0 ? [] : [[kind, Math.ceil(gpus / 4) + spare]];
      }),
    );
    return movableFleet(nodes, places as Record<string, Place[]>);
  });

/** Resources of a deployed plan as the program makes them. */
function changesOf(plan: FleetPlan, way: typeof noChangeover): { pools: ClusterEvent[]; deployments: ClusterEvent[] } {
  const event = (urn: string, change: ClusterChange): ClusterEvent => ({ operation: "update", urn, id: "", change });
  return {
    pools: plan.pools.map(({ name, nodes, gpusPerNode }) =>
      event(name, { kind: "nodes", pool: name, nodes: nodes + (way.extraNodes[name] ?? 0), gpusPerNode }),
    ),
    deployments: plan.workloads.flatMap((workload) =>
      workload.deployments.map(({ name, pool, replicas, gpusPerReplica: gpus }) => {
        const isSpot = plan.pools.find((one) => one.name === pool)?.market === "spot";
        const awaited = way.takingOver.has(name) || !(isSpot || way.withoutRoom.has(name));
        return event(name, { kind: "replicas", pool, workload: workload.name, replicas, gpus, awaited });
      }),
    ),
  };
}

/** As `up` does: pools, then Deployments in any order, each done when what it waits for runs, then what is gone. Null when it waits for ever. */
function up(before: readonly ClusterEvent[], plan: FleetPlan, way: typeof noChangeover, turn: number): ClusterEvent[] | null {
  const { pools: poolChanges, deployments } = changesOf(plan, way);
  const done: ClusterEvent[] = [...poolChanges];
  const waiting = [
    ...deployments.slice(turn % Math.max(1, deployments.length)),
    ...deployments.slice(0, turn % Math.max(1, deployments.length)),
  ];
  while (waiting.length > 0) {
    const ready = waiting.findIndex((event) => {
      const one = clusterAfter([...before, ...done, event]).find(({ urn }) => urn === event.urn);
      return one === undefined || !one.awaited || one.running === one.wanted;
    });
    if (ready < 0) return null;
    done.push(...waiting.splice(ready, 1));
  }
  const kept = new Set([...poolChanges, ...deployments].map(({ urn }) => urn));
  const gone = [...new Map(before.map((event) => [event.urn, event])).values()].filter(({ urn }) => !kept.has(urn));
  const deleted = (kind: ClusterChange["kind"]): ClusterEvent[] =>
    gone.flatMap(({ urn, id, change }) => (change?.kind === kind ? [{ operation: "delete", urn, id }] : []));
  return [...done, ...deleted("replicas"), ...deleted("nodes")];
}

/** Runs a change of plan twice, as docs/deploy.md says. */
function changed(old: FleetPlan, now: FleetPlan, mode: "extra-nodes" | "in-place", turn: number) {
  const before = up([], old, noChangeover, 0) ?? [];
  const way = changeover(deployedFleet(old), now, mode);
  const first = up(before, now, way, turn);
  const between: DeployedFleet = deployedFleet(now, way.extraNodes);
  const last = changeover(between, now, mode);
  const second = first === null ? null : up([...before, ...first.filter(({ operation }) => operation !== "delete")], now, last, turn);
  return { before, way, first, last, second };
}

test("any change of plan goes through, and no workload is without both its old and its new replicas", () => {
  fc.assert(
    fc.property(someFleet, someFleet, fc.nat(7), (old, now, turn) => {
      const { before, way, first, last } = changed(old, now, "extra-nodes", turn);
      expect(first).not.toBeNull();
      expect(way.gaps).toEqual([]);
      expect(gapsBetween(before, first ?? [])).toEqual([]);
      expect(last).toEqual(noChangeover);
    }),
    { numRuns: 500 },
  );
});

test("in place it goes through too, buys nothing, and a gap is announced", () => {
  fc.assert(
    fc.property(someFleet, someFleet, fc.nat(7), (old, now, turn) => {
      const { before, way, first } = changed(old, now, "in-place", turn);
      expect(first).not.toBeNull();
      for (const name of gapsBetween(before, first ?? [])) expect(way.gaps).toContain(name);
      for (const [name, nodes] of Object.entries(way.extraNodes)) {
        const is = now.pools.find((pool) => pool.name === name)?.nodes ?? 0;
        expect(is + nodes).toBe(old.pools.find((pool) => pool.name === name)?.nodes);
      }
    }),
    { numRuns: 500 },
  );
});

test("a plan that runs needs nothing, and nodes go after the replicas that are given up", () => {
  fc.assert(
    fc.property(someFleet, (plan) => {
      expect(changeover(deployedFleet(plan), plan, "extra-nodes")).toEqual(noChangeover);
      const [, ...rest] = plan.workloads;
      const pools = plan.pools.map((pool) => ({ ...pool, nodes: Math.ceil(pool.nodes / 2) }));
      const gone = new Set(
        plan.workloads.filter((one) => !rest.includes(one)).flatMap(({ deployments }) => deployments.map(({ pool }) => pool)),
      );
      const { extraNodes, withoutRoom } = changeover(deployedFleet(plan), { ...plan, pools, workloads: rest }, "extra-nodes");
      const kept = plan.pools.filter(({ name, nodes }) => gone.has(name) && nodes > 1);
      expect(extraNodes).toEqual(Object.fromEntries(kept.map(({ name, nodes }) => [name, Math.floor(nodes / 2)])));
      expect(withoutRoom.size).toBe(0);
    }),
  );
});

test("extra nodes are paid at the price of their pool, and free GPUs are used before any are bought", () => {
  const kind = "g6-12xlarge-on-demand";
  const full = movableFleet({ [kind]: 2 }, { chat: [[kind, 2, 4]] });
  expect(changeover(deployedFleet(full), movableFleet({ [kind]: 2 }, { chat: [[kind, 4, 2]] }), "extra-nodes")).toMatchObject({
    extraNodes: { "use1-g6-12xlarge-on-demand": 2 },
    usdPerHour: 8,
  });
  const half = movableFleet({ [kind]: 2 }, { chat: [[kind, 2, 2]] });
  expect(changeover(deployedFleet(half), movableFleet({ [kind]: 2 }, { chat: [[kind, 4, 1]] }), "extra-nodes").extraNodes).toEqual({});
  expect(pendingAfter(up([], full, noChangeover, 0) ?? [])).toBe(0);
});
