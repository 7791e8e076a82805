import { z } from "zod";
import type { ServingConstants } from "./serving.ts";
import { isoDate } from "./source.ts";

const positive = z.number().positive();
const share = z.number().min(0).max(1);
const microseconds = z.number().min(0);

/** Kinds of link between the GPUs of one replica, as in `Gpu["link"]`. */
export const linkKinds = ["nvlink2", "nvlink3", "nvlink4", "nvlink5", "xgmi", "pcie3", "pcie4", "pcie5", "none"] as const;
export const linkKindSchema = z.enum(linkKinds);
export type LinkKind = z.infer<typeof linkKindSchema>;

const stepSchema = z.strictObject({
  weightReadEfficiency: share.describe("Share of peak memory bandwidth at which weights are read (eta_b)"),
  gemmEfficiency: share.describe("Share of peak operations/s of a matrix product (eta_c)"),
  kvReadEfficiency: share.describe("Share of peak memory bandwidth at which the KV cache is read (eta_kv)"),
  prefillAttentionEfficiency: share.describe("Share of the 16-bit peak in prefill attention (eta_a)"),
  rooflineNorm: z.number().min(1).describe("n of (memory^n + compute^n)^(1/n); 1 adds the two, infinity takes the larger"),
  expertHitExponent: positive.describe("Exponent on the batch in the share of experts that a batch touches"),
  oldBlockFp8ExpertHitFactor: positive.describe("Multiplies that exponent for FP8 experts in engine releases marked expertsFp8ReadAll"),
  expertReadEfficiency: positive.describe("Expert weight read, relative to weightReadEfficiency"),
  expertGemmEfficiency: positive.describe("Expert matrix product, relative to gemmEfficiency"),
  moeLayerMicroseconds: microseconds.describe("Routing and dispatch of one mixture-of-experts layer at 8 experts per token"),
  expertsPerTokenExponent: positive.describe("Exponent of (experts per token / 8) on moeLayerMicroseconds"),
  hybridLayerMicroseconds: microseconds.describe("Per layer of a model with linear attention"),
  fixedMicroseconds: microseconds.describe("Per engine step"),
  nvlinkEfficiency: positive.describe("All-reduce on NVLink and xGMI, share of one direction's rate"),
  pcieEfficiency: positive.describe("All-reduce on PCIe, relative to the rate in `links` (above 1: those rates are careful)"),
  rankImbalance: z.number().min(0).describe("Attention data parallelism over D ranks: the step takes 1 + this x log2(D)^2 / 4 longer"),
  allToAllBytesPerValue: positive.describe("Expert dispatch and combine under attention data parallelism, bytes per value sent"),
  allToAllMaxCopies: positive.describe("Largest number of experts per token that costs a copy of its own in the all-to-all"),
});

const servingSchema = z.strictObject({
  kvShareUsed: share.describe("Share of the KV cache that running sequences fill at most"),
  kvGrowthShare: share.describe("Share of the output a running sequence holds on average where admission does not reserve it"),
  maxRunningPerRank: positive.describe("Running sequences per attention rank that engines reached under unlimited load"),
  closedLoopQueue: positive.describe("Share of the prefill work ahead of a request that it waits for in a closed loop"),
  burstShare: share.describe("Closed loop: share of a batch whose prefills collide when lengths vary"),
  burstShareEqualLengths: share.describe("The same when all lengths are equal and requests stay in step"),
  prefillMinimumShare: share.describe("Mixed steps: a prefill costs at least this share of its cost alone"),
  throughputRampShare: share.describe("Offline maximum throughput kept after ramp-up and drain"),
  utilizationCeiling: share.describe("Share of the largest sustainable request rate above which measured replicas were saturated"),
  batchLongestToMeanOutput: z
    .strictObject({ requests: positive, ratio: z.number().min(1), largeRequests: positive, largeRatio: z.number().min(1) })
    .describe(
      "Batch drain whose answers vary: longest over mean output for so many requests and for a large batch; between the two by powers",
    ),
});

