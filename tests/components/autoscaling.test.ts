import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CronTrigger, scheduleOf } from "../../components/serving/schedule.ts";
import { validityFindings } from "../../components/validity/validity.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { at, fleetArgs, named, ofType, recordFleet } from "./fixtures/fleet.ts";
import { plan } from "./fixtures/plan.ts";

const minutesPerDay = 24 * 60;

/** Whether a trigger holds at a minute of the day, as KEDA documents it: from its start to its end, over midnight too. */
function holds({ metadata: { start, end } }: CronTrigger, minute: number): boolean {
  const [from, to] = [start, end].map((expression) => {
    const [minutes = 0, hours = 0] = expression.split(" ").map(Number);
    return hours * 60 + minutes;
  });
  if (from === undefined || to === undefined || from === to) throw new Error("KEDA refuses a start that is the end");
  return from < to ? from <= minute && minute < to : from <= minute || minute < to;
}

describe("a schedule", () => {
  const days = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 24, maxLength: 24 });

  test("has every hour's replicas from its first minute on, called early enough, and never more than some hour needs", () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 9000 }), (replicasByHour, leadSeconds) => {
        const schedule = scheduleOf({ replicasByHour, leadSeconds });
        if (schedule === null) return expect(new Set(replicasByHour).size).toBe(1);
        const lead = Math.ceil(leadSeconds / 60);
        const countAt = (minute: number): number => replicasByHour[Math.floor((minute % minutesPerDay) / 60)] ?? 0;
        for (let minute = 0; minute < minutesPerDay; minute++) {
          const called = schedule.triggers
            .filter((trigger) => holds(trigger, minute))
            .map((trigger) => Number(trigger.metadata.desiredReplicas));
          const there = Math.max(schedule.minReplicaCount, ...called);
          const due = Array.from({ length: lead + 1 }, (_, ahead) => countAt(minute + ahead));
          expect(there).toBeGreaterThanOrEqual(Math.max(...due));
          expect(there).toBeLessThanOrEqual(schedule.maxReplicaCount);
          if (schedule.minReplicaCount === Math.min(...replicasByHour)) expect(there).toBe(Math.max(...due));
        }
        return undefined;
      }),
    );
  });

  test("of a day on which no hour differs is none", () => {
    expect(scheduleOf({ replicasByHour: Array(24).fill(3), leadSeconds: 600 })).toBeNull();
    expect(scheduleOf({})).toBeNull();
  });
});

/** The fixture's summariser, one replica a node, from two by night to four by day; its pool follows. */
const replicasByHour = Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 2 : 4));
const deployment = "summariser-l4-tp1-bf16";
const pool = "usc1-g2-standard-48-on-demand";
const eks = "use1-g6e-12xlarge-on-demand";
const daily = (patterns: FleetPlan["pools"][number]["nodePatterns"]): FleetPlan => ({
  ...plan,
  pools: plan.pools.map((one) =>
    one.name === pool
      ? { ...one, nodes: 4, minNodes: 2, maxNodes: 4, zones: ["us-central1-a"], nodePatterns: patterns }
      : one.name === eks
        ? { ...one, minNodes: 1 }
        : one,
  ),
  workloads: plan.workloads.map((workload) => ({
    ...workload,
    deployments: workload.deployments.map((one) =>
      one.name === deployment ? { ...one, minReplicas: 2, replicasByHour, leadSeconds: 580 } : one,
    ),
  })),
});
const alone = daily([{ nodes: 4, replicas: { [deployment]: 1 } }]);

describe("with autoscaling: keda", () => {
  test("KEDA gets the hours of the day, and from then on the number of replicas is its own", async () => {
    const recording = await recordFleet({ plan: alone, autoscaling: "keda" });
    const [scaled, ...others] = recording.resources.filter(({ type }) => type.endsWith(":ScaledObject"));
    expect(others).toEqual([]);
    expect(at(scaled?.inputs, "metadata.namespace")).toBe("acme");
    expect(at(scaled?.inputs, "spec")).toEqual({
      scaleTargetRef: { name: deployment },
      minReplicaCount: 2,
      maxReplicaCount: 4,
      triggers: [{ type: "cron", metadata: { timezone: "Etc/UTC", start: "50 7 * * *", end: "0 0 * * *", desiredReplicas: "4" } }],
    });
    const own = named(recording, "Deployment", deployment);
    expect(own.ignoreChanges).toContain("spec.replicas");
    expect(scaled?.dependencies).toContain(own.urn);
    expect(ofType(recording, "Deployment").filter(({ ignoreChanges }) => ignoreChanges.length > 0)).toEqual([own]);
  });

  test("the node autoscaler sizes the pools that follow, between base and peak", async () => {
    const recording = await recordFleet({ plan: alone, autoscaling: "keda" });
    expect(at(named(recording, "NodePool", pool).inputs, "nodeCount")).toBeUndefined();
    const gke = recording.resources.find(({ type, name }) => type === "gcp:container/nodePool:NodePool" && name === pool);
    expect(gke?.inputs).toMatchObject({ autoscaling: { totalMaxNodeCount: 4 } });
    expect(gke?.inputs).not.toHaveProperty("nodeCount");
    const group = recording.resources.find(({ type, name }) => type === "aws:eks/nodeGroup:NodeGroup" && name === eks);
    expect(group?.ignoreChanges).toEqual(["scalingConfig.desiredSize"]);
    expect(at(group?.inputs, "scalingConfig.minSize")).toBe(1);
  });

  test("replicas that share nodes are refused: the nodes would stay half empty", () => {
    const shared = daily([{ nodes: 2, replicas: { [deployment]: 2 } }]);
    expect(validityFindings(fleetArgs({ plan: shared, autoscaling: "keda" }))).toMatchObject([
      { code: "scaled-on-shared-nodes", path: `deployments.${deployment}`, suggestion: expect.stringContaining("maxReplicasPerNode: 1") },
    ]);
    expect(validityFindings(fleetArgs({ plan: shared }))).toEqual([]);
    expect(validityFindings(fleetArgs({ plan: alone, autoscaling: "keda" }))).toEqual([]);
  });
});

test("without it the busiest hour's replicas and nodes stay, whatever the profile", async () => {
  const recording = await recordFleet({ plan: alone });
  expect(recording.resources.filter(({ type }) => type.endsWith(":ScaledObject"))).toEqual([]);
  expect(at(named(recording, "Deployment", deployment).inputs, "spec.replicas")).toBe(4);
  const gke = recording.resources.find(({ type, name }) => type === "gcp:container/nodePool:NodePool" && name === pool);
  expect(gke?.inputs).toMatchObject({ nodeCount: 4 });
});
