import process from "node:process";
import { catalog } from "../fleets/plan-of.ts";
import { emittedClusters } from "./fixtures/emitted.ts";
import { fullFleet } from "./fixtures/full-fleet.ts";
import { LivingFleet } from "./fixtures/living-fleet.ts";
import { mixedSizes, planned, tenOnMixedPools } from "./fixtures/plans.ts";

/**
 * How many running replicas the scheduler takes off their nodes for larger ones, where sizes share pools: what decision 2 pays in restarts.
 * `node tests/cluster/disruption.ts`, after `npm run cluster`. The scheduler decides by what it sees first, so figures vary from run to run.
 */
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const orders = [1, 2, 3];
const fleets = [
  ["full to the last GPU", fullFleet(catalog)],
  ["mixed sizes", await planned(mixedSizes)],
  ["ten workloads", await tenOnMixedPools()],
] as const;

print(
  "Pre-empted replicas, in three orders: while all arrive, after a lost node until its replacement is full, in a rollout of everything",
);
for (const [name, plan] of fleets) {
  const replicas = plan.workloads.flatMap(({ deployments }) => deployments).reduce((sum, one) => sum + one.replicas, 0);
  const counts: number[][] = [];
  for (const order of orders) {
    const found = [0, 0, 0];
    for (const emitted of await emittedClusters(plan, catalog)) {
      const fleet = await LivingFleet.start(emitted, catalog, order);
      try {
        const steps = [() => fleet.arrive(), () => fleet.loseNode("replaced"), () => fleet.rollOut()];
        let before = 0;
        for (const [index, step] of steps.entries()) {
          await step();
          await fleet.everyPodRuns();
          const now = await fleet.preemptions();
          found[index] = (found[index] ?? 0) + now - before;
          before = now;
        }
      } finally {
        await fleet.stop();
      }
    }
    counts.push(found);
  }
  const column = (index: number): string => counts.map((found) => found[index]).join(", ");
  print(
    `${name.padEnd(22)} ${String(replicas).padStart(3)} replicas   arrival ${column(0)}   lost node ${column(1)}   rollout ${column(2)}`,
  );
}