const gpuFamilySchema = z.strictObject({
  name: z.string(),
  weightRead: positive.describe("Multiplies weight and KV read efficiency"),
  gemm: positive.describe("Multiplies matrix-product and prefill-attention efficiency"),
  overhead: positive.describe("Multiplies per-layer and per-sequence overhead"),
});

const linkSchema = z.strictObject({
  alphaMicroseconds: microseconds.describe("Latency of a collective between two GPUs"),
  oneWayGBps: positive.describe("1e9 bytes/s in one direction"),
  efficiency: z.enum(["nvlink", "pcie"]),
  prior: z.boolean().describe("True when hardly any measurement moved it: treat as a guess"),
});

const formatSchema = z.strictObject({
  weightRead: positive.describe("Multiplies weight read efficiency"),
  gemm: positive.describe("Multiplies matrix-product efficiency (of the peak of computeType)"),
  layerMicroseconds: microseconds.describe("Added per layer: quantising activations, dequantising weights"),
  computeType: z.enum(["fp32", "16-bit", "fp8", "int8", "fp4"]),
  denseBytes: positive.describe("Bytes per weight of attention and dense layers; with expertBytes it says how the weight bytes divide"),
  denseBytesMla: positive.nullable().describe("The same for models with multi-head latent attention; null when equal"),
  expertBytes: positive,
  headBytes: positive.describe("Bytes per weight of the language-model head and the embedding"),
  prior: z.boolean(),
});

const engineGenerationSchema = z.strictObject({
  engine: z.string().describe("Engine name in lower case: vllm, sglang, tensorrt-llm, llama.cpp"),
  fromVersion: z.string().describe("First version, inclusive; the last generation whose fromVersion is not above a version holds"),
  layerMicroseconds: microseconds,
  sequenceMicroseconds: microseconds,
  factor: positive.describe("Multiplies the whole step"),
  httpMilliseconds: z.number().min(0).describe("Request handling outside the engine, added to TTFT"),
  httpPerClientMilliseconds: z.number().min(0).describe("Added to TTFT for every other client of a closed loop: tokenising and scheduling"),
  gemm: positive.describe("Multiplies matrix-product and prefill-attention efficiency"),
  expertGemm: positive.describe("Multiplies the efficiency of expert matrix products"),
  moeLayer: positive.describe("Multiplies moeLayerMicroseconds"),
  mixesPrefill: z.boolean().describe("False: a step is either prefill or decode"),
  prefillsFirst: z.boolean().describe("True: prompts that wait are computed before any sequence decodes on, so that a burst decodes last"),
  reservesOutput: z.boolean().describe("True: a sequence is admitted only when its whole output fits"),
  runningFactor: positive.describe("Multiplies maxRunningPerRank"),
  expertsFp8ReadAllBefore: z.string().nullable().describe("Releases before this one read nearly every FP8 expert in every step"),
  formatFactors: z
    .record(z.string(), positive)
    .describe(
      "Format -> factor on the whole step: kernels that this engine has better or worse than the product of the parts; 1 where not named",
    ),
  versionFactors: z
    .array(z.strictObject({ version: z.string(), factor: positive }))
    .describe("Measured releases, oldest first; between two of them the factor is interpolated"),
  newerFactor: positive.describe("Releases newer than every measured one"),
  unstatedFactor: positive.describe("A release that is not known: geometric mean over the measured runs"),
  prior: z.boolean(),
});

/** Standard deviations of ln(measured / predicted) at the four evidence levels of a ServingPoint. */
const sigmaSchema = z.strictObject({ measured: positive, gpuAndFamily: positive, gpuFamily: positive, none: positive });
export type Sigma = z.infer<typeof sigmaSchema>;

