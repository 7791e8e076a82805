import { nodeSlots, type Placed, placedIn, type Rule, replicaSlots, servedWorkloads, sum } from "../subject.ts";

const microRequest = 1e-6;

/** After the worst loss of the declared kind, the replicas that are left serve the degraded share of the peak. */
export const lossesAreSurvived: Rule = (subject) =>
  servedWorkloads(subject).flatMap((served) => {
    const { survive, degradedShare } = served.asked.availability;
    const placed = placedIn(subject, served);
    const demand = served.asked.demand.requestsPerSecond;
    if (survive === "none" || demand === 0 || placed.length === 0) return [];
    const all = sum(placed.map(({ deployment }) => deployment.replicas));
    const capacity = Math.min(...placed.map(({ deployment }) => deployment.capacityRequestsPerSecondPerReplica));
    const left = (all - replicasLost(survive, placed)) * capacity;
    return left < degradedShare * demand - microRequest
      ? [`workload ${served.asked.name}: after the loss of a ${survive} ${left} requests/s are left of ${degradedShare} x ${demand}`]
      : [];
  });

/** The scheduler puts as many replicas of a pool on one node as there is room for: nothing in the plan hinders it. */
export function replicasLost(survive: "replica" | "node" | "zone", placed: readonly Placed[]): number {
  switch (survive) {
    case "replica":
      return 1;
    case "node":
      return Math.max(
        ...placed.map(({ deployment, pool }) => {
          // A replica over several nodes goes with any one of them.
          const onOneNode = deployment.nodesPerReplica > 1 ? 1 : Math.floor(nodeSlots(pool) / replicaSlots(deployment, pool));
          return Math.min(deployment.replicas, onOneNode);
        }),
      );
    case "zone": {
      // A pool that may use several zones can be in any one of them.
      const zones = new Set(placed.flatMap(({ pool }) => pool.zones.map((zone) => `${pool.cloud}/${pool.region}/${zone}`)));
      const lost = [...zones].map((zone) =>
        sum(
          placed
            .filter(({ pool }) => pool.zones.some((name) => `${pool.cloud}/${pool.region}/${name}` === zone))
            .map(({ deployment }) => deployment.replicas),
        ),
      );
      return Math.max(...lost);
    }
  }
}
