import { z } from "zod";
import { provenance } from "./source.ts";

const teraflops = z.number().positive().nullable();

export const gpuSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  vendor: z.string(),
  architecture: z.string(),
  computeCapability: z
    .string()
    .nullable()
    .describe("CUDA compute capability such as 9.0; gfx name for AMD; metal for Apple; null for others"),
  memoryGB: z.number().positive().describe("Marketing size; never used in arithmetic"),
  memoryKind: z
    .enum(["hbm", "gddr", "unified", "host"])
    .describe("Chooses the cudaMemoryRules entry of gpus.json; host: a slot of a CPU-only node"),
  memoryUsableMiB: z.number().positive().nullable().describe("nvidia-smi memory.total"),
  memorySource: z.string().nullable().default(null).describe("Where memoryUsableMiB was read"),
  ec2ApiMemoryMiB: z.number().positive().nullable().default(null).describe("What the EC2 API says; not what can be used"),
  cudaMemoryBytes: z
    .number()
    .int()
    .positive()
    .nullable()
    .describe(
      "Bytes that CUDA reports as total (what vLLM multiplies by gpu_memory_utilization); from a log, else by rule; null when neither",
    ),
  cudaMemorySource: z.string().nullable().default(null).describe("The log or the rule behind cudaMemoryBytes"),
  cudaMemoryEstimated: z.boolean().default(false).describe("True when cudaMemoryBytes comes from the rule; set on loading"),
  memoryBandwidthGBps: z.number().positive().nullable().describe("Peak memory bandwidth, 1e9 bytes/s"),
  tflopsDense: z
    .strictObject({
      fp32: teraflops,
      tf32: teraflops,
      fp16: teraflops,
      bf16: teraflops,
      fp8: teraflops,
      int8: teraflops,
      fp4: teraflops,
    })
    .describe("Dense peak, 1e12 operations/s, FP32 accumulate"),
  nvlinkGBps: z.number().positive().nullable().describe("NVLink or xGMI, both directions together, 1e9 bytes/s"),
  link: z
    .enum(["nvlink2", "nvlink3", "nvlink4", "nvlink5", "xgmi", "pcie3", "pcie4", "pcie5", "none"])
    .describe("What two GPUs of this type talk over when the instance wires them up; the instance decides"),
  linkDomainGpus: z
    .number()
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe(
      "GPUs that one NVLink or xGMI domain joins at most: 8 of an HGX board, 72 of an NVL72 rack; null where there is no such link",
    ),
  pcieGen: z.number().int().nullable(),
  performanceFamily: z.string().nullable().describe("Key into engines/step-time.json gpuFamilies; null when no family fits"),
  tdpWatts: z.number().positive().nullable(),
  formFactor: z.string(),
  aliases: z.array(z.string()).describe("Also what nvidia-smi prints and what the clouds call it"),
  verification: z.enum(["stored-copy", "partly-stored", "recalled"]),
  note: z.string().nullable().default(null),
  ...provenance,
});

/** What the driver keeps for itself: nvidia-smi memory.total minus what CUDA reports, by kind of memory. */
export const cudaMemoryRuleSchema = z.strictObject({
  memoryKind: gpuSchema.shape.memoryKind,
  nvidiaSmiMinusMiB: z.number().positive(),
  basis: z.string().min(1),
});
export type CudaMemoryRule = z.infer<typeof cudaMemoryRuleSchema>;

export type Gpu = z.infer<typeof gpuSchema>;
