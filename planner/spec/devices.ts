import type { Device, FleetSpec, WorkloadSpec } from "./fleet-spec.ts";

/**
 * Kinds of nodes that a workload may run on. Unless it names them: GPUs, and CPU-only nodes where something serves its model on them and the
 * fleet has no list of GPUs to use, for such a list says what is bought.
 */
export function devicesOf(
  { gpus }: Pick<FleetSpec, "gpus">,
  { devices, hostEngine }: Pick<WorkloadSpec, "devices" | "hostEngine">,
): Device[] {
  const wanted: readonly Device[] = devices ?? (gpus.allow.length > 0 ? ["gpu"] : ["gpu", "cpu"]);
  return wanted.filter((device) => device === "gpu" || hostEngine !== undefined);
}