const uncertaintySchema = z.strictObject({
  tpotClosed: sigmaSchema,
  tpotOpen: sigmaSchema,
  tpotSingle: sigmaSchema,
  tpotBurst: sigmaSchema,
  ttft: sigmaSchema,
  ttftBurst: sigmaSchema,
  maxOutput: sigmaSchema,
  saturatedOutput: sigmaSchema,
  staticBatch: sigmaSchema,
  batchDrain: sigmaSchema,
  smallKvRoomFactor: z.number().min(1).describe("Multiplies the 90 % factor when the KV room is below smallKvRoomShare of memory"),
  smallKvRoomShare: share,
});

const measuredSchema = z.strictObject({
  gpuFamilies: z.array(
    z.strictObject({
      family: z.string(),
      gpus: z.array(z.string()).describe("Catalog ids of the GPUs with measured points"),
      modelFamilies: z.array(z.string()).describe("Catalog families measured on them"),
    }),
  ),
  reach: z
    .strictObject({
      contextTokens: positive.describe("Longest request, input and output"),
      runningSequences: positive.describe("Largest batch, whole replica"),
      gpusPerReplica: positive,
    })
    .describe("How far the measured runs go"),
  sameArchitecture: z.record(z.string(), z.string()).describe("Model family -> measured family with the same architecture and sizes"),
});

/** The rows that the constants were fitted on; written by `npm run fit`. */
const fitSchema = z.strictObject({
  command: z.string(),
  rows: z.number().int().positive().describe("Measured rows in the data file"),
  rowsFitted: z.number().int().positive(),
  figuresFitted: z.number().int().positive(),
  rowsSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("Of tests/accuracy/data/throughput.json"),
  sources: z.record(z.string(), z.number().int().positive()).describe("Group of the data file -> rows fitted"),
  leftOut: z.record(z.string(), z.number().int().positive()).describe("Rule -> rows that it leaves out"),
});

/** Constants of the step-time model (docs/performance.md), fitted on measured serving runs. */
export const stepTimeSchema = z.strictObject({
  about: z.string(),
  source: z.string().min(1),
  asOf: isoDate,
  step: stepSchema,
  serving: servingSchema,
  gpuFamilies: z.record(z.string(), gpuFamilySchema),
  links: z.record(linkKindSchema, linkSchema),
  formats: z.record(z.string(), formatSchema),
  precisions: z
    .record(z.string(), z.array(z.strictObject({ needs: z.enum(["fp8", "int8", "fp4"]).nullable(), format: z.string() })).min(1))
    .describe("Precision -> formats in order of preference: the first one whose needed peak the GPU has"),
  engines: z.array(engineGenerationSchema).min(1),
  eager: z
    .strictObject({
      layerMicroseconds: positive.describe("In which the CPU starts the kernels of one layer: a step takes no less"),
      source: z.string().min(1),
      asOf: isoDate,
    })
    .describe("Engines told to run without CUDA graphs (enforceEager)"),
  hosts: z
    .strictObject({
      weightRead: share.describe("Of the memory bandwidth, while weights are read"),
      kvRead: share.describe("Of the memory bandwidth, while the cache is read: the scores are computed on the way"),
      int8: share.describe("Of the int8 peak, in matrix products with quantised weights"),
      fp32: share.describe("Of the fp32 peak, in matrix products with weights of 16 or 32 bits"),
      attention: share.describe("Of the fp32 peak, in the attention of a prompt"),
      source: z.string().min(1),
      asOf: isoDate,
    })
    .describe("Share of a processor's peak that generation reaches; takes the place of the efficiencies, families and formats of GPUs"),
  uncertainty: uncertaintySchema,
  measured: measuredSchema,
  fit: fitSchema,
});

/** With the spread of request lengths that is assumed where none is known and what nodes talk over (`requestLengths` and `network` of serving.json). */
export type StepTimeConstants = z.infer<typeof stepTimeSchema> & {
  readonly lengthVariation: number;
  readonly network: ServingConstants["network"];
};
export type EngineGeneration = z.infer<typeof engineGenerationSchema>;
export type FormatConstants = z.infer<typeof formatSchema>;
export type GpuFamilyConstants = z.infer<typeof gpuFamilySchema>;
