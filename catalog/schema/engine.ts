import { z } from "zod";
import type { Finding } from "../../planner/finding.ts";
import { type Precision, precisions } from "../../planner/layouts/precision.ts";
import { adaptersSchema } from "./adapters.ts";
import { roleSchema, scaleSchema, storeSchema } from "./model.ts";
import { engineVersionSchema, isoDate, provenance } from "./source.ts";

const bytes = z.number().int().min(0);
const count = z.number().int().positive();

/** The history of one constant: each value holds from its version until the next entry. Oldest first. */
const versioned = <Value extends z.ZodType>(value: Value) =>
  z.array(z.strictObject({ since: engineVersionSchema, value, estimated: z.boolean().optional(), ...provenance })).min(1);

const batchDefaultSchema = z.strictObject({
  minDeviceGiB: z.number().min(0).describe("Total device memory from which the row holds; the first row that matches wins"),
  exceptNames: z.array(z.string()).describe("Lower-case parts of a GPU name to which the row does not apply"),
  maxNumSeqs: count,
  maxNumBatchedTokens: count,
});

const nonTorchSchema = z.strictObject({
  tensorParallel: count.describe("From this many GPUs on"),
  nvlinkBytes: bytes,
  pcieBytes: bytes,
  unifiedBytes: bytes.describe("On GPUs that share the host's memory"),
});

/** Constants of an engine that changed, or may change, with its version. */
const constantSchemas = {
  minComputeCapability: z.number().describe("The stock image runs on this and later"),
  image: z.string().describe("Container image; {version} stands for the version"),
  gpuMemoryUtilization: z.number().gt(0).max(1).describe("Default share of device memory the engine allows itself"),
  budgetRule: z
    .enum(["utilization", "static", "free"])
    .describe(
      "What the share is of. utilization: weights, activations, non-torch and KV together; static: weights and KV; free: KV, of what is left",
    ),
  batchDefaults: z.array(batchDefaultSchema).min(1),
  batchCaps: z.strictObject({
    caps: z.array(count).describe("Smaller numbers of sequences that are tried, largest first"),
    cacheToActivations: z.number().positive().describe("Bytes of cache to bytes of activations at which a cap is good enough"),
  }),
  wholePromptUpTo: z
    .number()
    .int()
    .min(0)
    .describe("Largest maxModelLen at which a prompt is read in one step, so that a step must hold all of it; 0: prompts are always cut"),
  blockTokens: count.describe("Tokens of one KV block"),
  activation: z.strictObject({
    samplerBytesPerLogit: z.number().min(0).describe("Peak bytes of the sampler for each sequence and vocabulary entry"),
    hiddenStatesPerToken: z.number().min(0).describe("Hidden vectors alive beside the sampler, for each batched token"),
    forwardWidthsPerToken: z
      .number()
      .min(0)
      .describe("Feed-forward vectors of one layer alive in the forward pass, for each batched token"),
    forwardHiddenPerToken: z.number().min(0).describe("Hidden vectors alive in the forward pass, for each batched token"),
    fixedBytes: bytes,
    expertWorkspace: z
      .enum(["held", "shared"])
      .describe("held: expert buffers stay allocated beside the sampler's peak; shared: they do not"),
  }),
  encoderPeak: z
    .array(z.strictObject({ kind: z.string().describe("As in a model's visionTower"), bytes }))
    .describe(
      "Peak while the engine profiles the largest image a model takes, where logs tell; it replaces a smaller peak of sampler or forward pass",
    ),
  nonTorch: z.array(nonTorchSchema).min(1).describe("CUDA libraries and NCCL inside the budget; the last row that matches wins"),
  cudaGraphs: z.strictObject({
    charged: z
      .boolean()
      .describe("True: an estimate is subtracted before the KV cache is sized; false: captured afterwards, from the rest of the device"),
    baseBytes: bytes,
    bytesPerLayer: bytes,
    bytesPerLayerAndHidden: bytes.describe("For each layer and each element of a hidden vector"),
    tensorParallelExponent: z.number().min(0).describe("What grows with layers is divided by tensorParallel to this power"),
    expertBytes: bytes.describe("Added for mixture-of-experts models"),
    referenceSeqs: count.describe("maxNumSeqs at which the bytes were measured; below it they fall with the square root"),
  }),
  context: z
    .strictObject({ singleBytes: bytes, nvlinkBytes: bytes, pcieBytes: bytes })
    .describe("CUDA context and communicators taken before the engine measures: outside the budget, but they must fit on the device"),
  hybridKvCache: z.boolean().describe("True: sliding-window layers keep only their window; false: every layer is sized as full attention"),
  cacheGrouping: z.strictObject({
    wholeBelowRatio: z.number().min(1).describe("Kinds of layers whose counts differ by less than this form groups of the larger count"),
  }),
  calibratedKvCache: z.boolean().describe("True: kv-cache-dtype auto takes the type of the scales that a checkpoint brings for its cache"),
  reportedTokens: z
    .enum(["blocks", "concurrency"])
    .describe("What the engine logs as cache size: blocks of full attention, or concurrency x length"),
  recurrentStatesPerSequence: count.describe("State pages of one sequence in each recurrent layer; 2 where prefix caching covers hybrids"),
} as const;

