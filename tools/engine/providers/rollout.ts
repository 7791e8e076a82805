import { setTimeout } from "node:timers/promises";
import { type ClusterChange, clusterAfter } from "./cluster.ts";
import { recorded } from "./journal.ts";

/** Other changes may be under way at the same time; what has not made room after so many looks never will. */
const looks = 100;
const betweenLooksMs = 20;

/**
 * Waits as Pulumi's Kubernetes provider does, until every replica runs.
 * @throws with Kubernetes' own reason when some stay pending.
 */
export async function rolledOut(urn: string, change: ClusterChange): Promise<void> {
  if (change.kind !== "replicas" || !change.awaited || change.pool === "") return;
  for (let look = 0; look < looks; look++) {
    if (pendingAfter(urn, change) === 0) return;
    await setTimeout(betweenLooksMs);
  }
  throw new Error(
    `the Kubernetes API server reported that the Deployment failed to become live: ${pendingAfter(urn, change)} of ${change.replicas} pods are pending: Insufficient nvidia.com/gpu`,
  );
}

function pendingAfter(urn: string, change: ClusterChange): number {
  const cluster = clusterAfter([...recorded(), { operation: "update", urn, id: "", change }]);
  const own = cluster.find((one) => one.urn === urn);
  return own === undefined ? 0 : own.wanted - own.running;
}
