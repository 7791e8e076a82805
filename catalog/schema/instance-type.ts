import { z } from "zod";
import { provenance } from "./source.ts";

export const cloudSchema = z.enum(["aws", "gcp", "static"]);
/** `static` is hardware that is already there: a rack, a colocation contract. */
export type Cloud = z.infer<typeof cloudSchema>;

export const instanceTypeSchema = z.strictObject({
  id: z.string().min(1),
  cloud: cloudSchema,
  gpu: z.string().nullable().describe("Catalog id of the GPU; null for a CPU-only instance"),
  gpuCount: z.number().int().min(0),
  vcpus: z.number().positive(),
  memoryBytes: z.number().int().positive(),
  allocatableMemoryBytes: z.number().int().positive().nullable().describe("What Kubernetes lets pods have; null when no figure was found"),
  arch: z.enum(["amd64", "arm64"]),
  networkGbps: z.number().nullable(),
  gpuDirectNetworking: z.boolean().describe("EFA on AWS; GPUDirect-TCPX, TCPXO or RDMA on GCP"),
  efaInterfaces: z.number().int().nullable(),
  interconnect: z.enum(["nvswitch", "nvlink", "pcie", "xgmi"]).nullable(),
  localSsdGB: z.number().min(0),
  ebsGbps: z.number().nullable(),
  maxPods: z.number().int().nullable(),
  /** The ways a cloud sells it. Only on-demand and spot are planned today. */
  capacityTypes: z.array(z.enum(["on-demand", "spot", "capacity-block", "reservation", "flex-start", "calendar-mode", "cud"])),
  memoryBandwidthGBps: z.number().positive().nullable().describe("Host memory bandwidth of CPU instances (an estimate)"),
  /** GCP: the machine type and attached accelerators when the id is a composite such as n1-standard-8+1xT4. */
  machineType: z.string().nullable(),
  note: z.string().nullable(),
  ...provenance,
});

export type InstanceType = z.infer<typeof instanceTypeSchema>;