/** How checkpoints that were published in this format lie in memory, where that differs from a conversion. */
const publishedLayoutSchema = z.strictObject({
  nativePrecision: z.string().describe("As in the model's catalog row"),
  stores: z.array(storeSchema),
  tile: count.nullable(),
  expertTile: count.nullable(),
  source: z.string().min(1),
});

const weightFormatSchema = z.strictObject({
  precision: z.enum(precisions),
  bytesPerWeight: z.number().positive().describe("Of a quantised weight, scales not included"),
  scale: scaleSchema,
  quantizes: z.array(roleSchema).describe("Weights stored in this format; all others stay at otherBytesPerWeight"),
  parts: z
    .array(z.strictObject({ part: z.enum(["value", "output", "down", "head"]), bytesPerWeight: z.number().positive() }))
    .default([])
    .describe("Projections that a mixture stores wider than the rest; head: the output table, also where it is the input table"),
  wideMlaAttention: z.boolean().describe("True: checkpoints of MLA models leave the attention projections in 16 bits"),
  otherBytesPerWeight: z.number().positive(),
  published: z.array(publishedLayoutSchema),
  expertPadding: z
    .strictObject({ hidden: count, intermediate: count })
    .nullable()
    .describe("Multiples to which the kernels pad expert matrices"),
  expertWorkspace: z.boolean().describe("False where the expert kernels of this format need no buffers of their own"),
  activationBytes: z.union([z.literal(2), z.literal(4)]),
  computeDtype: z
    .enum(["fp32", "bf16", "fp16", "fp8", "int8", "fp4"])
    .describe("Of the matrix multiplications where the hardware has native kernels"),
  minComputeCapability: z.number().describe("For native kernels"),
  weightOnly: z
    .array(
      z.strictObject({ minComputeCapability: z.number(), computeDtype: z.enum(["bf16", "fp16"]), since: engineVersionSchema.nullable() }),
    )
    .describe("Kernels that save memory but compute in 16 bits, for GPUs below minComputeCapability; empty for none"),
  unsupportedFromComputeCapability: z.number().nullable(),
  otherArchitectures: z.array(z.string()),
  reason: z.string().describe("Why older GPUs cannot run it"),
  tile: count.nullable().describe("The per-GPU width of every quantised matrix must be a multiple of this"),
  expertTile: count
    .nullable()
    .describe("The same for routed experts: published FP8 checkpoints of mixtures of experts have 128 x 128 blocks"),
  source: z.string().min(1),
  asOf: isoDate,
  origin: z
    .enum(["native", "online", "checkpoint"])
    .describe("native: the published weights cast; online: quantised while loading; checkpoint: needs its own weight files"),
  quantizationFlag: z.string().nullable().describe("Value of --quantization; null: none is passed"),
  since: engineVersionSchema.nullable(),
  removed: engineVersionSchema.nullable().describe("First version whose stock image cannot run it"),
});

const kvFormatSchema = z.strictObject({
  dtype: z.enum(["bf16", "fp16", "fp8", "fp8_e4m3", "fp8_e5m2", "int8", "nvfp4", "fp32"]),
  bytesPerElement: z.number().positive(),
  minComputeCapability: z.number(),
  belowComputeCapability: z.number().nullable().describe("First capability that cannot run it; null: no upper end"),
  otherArchitectures: z.array(z.string()),
  source: z.string().min(1),
  asOf: isoDate,
});

