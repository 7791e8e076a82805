import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { missing } from "./fixtures/available.ts";
import { type EmittedCluster, emittedClusters } from "./fixtures/emitted.ts";
import { fullFleet } from "./fixtures/full-fleet.ts";
import type { KubeObject } from "./fixtures/kube-api.ts";
import { LivingFleet } from "./fixtures/living-fleet.ts";

const { catalog } = loadCatalog();

async function emitted(): Promise<EmittedCluster> {
  const [cluster] = await emittedClusters(fullFleet(catalog), catalog);
  if (cluster === undefined) throw new Error("no cluster");
  return cluster;
}

/** The same fleet without its PriorityClasses: what the scheduler does when nobody says which replica goes first. */
function withoutPriorities(cluster: EmittedCluster): EmittedCluster {
  const plain = (deployment: KubeObject): KubeObject => {
    const copy = structuredClone(deployment) as KubeObject & { spec: { template: { spec: { priorityClassName?: string } } } };
    delete copy.spec.template.spec.priorityClassName;
    return copy;
  };
  return { ...cluster, deployments: cluster.deployments.map(plain) };
}

describe.skipIf(missing !== undefined)("four nodes full to the last GPU with replicas of 1, 2, 4 and 8", () => {
  test.each([1, 2, 3, 4])(
    "every pod runs, whatever order they come in, and again after node losses and a rollout (order %i)",
    { timeout: 240_000 },
    async (seed) => {
      const fleet = await LivingFleet.start(await emitted(), catalog, seed);
      try {
        await fleet.arrive();
        await fleet.everyPodRuns();
        for (let loss = 0; loss < 3; loss++) {
          await fleet.loseNode("replaced");
          await fleet.everyPodRuns();
        }
        await fleet.rollOut();
        await fleet.everyPodRuns();
        expect(fleet.warnings).toEqual([]);
      } finally {
        await fleet.stop();
      }
    },
  );

  /** The worst order: the smallest are there and spread over all nodes before the others come. */
  async function smallestFirst(cluster: EmittedCluster, then: (fleet: LivingFleet) => Promise<void>): Promise<void> {
    const isSmall = ({ metadata }: KubeObject): boolean => metadata.name === "of-1";
    const fleet = await LivingFleet.start(cluster, catalog, 1);
    try {
      await fleet.arrive(cluster.deployments.filter(isSmall));
      await fleet.everyPodRuns();
      await fleet.arrive(cluster.deployments.filter((deployment) => !isSmall(deployment)));
      await then(fleet);
    } finally {
      await fleet.stop();
    }
  }

  test("with the smallest first every pod runs", { timeout: 120_000 }, async () => {
    await smallestFirst(await emitted(), async (fleet) => {
      await fleet.everyPodRuns();
      expect(await fleet.preemptions()).toBeGreaterThan(0);
    });
  });

  test("with the smallest first and no priorities the replica of eight GPUs stays pending for ever", { timeout: 120_000 }, async () => {
    await smallestFirst(withoutPriorities(await emitted()), async (fleet) => {
      const running = await fleet.runningWhenQuiet();
      expect(running.get("of-1")).toBe(8);
      expect(running.get("of-8")).toBeUndefined();
    });
  });

  test("a pre-emption takes no more from a workload than the loss of a node was planned to take", { timeout: 120_000 }, async () => {
    const fleet = await LivingFleet.start(await emitted(), catalog, 5);
    try {
      await fleet.arrive();
      await fleet.everyPodRuns();
      await fleet.loseNode("not replaced");
      const running = await fleet.runningWhenQuiet();
      // Largest first on the three nodes that are left: all of 8, 4 and 2 GPUs run, and what was lost is lost by the smallest.
      expect(Object.fromEntries(running)).toEqual({ "of-8": 1, "of-4": 2, "of-2": 4 });
    } finally {
      await fleet.stop();
    }
  });
});
