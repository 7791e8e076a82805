import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { planToDeploy } from "../../cli/plan-to-deploy.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { catalog } from "../fleets/plan-of.ts";
import { missing } from "./fixtures/available.ts";
import { emittedClusters } from "./fixtures/emitted.ts";
import { LivingFleet } from "./fixtures/living-fleet.ts";
import { generatedPlans, hostsOfMixedSizes, mixedSizes, planned, tenOnMixedPools, zoneSurvivors } from "./fixtures/plans.ts";
import { brokenPromises, mixedPools, promisesZones } from "./fixtures/promises.ts";

const minutes = 60_000;

/** What law 8 promises of a plan, on a real scheduler, for each of its clusters. */
async function liveThrough(plan: FleetPlan, seed: number): Promise<void> {
  for (const emitted of await emittedClusters(plan, catalog)) {
    expect(emitted.pools.map(({ nodes }) => nodes)).toEqual(emitted.pools.map(({ pool }) => pool.nodes));
    const fleet = await LivingFleet.start(emitted, catalog, seed);
    try {
      await live(plan, emitted.cluster.name, fleet);
    } finally {
      await fleet.stop();
    }
  }
}

/**
 * Every pod runs, and again after lost nodes, a rollout and lost zones. While a node or a zone is away, whichever zone it is, what was
 * promised for its loss still runs.
 */
async function live(plan: FleetPlan, cluster: string, fleet: LivingFleet): Promise<void> {
  await fleet.arrive();
  await fleet.everyPodRuns();
  for (let loss = 0; loss < 2; loss++) {
    await fleet.loseNode("replaced");
    await fleet.everyPodRuns();
  }
  await fleet.rollOut();
  await fleet.everyPodRuns();
  await fleet.loseNode("not replaced");
  expect(brokenPromises(plan, cluster, "node", await fleet.runningWhenQuiet())).toEqual([]);
  await fleet.bringBack();
  for (const zone of promisesZones(plan, cluster) ? fleet.zones : []) {
    await fleet.loseZone(zone);
    expect(brokenPromises(plan, cluster, "zone", await fleet.runningWhenQuiet()), zone).toEqual([]);
    await fleet.bringBack();
    await fleet.everyPodRuns();
  }
  expect(fleet.warnings).toEqual([]);
}

describe.skipIf(missing !== undefined)("on a real scheduler", () => {
  test("the demo runs, and keeps its promises", { timeout: 5 * minutes }, async () => {
    const { plan } = await planToDeploy("stacks/demo.fleet.yaml", "ignore", fileURLToPath(new URL("../../", import.meta.url)));
    await liveThrough(plan, 11);
  });

  test("replicas of several sizes share pools", { timeout: 5 * minutes }, async () => {
    const plan = await planned(mixedSizes);
    expect(mixedPools(plan)).not.toEqual([]);
    await liveThrough(plan, 21);
  });

  test("replicas of several sizes share pools without GPUs", { timeout: 5 * minutes }, async () => {
    const plan = await planned(hostsOfMixedSizes);
    expect(plan.pools.filter(({ gpu }) => gpu !== null)).toEqual([]);
    expect(mixedPools(plan)).not.toEqual([]);
    await liveThrough(plan, 25);
  });

  test("a lost zone leaves what was promised", { timeout: 5 * minutes }, async () => {
    const plan = await planned(zoneSurvivors);
    expect(plan.workloads.filter(({ deployments }) => deployments.length > 1)).not.toEqual([]);
    await liveThrough(plan, 31);
  });

  test("generated fleets of one to four workloads", { timeout: 10 * minutes }, async () => {
    const plans = await generatedPlans(3);
    expect(plans).toHaveLength(3);
    for (const [index, plan] of plans.entries()) await liveThrough(plan, 41 + 10 * index);
  });

  test("a generated fleet of ten workloads", { timeout: 10 * minutes }, async () => {
    await liveThrough(await tenOnMixedPools(), 71);
  });
});