const flagSchema = z.strictObject({
  flag: z.string().startsWith("--"),
  since: engineVersionSchema.nullable().describe("null: in every version known here"),
  removed: engineVersionSchema.nullable(),
  replacement: z.string().nullable(),
  note: z.string().nullable(),
});

export const engineProfileSchema = z.strictObject({
  name: z.string().min(1),
  title: z.string(),
  oldestVersion: engineVersionSchema,
  newestVersion: engineVersionSchema.describe("Newest version whose constants are known; later ones are assumed to be like it"),
  estimated: z.boolean().describe("True when the memory constants are estimates and not measurements"),
  otherArchitectures: z.array(z.string()).describe("Devices without a CUDA capability that it runs on: gfx942, x86-64, arm64"),
  constants: z.strictObject({
    minComputeCapability: versioned(constantSchemas.minComputeCapability),
    image: versioned(constantSchemas.image),
    gpuMemoryUtilization: versioned(constantSchemas.gpuMemoryUtilization),
    budgetRule: versioned(constantSchemas.budgetRule),
    batchDefaults: versioned(constantSchemas.batchDefaults),
    batchCaps: versioned(constantSchemas.batchCaps),
    wholePromptUpTo: versioned(constantSchemas.wholePromptUpTo),
    blockTokens: versioned(constantSchemas.blockTokens),
    activation: versioned(constantSchemas.activation),
    encoderPeak: versioned(constantSchemas.encoderPeak),
    nonTorch: versioned(constantSchemas.nonTorch),
    cudaGraphs: versioned(constantSchemas.cudaGraphs),
    context: versioned(constantSchemas.context),
    hybridKvCache: versioned(constantSchemas.hybridKvCache),
    cacheGrouping: versioned(constantSchemas.cacheGrouping),
    calibratedKvCache: versioned(constantSchemas.calibratedKvCache),
    reportedTokens: versioned(constantSchemas.reportedTokens),
    recurrentStatesPerSequence: versioned(constantSchemas.recurrentStatesPerSequence),
  }),
  deviceImages: z
    .array(z.strictObject({ device: z.string().describe("Compute capability or architecture"), image: z.string() }))
    .default([])
    .describe("Images built for one kind of device; the others run `image`"),
  formats: z.array(weightFormatSchema).min(1),
  kvFormats: z.array(kvFormatSchema).min(1),
  speculation: z
    .strictObject({
      ownBlockSince: engineVersionSchema.describe("First version that calls every model's own block for multi-token prediction `mtp`"),
      draftModelSince: engineVersionSchema.describe("First version known to draft with a model of its own"),
      draftsForImageModelsSince: engineVersionSchema.describe("First version that lets a draft model draft for a model that reads images"),
      noDraftsOfFamilies: z.array(z.string()).describe("Families that do not draft for another model"),
      ...provenance,
    })
    .nullable()
    .default(null)
    .describe("null: not planned for this engine"),
  adapters: adaptersSchema.nullable().default(null).describe("null: the engine serves none"),
  flags: z.array(flagSchema),
  flagsSource: z.string(),
  asOf: isoDate,
});

export type EngineProfile = z.infer<typeof engineProfileSchema>;
export type WeightFormat = z.infer<typeof weightFormatSchema>;
export type KvFormat = z.infer<typeof kvFormatSchema>;
export type EngineFlag = z.infer<typeof flagSchema>;

export type EngineConstants = {
  readonly [Name in keyof EngineProfile["constants"]]: EngineProfile["constants"][Name][number]["value"];
};

/** One engine at one version, every constant resolved. */
export interface EngineRelease extends EngineConstants {
  readonly engine: string;
  readonly version: string;
  /** True when the memory constants are estimates. */
  readonly estimated: boolean;
  readonly otherArchitectures: readonly string[];
  /** By compute capability or architecture; `image` serves what is not named. */
  readonly deviceImages: EngineProfile["deviceImages"];
  /** Only what the stock image of this version runs. */
  readonly formats: readonly WeightFormat[];
  /** What another version runs: the one it came in, or the first without it. */
  readonly formatsElsewhere: readonly { readonly precision: Precision; readonly version: string; readonly isToCome: boolean }[];
  readonly kvFormats: readonly KvFormat[];
  readonly speculation: EngineProfile["speculation"];
  readonly adapters: EngineProfile["adapters"];
  readonly flags: readonly EngineFlag[];
  /** Set when the version is newer than every constant known here. */
  readonly assumption: Finding | null;
}
