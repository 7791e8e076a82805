import fc from "fast-check";
import { expect, test } from "vitest";
import type { FleetPlan } from "../../planner/index.ts";
import { arbitraryFleet, type WrittenFleet, type WrittenWorkload } from "./arbitrary-fleet.ts";
import { planOf } from "./plan-of.ts";

/** As for the generated specs, GENERATED_SPECS asks for more of them. */
const runs = { seed: 20_261_122, numRuns: Math.max(10, Number(process.env.GENERATED_SPECS ?? 0) / 50) };
const timeout = 60_000 + runs.numRuns * 5_000;

/** Fleets that can be planned. A budget is no constraint of the search, and only says what becomes of its result. */
const planned = (check: (fleet: WrittenFleet, plan: FleetPlan, pick: number) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(arbitraryFleet, fc.nat(), async (written, pick) => {
      const { budget: _, ...fleet } = written;
      const outcome = await planOf(fleet);
      fc.pre(outcome.kind === "planned");
      await check(fleet, outcome.plan, pick);
    }),
    runs,
  );

async function replan(fleet: WrittenFleet): Promise<FleetPlan> {
  const outcome = await planOf(fleet);
  if (outcome.kind !== "planned") throw new Error(JSON.stringify(outcome.findings));
  return outcome.plan;
}

test("the same spec gives the same plan to the byte", { timeout }, () =>
  planned(async (fleet, plan) => {
    expect(JSON.stringify(await replan(fleet))).toBe(JSON.stringify(plan));
  }),
);

test("the order of the workloads in the file changes neither the cost nor the pools", { timeout }, () =>
  planned(async (fleet, plan, pick) => {
    const turn = pick % fleet.workloads.length;
    const turned = await replan({ ...fleet, workloads: [...fleet.workloads.slice(turn), ...fleet.workloads.slice(0, turn)].reverse() });
    expect(turned.cost.usdPerHour).toBe(plan.cost.usdPerHour);
    expect(shapes(turned)).toEqual(shapes(plan));
  }),
);

const shapes = (plan: FleetPlan) => plan.pools.map(({ name, nodes, zones }) => ({ name, nodes, zones }));

test("what stays where it was keeps its name when another workload goes or the demand grows", { timeout }, () =>
  planned(async (fleet, plan, pick) => {
    const fewer = fleet.workloads.filter((_, index) => index !== pick % fleet.workloads.length);
    const grown = fleet.workloads.map((workload) => times(workload, 1.7));
    for (const workloads of [fewer, grown]) {
      if (workloads.length === 0) continue;
      const other = await planOf({ ...fleet, workloads });
      if (other.kind !== "planned") continue;
      const names = new Map([...identities(plan), ...identities(other.plan)]);
      for (const [identity, name] of [...identities(plan), ...identities(other.plan)]) expect(names.get(identity)).toBe(name);
      expect(new Set(names.values()).size).toBe(names.size);
    }
  }),
);

/** What cannot be changed in place, and the name it has. */
function identities(plan: FleetPlan): [string, string][] {
  const homes = new Map(
    plan.pools.map((pool) => {
      const isBound = plan.workloads.some(({ deployments }) =>
        deployments.some(({ zones, pool: home }) => home === pool.name && zones !== null),
      );
      return [pool.name, [pool.cluster, pool.instanceType, pool.market, isBound ? pool.zones[0] : "any"].join()];
    }),
  );
  const deployments = plan.workloads.flatMap((workload) =>
    workload.deployments.map((one): [string, string] => {
      const layout = [
        one.precision,
        one.tensorParallel,
        one.pipelineParallel,
        one.dataParallel,
        one.expertParallel,
        one.cpuSlotsPerReplica,
      ];
      return [[workload.name, homes.get(one.pool), ...layout].join(), one.name];
    }),
  );
  return [...[...homes].map(([name, identity]): [string, string] => [identity, name]), ...deployments];
}

/** Every fleet that obeys the spec obeys these too. */
const relaxations: Readonly<Record<string, (fleet: WrittenFleet) => WrittenFleet>> = {
  "without lists of GPUs and instances": ({ gpus: _, instances: __, ...fleet }) => fleet,
  "without quotas": ({ quotas: _, ...fleet }) => fleet,
  "in any cluster": (fleet) => everyWorkload(fleet, ({ clusters: _, ...workload }) => workload),
  "with everything to be had": ({ unavailable: _, ...fleet }) => fleet,
  "with no wishes about nodes": (fleet) =>
    everyWorkload(fleet, ({ dedicatedNodes: _, maxReplicasPerNode: __, hostPerReplica: ___, residency: ____, ...workload }) => workload),
  "with any survival of spot": (fleet) =>
    everyWorkload(fleet, ({ spot, ...workload }) => (spot === undefined ? workload : { ...workload, spot: { ...spot, minSurvival: 0.5 } })),
  "with nothing to survive": (fleet) => everyWorkload(fleet, ({ availability: _, ...workload }) => workload),
  "with any share on spot": (fleet) => everyWorkload(fleet, (workload) => ({ ...workload, spot: { maxShare: 1 } })),
  "with less demand": (fleet) => everyWorkload(fleet, (workload) => times(workload, 0.6)),
};

const times = (workload: WrittenWorkload, factor: number): WrittenWorkload =>
  typeof workload.qps === "number" ? { ...workload, qps: workload.qps * factor } : workload;

const everyWorkload = (fleet: WrittenFleet, change: (workload: WrittenWorkload) => WrittenWorkload): WrittenFleet => ({
  ...fleet,
  workloads: fleet.workloads.map(change),
});

test.each(Object.entries(relaxations))(
  "%s a fleet exists, and its bound is no higher than what the stricter one costs",
  { timeout },
  (_, relax) =>
    planned(async (fleet, plan) => {
      const relaxed = await planOf(relax(fleet));
      // A share on spot contradicts a fleet without the spot market, and is refused.
      if (relaxed.kind === "refused") return;
      expect(relaxed).toMatchObject({ kind: "planned" });
      if (relaxed.kind === "planned") expect(relaxed.plan.optimality.lowerBoundUsdPerHour).toBeLessThanOrEqual(plan.cost.usdPerHour);
    }),
);
