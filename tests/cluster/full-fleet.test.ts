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

  test("without priorities a replica stays pending for ever", { timeout: 120_000 }, async () => {
    const fleet = await LivingFleet.start(withoutPriorities(await emitted()), catalog, 1);
    try {
      const running = await fleet.runningWhenQuiet();
      expect([...running.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(15);
    } finally {
      await fleet.stop();
    }
  });

  test("a pre-emption takes no more from a workload than the loss of a node was planned to take", { timeout: 120_000 }, async () => {
    const fleet = await LivingFleet.start(await emitted(), catalog, 5);
    try {
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
