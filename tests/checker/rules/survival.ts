import { nodeSlots, type Placed, placedIn, type Rule, replicaSlots, servedWorkloads, sum } from "../subject.ts";

const microRequest = 1e-6;

/** After the worst loss of the declared kind, the replicas that are left serve the degraded share of the peak. */
export const lossesAreSurvived: Rule = (subject) =>
  servedWorkloads(subject).flatMap((served) => {
    const { survive, degradedShare } = served.asked.availability;
    const placed = placedIn(subject, served);
    const demand = served.asked.demand.requestsPerSecond;
    if (survive === "none" || demand === 0 || placed.length === 0) return [];
    const left = capacityOf(placed) - capacityLost(survive, placed);
    return left < degradedShare * demand - microRequest
      ? [`workload ${served.asked.name}: after the loss of a ${survive} ${left} requests/s are left of ${degradedShare} x ${demand}`]
      : [];
  });

const ofOne = ({ deployment }: Placed): number => deployment.capacityRequestsPerSecondPerReplica;

export const capacityOf = (placed: readonly Placed[]): number => sum(placed.map((one) => one.deployment.replicas * ofOne(one)));

/** The scheduler puts as many replicas of a pool on one node as there is room for: nothing in the plan hinders it. */
export function capacityLost(survive: "replica" | "node" | "zone", placed: readonly Placed[]): number {
  switch (survive) {
    case "replica":
      return Math.max(...placed.map(ofOne));
    case "node":
      return Math.max(
        ...[...Map.groupBy(placed, ({ pool }) => pool.name).values()].map((here) =>
          onOneNode(here, here[0] === undefined ? 0 : nodeSlots(here[0].pool)),
        ),
      );
    case "zone": {
      // A pool that may use several zones can be in any one of them.
      const zones = new Set(placed.flatMap(({ pool }) => pool.zones.map((zone) => `${pool.cloud}/${pool.region}/${zone}`)));
      const lost = [...zones].map((zone) =>
        capacityOf(placed.filter(({ pool }) => pool.zones.some((name) => `${pool.cloud}/${pool.region}/${name}` === zone))),
      );
      return Math.max(...lost);
    }
  }
}

/** The most capacity that fits on so many GPUs or slots, of the deployments of one workload in one pool. */
function onOneNode([first, ...rest]: readonly Placed[], slots: number): number {
  if (first === undefined) return 0;
  const { replicas, nodesPerReplica } = first.deployment;
  const own = replicaSlots(first.deployment, first.pool);
  // A replica over several nodes goes with any one of them.
  const fit = nodesPerReplica > 1 ? 1 : Math.floor(slots / own);
  const counts = Array.from({ length: Math.min(replicas, fit) + 1 }, (_, count) => count);
  return Math.max(...counts.map((count) => count * ofOne(first) + onOneNode(rest, slots - count * own)));
}
