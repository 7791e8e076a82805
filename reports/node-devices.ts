import { listed } from "../planner/figures.ts";
import type { PlannedPool } from "../planner/plan/fleet-plan.ts";

type Nodes = Pick<PlannedPool, "nodes" | "gpu" | "gpusPerNode" | "cpu">;

export const hasGpus = ({ gpu }: Pick<Nodes, "gpu">): boolean => gpu !== null;

export const gpusOf = ({ nodes, gpusPerNode }: Nodes): number => nodes * gpusPerNode;

/** Of nodes without GPUs; those with some have them beside the GPUs. */
export const vcpusOf = ({ nodes, cpu }: Nodes): number => (cpu === undefined ? 0 : nodes * cpu.slotsPerNode * cpu.slotVcpus);

/** What replicas share these nodes by: `GPUs`, `vCPUs`, `GPUs and vCPUs`. */
export const deviceNames = (nodes: readonly Pick<Nodes, "gpu">[]): string =>
  listed([...(nodes.some(hasGpus) ? ["GPUs"] : []), ...(nodes.every(hasGpus) ? [] : ["vCPUs"])]);
