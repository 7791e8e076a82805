import type { Offer } from "../candidates/offer.ts";
import type { FleetPlan, PlannedDeployment, PlannedPool } from "./fleet-plan.ts";

/** What a node of an offer has, as the plan says it. */
export const nodeContents = ({
  gpu,
  device,
  slotVcpus,
  slotsPerNode: slots,
}: Pick<Offer, "gpu" | "device" | "slotVcpus" | "slotsPerNode">): Pick<PlannedPool, "gpu" | "gpusPerNode" | "cpu"> =>
  slotVcpus === undefined
    ? { gpu, gpusPerNode: slots }
    : { gpu, gpusPerNode: 0, cpu: { processor: device, slotVcpus, slotsPerNode: slots } };

/** What replicas share a node by: its GPUs, or the slots of vCPUs of a node without. Packing, cost and changeovers count these. */
export const slotsPerNode = ({ cpu, gpusPerNode }: Pick<PlannedPool, "cpu" | "gpusPerNode">): number => cpu?.slotsPerNode ?? gpusPerNode;

export const slotsPerReplica = ({
  cpuSlotsPerReplica,
  gpusPerReplica,
}: Pick<PlannedDeployment, "cpuSlotsPerReplica" | "gpusPerReplica">): number => cpuSlotsPerReplica ?? gpusPerReplica;

/** Slots of a pool that the replicas of each workload hold; workloads that hold none are left out. */
export function slotsHeld(plan: Pick<FleetPlan, "workloads">, pool: Pick<PlannedPool, "name">): Map<string, number> {
  const held = new Map<string, number>();
  for (const { name, deployments } of plan.workloads) {
    const here = deployments.filter((deployment) => deployment.pool === pool.name);
    const slots = here.reduce((sum, deployment) => sum + deployment.replicas * slotsPerReplica(deployment), 0);
    if (slots > 0) held.set(name, slots);
  }
  return held;
}

/** What a replica runs on, as a reader names it: the GPU, or the processor with the vCPUs that the replica takes. */
export function deviceOf(
  pool: Pick<PlannedPool, "gpu" | "cpu">,
  deployment: Pick<PlannedDeployment, "cpuSlotsPerReplica">,
): { readonly gpu: string; readonly vcpus?: number } {
  const { cpu } = pool;
  return cpu === undefined ? { gpu: pool.gpu ?? "" } : { gpu: cpu.processor, vcpus: (deployment.cpuSlotsPerReplica ?? 0) * cpu.slotVcpus };
}
