import type { PlannedDeployment, PlannedPool } from "../../planner/plan/fleet-plan.ts";
import { allocatableDiskBytes, replicaDiskBytes } from "../../planner/plan/node-disk.ts";
import { slotsPerNode } from "../../planner/plan/slots.ts";
import { gibibyte } from "../../planner/units.ts";
import type { ServedDeployment } from "./servedWorkload.ts";

/** What a replica requests of its node's disk. A volume fills none but for the caches, an object store the same with adapters, which come from the hub. */
export function ephemeralStorageBytes(served: ServedDeployment): number {
  const { engine, weights } = served.deployment;
  const drafts = engine.speculative?.downloadBytes ?? 0;
  const model = weights.source === "hf" ? downloadBytes(served) + drafts : 0;
  return replicaDiskBytes(model + (weights.source === "volume" ? 0 : (engine.lora?.downloadBytes ?? 0)));
}

/** Online quantisation loads the published weights, which are larger than what it serves. */
const downloadBytes = ({ deployment: { weights }, model }: ServedDeployment): number =>
  weights.uri === null ? Math.max(weights.bytes, model.checkpointBytes ?? 0) : weights.bytes;

/**
 * Disk for a replica with s of a node's k GPUs, or slots: s/k of what pods may have. Where every replica keeps within its share, any set that
 * fits those fits the disk, whatever order the scheduler sees them in.
 */
export const diskShareBytes = (pool: Pick<PlannedPool, "cloud" | "diskBytes" | "gpusPerNode" | "cpu">, slots: number): number =>
  (allocatableDiskBytes(pool.cloud, pool.diskBytes) * slots) / slotsPerNode(pool);

/**
 * Size limit of /dev/shm, which collectives between worker processes use. It counts against the container's memory limit,
 * so a replica never gives it more than a quarter.
 */
export function sharedMemoryBytes(deployment: Pick<PlannedDeployment, "gpusPerReplica" | "memoryBytesPerReplica">): number {
  const wanted = deployment.gpusPerReplica === 1 ? 2 : deployment.gpusPerReplica <= 4 ? 10 : 20;
  return Math.min(wanted * gibibyte, Math.floor(deployment.memoryBytesPerReplica / 4));
}
