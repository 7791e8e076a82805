import { z } from "zod";
import { provenance } from "./source.ts";

const positive = z.number().positive();

/** A processor that clouds rent by the vCPU: what one core does at its peak. Memory bandwidth is a fact of the instance type. */
export const cpuSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  vendor: z.string(),
  arch: z.enum(["amd64", "arm64"]),
  instanceFamilies: z.array(z.string()).describe("Instance families on this processor (aws c7i, gcp c3-standard)"),
  vcpusPerCore: z.number().int().positive().describe("2 where a vCPU is a hyper-thread"),
  socketVcpus: z.number().int().positive().nullable().describe("vCPUs that are rented of one socket, at most; null: not known"),
  allCoreGHz: positive.describe("Clock with every core busy, as the cloud or the vendor states it"),
  fp32FlopPerCycle: positive.describe("Of one core: vector units x lanes x 2"),
  int8OpsPerCycle: positive.describe("Of one core by its dot-product instructions; matrix units (AMX) are not counted"),
  note: z.string().nullable(),
  ...provenance,
});

export type Cpu = z.infer<typeof cpuSchema>;

export const cpuFileSchema = z.strictObject({
  about: z.string(),
  slotVcpus: z.number().int().positive().describe("A replica takes whole slots of so many vCPUs of a node"),
  largestReplicaVcpus: z.number().int().positive().describe("No replica takes more, however large its node"),
  rows: z.array(cpuSchema),
});
