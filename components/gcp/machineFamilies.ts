import type { PlannedPool } from "../../planner/plan/fleet-plan.ts";
import type { Market } from "../../planner/spec/fleet-spec.ts";

/** What GKE asks to be told about a machine type, and the ways Google sells it. */
export interface MachineFamily {
  /** Beginning of the machine type's name. */
  readonly prefix: string;
  /** Name in `guestAccelerators`; null where it depends on the GPU that was attached, and where there is none. */
  readonly accelerator: string | null;
  readonly bootDisk: "pd-balanced" | "hyperdisk-balanced";
  readonly markets: readonly Market[];
}

const everyMarket: readonly Market[] = ["on-demand", "spot", "reserved"];

/**
 * Boot disks and markets: preconditions of GoogleCloudPlatform/cluster-toolkit v1.95.0 and cloud.google.com/compute/docs/gpus (2026-08).
 * C3 boots from a persistent disk, C4 only from a hyperdisk (cloud.google.com/compute/docs/general-purpose-machines). The first row whose
 * prefix fits holds.
 */
const machineFamilies: readonly MachineFamily[] = [
  { prefix: "a2-ultragpu", accelerator: "nvidia-a100-80gb", bootDisk: "pd-balanced", markets: everyMarket },
  { prefix: "a2-", accelerator: "nvidia-tesla-a100", bootDisk: "pd-balanced", markets: everyMarket },
  { prefix: "a3-highgpu-8g", accelerator: "nvidia-h100-80gb", bootDisk: "pd-balanced", markets: everyMarket },
  { prefix: "a3-highgpu", accelerator: "nvidia-h100-80gb", bootDisk: "pd-balanced", markets: ["spot"] },
  { prefix: "a3-megagpu", accelerator: "nvidia-h100-mega-80gb", bootDisk: "pd-balanced", markets: everyMarket },
  { prefix: "a3-ultragpu", accelerator: "nvidia-h200-141gb", bootDisk: "hyperdisk-balanced", markets: ["spot", "reserved"] },
  { prefix: "a4-highgpu", accelerator: "nvidia-b200", bootDisk: "hyperdisk-balanced", markets: ["spot", "reserved"] },
  { prefix: "a4x-", accelerator: "nvidia-gb200", bootDisk: "hyperdisk-balanced", markets: ["reserved"] },
  { prefix: "g2-standard", accelerator: "nvidia-l4", bootDisk: "pd-balanced", markets: everyMarket },
  { prefix: "g4-standard", accelerator: "nvidia-rtx-pro-6000", bootDisk: "hyperdisk-balanced", markets: everyMarket },
  { prefix: "c3-", accelerator: null, bootDisk: "pd-balanced", markets: everyMarket },
  { prefix: "c4-", accelerator: null, bootDisk: "hyperdisk-balanced", markets: everyMarket },
  { prefix: "n1-", accelerator: null, bootDisk: "pd-balanced", markets: everyMarket },
];

/** GPUs that are attached to an N1 machine, by catalog id. */
const attachedAccelerators: Readonly<Record<string, string>> = {
  t4: "nvidia-tesla-t4",
  v100: "nvidia-tesla-v100",
  p100: "nvidia-tesla-p100",
  p4: "nvidia-tesla-p4",
};

export const machineFamily = (machineType: string): MachineFamily | undefined =>
  machineFamilies.find(({ prefix }) => machineType.startsWith(prefix));

export const acceleratorOf = (pool: Pick<PlannedPool, "machineType" | "gpu">): string | undefined =>
  machineFamily(pool.machineType)?.accelerator ?? attachedAccelerators[pool.gpu ?? ""];
