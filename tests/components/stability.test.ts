import fc from "fast-check";
import { expect, test } from "vitest";
import type { Recording } from "../../components/testing.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { gibibyte } from "../../planner/units.ts";
import { at, named, ofType, recordFleet } from "./fixtures/fleet.ts";
import { plan } from "./fixtures/plan.ts";

/** What a change of one workload must leave as it is: everything but the fleet's own summary and what that workload owns. */
const others = (recording: Recording, gone: string, pools: readonly string[]) =>
  Object.fromEntries(
    recording.resources
      .filter(({ type }) => !/:(Stack|GpuFleet|CostReport)$/.test(type))
      .filter(({ urn, name }) => !urn.endsWith(`::${gone}`) && !name.startsWith(`${gone}-`) && !pools.includes(name))
      .filter(({ type }) => !/:(PriorityClass|Namespace|kubernetes|aws|gcp)$/.test(type))
      .map(({ urn, inputs }) => [urn, inputs]),
  );

const without = (name: string): FleetPlan => {
  const workloads = plan.workloads.filter((workload) => workload.name !== name);
  const used = new Set(workloads.flatMap(({ deployments }) => deployments.map(({ pool }) => pool)));
  const pools = plan.pools.filter((pool) => used.has(pool.name));
  return { ...plan, workloads, pools, clusters: plan.clusters.filter((cluster) => pools.some((pool) => pool.cluster === cluster.name)) };
};

const whole = await recordFleet();

test("removing one workload changes and renames nothing of another", async () => {
  for (const { name } of plan.workloads) {
    const left = without(name);
    const pools = plan.pools.map((pool) => pool.name).filter((pool) => !left.pools.some((one) => one.name === pool));
    const less = await recordFleet({ plan: left });
    const before = others(whole, name, pools);
    expect(Object.keys(before).length).toBeGreaterThan(5);
    expect(others(less, name, pools)).toEqual(before);
  }
});

const template = (recording: Recording, name: string) => at(named(recording, "Deployment", name).inputs, "spec.template");

test("what a re-plan moves (counts, load, prices, disks, tags) restarts no replica", async () => {
  const counts = fc.record({
    replicas: fc.integer({ min: 1, max: 40 }),
    usd: fc.double({ min: 0.1, max: 90, noNaN: true }),
    disk: fc.integer({ min: 900, max: 4000 }),
  });
  await fc.assert(
    fc.asyncProperty(counts, fc.constantFrom(...plan.workloads), async ({ replicas, usd, disk }, { name }) => {
      const moved: FleetPlan = {
        ...plan,
        tags: { ...plan.tags, quarter: "q4" },
        pools: plan.pools.map((pool) => ({
          ...pool,
          nodes: replicas,
          minNodes: 1,
          maxNodes: 50,
          usdPerNodeHour: usd,
          diskBytes: disk * gibibyte,
        })),
        workloads: plan.workloads.map((workload) => ({
          ...workload,
          deployments: workload.deployments.map((deployment) => ({
            ...deployment,
            replicas,
            plannedRequestsPerSecondPerReplica: usd,
            predicted: { ...deployment.predicted, ttftMs: { mean: usd, p50: usd, p95: usd, p99: usd } },
          })),
        })),
      };
      const after = await recordFleet({ plan: moved });
      for (const { name: deployment } of plan.workloads.find((one) => one.name === name)?.deployments ?? []) {
        expect(template(after, deployment)).toEqual(template(whole, deployment));
      }
    }),
    { numRuns: 5 },
  );
});

test("selectors hold names only, and each reaches its own pods and no others", () => {
  const pods = ofType(whole, "Deployment").map(({ name, inputs }) => ({
    name,
    labels: at(inputs, "spec.template.metadata.labels") as Record<string, string>,
  }));
  const matched = (selector: unknown) =>
    pods
      .filter(({ labels }) => Object.entries(selector as Record<string, string>).every(([key, value]) => labels[key] === value))
      .map(({ name }) => name);
  for (const { name, inputs } of ofType(whole, "Deployment")) {
    const selector = at(inputs, "spec.selector.matchLabels") as Record<string, string>;
    expect(Object.keys(selector).toSorted()).toEqual(["gpu-fleet-planner/deployment", "gpu-fleet-planner/workload"]);
    expect(matched(selector)).toEqual([name]);
  }
  for (const workload of plan.workloads) {
    const own = workload.deployments.map(({ name }) => name).toSorted();
    expect(matched(at(named(whole, "Service", workload.name).inputs, "spec.selector"))).toEqual(own);
    expect(matched(at(named(whole, "PodDisruptionBudget", workload.name).inputs, "spec.selector.matchLabels"))).toEqual(own);
    expect(matched(at(named(whole, "NetworkPolicy", workload.name).inputs, "spec.podSelector.matchLabels"))).toEqual(own);
  }
});

test("a deployment's pods go to the one pool that carries its label", () => {
  const labelled = [
    ...ofType(whole, "NodeGroup").map(({ name, inputs }) => [name, at(inputs, "labels")] as const),
    ...whole.resources
      .filter(({ type }) => type.startsWith("gcp:"))
      .map(({ name, inputs }) => [name, at(inputs, "nodeConfig.labels")] as const),
  ];
  for (const { deployments } of plan.workloads) {
    for (const { name, pool } of deployments) {
      const selector = at(named(whole, "Deployment", name).inputs, "spec.template.spec.nodeSelector") as Record<string, string>;
      const [[key = "", value] = []] = Object.entries(selector);
      const homes = labelled.filter(([, labels]) => (labels as Record<string, string>)[key] === value).map(([home]) => home);
      expect(homes).toEqual([pool]);
    }
  }
});
