import fc from "fast-check";
import { expect, test } from "vitest";
import type { FleetPlan } from "../../planner/index.ts";
import { planFleet } from "../../planner/index.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { catalog, rawCatalog } from "../fleets/plan-of.ts";

interface Wish {
  readonly qps?: number;
  readonly gpus?: object;
  readonly stability?: object;
}

const specOf = ({ qps = 10, gpus = {}, stability }: Wish) => {
  const model = { precision: "fp8", averageContext: 2000 };
  const workloads = [
    { name: "chat", model: "Qwen3-8B", ...model, qps },
    { name: "code", model: "Qwen/Qwen2.5-Coder-32B-Instruct", ...model, qps: 6 },
  ];
  const fleet = { fleet: "steady", markets: ["on-demand"], gpus, workloads, ...(stability === undefined ? {} : { stability }) };
  const { spec, findings } = readSpec(JSON.stringify(fleet), { file: "x.yaml", catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  return spec;
};

async function plan(wish: Wish, deployed?: FleetPlan): Promise<FleetPlan> {
  const spec = specOf(wish);
  const made = await planFleet(spec, catalog, {}, deployed === undefined ? {} : { deployed });
  expect(checkPlan(spec, made, rawCatalog)).toEqual([]);
  return made;
}

const shape = ({ pools, workloads }: FleetPlan) => ({
  pools: pools.map(({ name, nodes }) => [name, nodes]),
  deployments: workloads.flatMap(({ deployments }) => deployments.map(({ name, replicas }) => [name, replicas])),
});

test("a plan that starts from itself changes nothing", async () => {
  const first = await plan({});
  const again = await plan({}, first);
  expect(shape(again)).toEqual(shape(first));
  expect(again.stability).toMatchObject({
    stayingCostsUsdPerMonth: 0,
    churn: { nodesAdded: 0, nodesRemoved: 0, replicasStarted: 0, usd: 0 },
  });
});

/** Deployed where the best GPUs could not be had; today they can. */
const elsewhere = { gpus: { deny: ["rtx-pro-6000-server", "l40s"] } };

test("what a move must earn back decides whether the fleet moves", async () => {
  const deployed = await plan(elsewhere);
  const cheap = await plan({ stability: { paybackDays: 90, usdPerNodeAdded: 0, usdPerReplicaStarted: 0 } }, deployed);
  const dear = await plan({ stability: { paybackDays: 1, usdPerNodeAdded: 10_000, usdPerReplicaStarted: 10_000 } }, deployed);
  const fresh = await plan({});
  expect(cheap.cost.usdPerHour).toBe(fresh.cost.usdPerHour);
  expect(shape(dear)).toEqual(shape(deployed));
  expect(dear.stability?.stayingCostsUsdPerMonth).toBeCloseTo(deployed.cost.usdPerMonth - fresh.cost.usdPerMonth, 2);
  expect(dear.stability?.churn.usd).toBe(0);
  expect(dear.stability?.freshChurn.replicasStarted).toBeGreaterThan(0);
});

test("a workload that did not change stays where it is when another one grows", async () => {
  const stability = { paybackDays: 10, usdPerNodeAdded: 1000, usdPerReplicaStarted: 1000 };
  const deployed = await plan({ ...elsewhere, stability });
  const grown = await plan({ qps: 40, stability }, deployed);
  const deploymentsOf = ({ workloads }: FleetPlan, workload: string) =>
    workloads.find(({ name }) => name === workload)?.deployments.map(({ name, replicas }) => [name, replicas]);
  expect(deploymentsOf(grown, "code")).toEqual(deploymentsOf(deployed, "code"));
  expect(grown.stability?.churn.usd).toBeLessThanOrEqual(grown.stability?.freshChurn.usd ?? 0);
});

test("the dearer moving is, the less is moved, and the month with its moves never costs more than that of the fleet from nothing", {
  timeout: 60_000,
}, async () => {
  const deployed = await plan(elsewhere);
  const price = fc.constantFrom(0, 1, 20, 300, 5000);
  await fc.assert(
    fc.asyncProperty(price, price, fc.integer({ min: 4, max: 30 }), async (a, b, qps) => {
      const started = async (usd: number) =>
        (await plan({ qps, stability: { usdPerNodeAdded: usd, usdPerReplicaStarted: usd } }, deployed)).stability;
      const [low, high] = [await started(Math.min(a, b)), await started(Math.max(a, b))];
      const moved = (one: typeof low) => (one?.churn.nodesAdded ?? 0) + (one?.churn.replicasStarted ?? 0);
      expect(moved(high)).toBeLessThanOrEqual(moved(low));
      const month = (costs: number, once: number) => costs + (once * 730) / 24 / 30;
      for (const one of [low, high]) {
        if (one === undefined) throw new Error("the plan did not start from the deployed one");
        expect(month(one.stayingCostsUsdPerMonth, one.churn.usd)).toBeLessThanOrEqual(month(0, one.freshChurn.usd) + 0.02);
      }
    }),
    { numRuns: 12 },
  );
});

test("by default a node that is added costs its price while it is provisioned, a replica its part of the node while it starts", async () => {
  const deployed = await plan(elsewhere);
  const moved = await plan({ stability: { paybackDays: 3650 } }, deployed);
  const pools = new Map(moved.pools.map((pool) => [pool.name, pool]));
  const nodes = moved.pools.map(
    ({ usdPerNodeHour, nodes: count }) => (count * usdPerNodeHour * catalog.spotModel.provisioning.seconds) / 3600,
  );
  const replicas = moved.workloads.flatMap(({ deployments }) =>
    deployments.map(({ pool, replicas: count, gpusPerReplica, startupSeconds }) => {
      const { usdPerNodeHour = 0, gpusPerNode = 1 } = pools.get(pool) ?? {};
      return (count * usdPerNodeHour * gpusPerReplica * startupSeconds) / gpusPerNode / 3600;
    }),
  );
  expect(moved.stability?.churn.usd).toBeCloseTo(
    [...nodes, ...replicas].reduce((sum, usd) => sum + usd, 0),
    4,
  );
});
