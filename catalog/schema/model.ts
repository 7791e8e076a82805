import { z } from "zod";
import { precisions } from "../../planner/layouts/precision.ts";
import { isoDate } from "./source.ts";

const count = z.number().int().min(0);
const positive = z.number().int().positive();

export const taskSchema = z.enum(["generate", "embed", "rerank", "transcribe"]);
export type Task = z.infer<typeof taskSchema>;

export const roleSchema = z.enum(["attention", "mlp", "expert", "embedding", "head"]);

export const scaleSchema = z
  .strictObject({
    per: z
      .enum(["none", "tensor", "row", "group", "block"])
      .describe("row: one per output feature; group: along the input; block: size x size"),
    size: positive.nullable(),
    bytes: z.number().min(0),
  })
  .describe("Scales and zero points of one tensor, row, group or block");

export const storeSchema = z.strictObject({ roles: z.array(roleSchema), bytesPerWeight: z.number().positive(), scale: scaleSchema });

export const quantizationSchema = z.strictObject({
  precision: z.enum(precisions),
  stores: z.array(storeSchema).describe("Roles that are quantised; all others stay at 16 bits"),
  tile: positive.nullable().describe("The width of each GPU's part must be a multiple of this"),
  expertTile: positive.nullable(),
  kvCacheDtype: z.literal("fp8").nullable().describe("What `auto` means where the files bring calibrated scales of the cache"),
  source: z.string().min(1),
});

/** Architecture facts of one open model. Sizes are bytes, never GB. `null` is "not known" or "does not apply", never 0. */
export const modelSchema = z.strictObject({
  id: z.string().min(1).describe("Hugging Face repository"),
  aliases: z.array(z.string()).default([]),
  family: z.string(),
  task: taskSchema,
  architecture: z.enum(["dense", "moe", "hybrid", "encoder", "encoder-decoder"]),
  attention: z.enum(["mha", "gqa", "mqa", "mla"]),
  parameters: positive.describe("Unique weights of plain serving, tied tables once, without the MTP block and scales"),
  parametersActive: positive.nullable().default(null).describe("Mixture of experts: weights read for one token"),
  parametersReadPerToken: positive.nullable().default(null),
  parametersLanguage: positive,
  numLayers: positive,
  hiddenSize: positive,
  intermediateSize: positive.nullable().default(null),
  numAttentionHeads: positive,
  numKvHeads: positive,
  headDim: positive.describe("Explicit; never hiddenSize / numAttentionHeads"),
  vocabSize: positive,
  tieWordEmbeddings: z.boolean(),
  maxContext: positive.describe("Tokens"),
  contextWithoutScaling: positive.nullable().default(null),
  slidingWindow: z
    .strictObject({
      window: positive,
      kind: z.enum(["sliding", "chunked"]),
      pattern: z.string(),
      layersGlobal: count,
      layersLocal: count,
      globalNumKvHeads: positive.optional(),
      globalHeadDim: positive.optional(),
      localNumKvHeads: positive.optional(),
      sharedGlobal: count.optional().describe("Global layers that read the cache of an earlier layer and keep none of their own"),
      sharedLocal: count.optional(),
    })
    .nullable()
    .default(null),
  mla: z
    .strictObject({
      kvLoraRank: positive,
      qkRopeHeadDim: positive,
      qkNopeHeadDim: positive,
      vHeadDim: positive,
      qLoraRank: positive.nullable(),
    })
    .nullable()
    .default(null),
  moe: z
    .strictObject({
      numExperts: positive,
      expertsPerToken: positive,
      expertIntermediateSize: positive,
      sharedExperts: count,
      sharedExpertIntermediateSize: count,
      denseLayers: count,
      layers: positive.optional(),
      latentDim: positive.optional(),
    })
    .nullable()
    .default(null),
  linearAttention: z
    .strictObject({
      type: z.string(),
      layers: positive,
      attentionLayers: positive,
      numValueHeads: positive,
      valueHeadDim: positive,
      convKernel: positive,
      stateDtype: z.string(),
      pattern: z.string(),
      numKeyHeads: positive.optional(),
      keyHeadDim: positive.optional(),
      numGroups: positive.optional(),
      stateSize: positive.optional(),
    })
    .nullable()
    .default(null),
  encoder: z
    .strictObject({
      layers: positive,
      hidden: positive,
      heads: positive,
      intermediate: positive,
      melBins: positive,
      maxFrames: positive,
      positions: positive,
      chunkSeconds: positive,
    })
    .nullable()
    .default(null),
  visionTower: z
    .strictObject({
      kind: z.string(),
      params: positive,
      hidden: positive.optional(),
      layers: positive.optional(),
      intermediate: positive.optional(),
      patch: positive.optional(),
      positions: positive.optional(),
    })
    .nullable()
    .default(null),
  indexer: z.strictObject({ layers: positive, heads: positive, headDim: positive, topk: positive }).nullable().default(null),
  compressedAttention: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .nullable()
    .default(null),
  mtp: z.strictObject({ layers: positive, params: positive, dense: z.boolean().optional() }).nullable().default(null),
  nativePrecision: z.string(),
  quantization: quantizationSchema
    .nullable()
    .default(null)
    .describe("How the files of a quantised repository lie in memory; null: as the format says of a conversion"),
  copyOf: z
    .strictObject({ model: z.string(), precision: z.enum(precisions), rule: z.string() })
    .nullable()
    .default(null)
    .describe("Set where the name of a quantised re-upload was read: the model it is of, its format, and how the name says so"),
  weightLayout: z.looseObject({ kind: z.string() }).describe("Which tensors a layer has; read by planner/memory/weights"),
  kvCache: z
    .strictObject({
      perTokenGlobal: z.number().min(0),
      perTokenLocal: z.number().min(0),
      window: positive.nullable(),
      perSequence: z.number().min(0),
    })
    .describe("16-bit cache. bytes(s tokens) = perTokenGlobal*s + perTokenLocal*min(s, window) + perSequence"),
  weightBytesNative: positive.nullable().default(null),
  checkpointBytes: positive.nullable().default(null).describe("Bytes of the published weight files: what a node downloads"),
  checkpointBytesBasis: z.string().nullable().default(null),
  quantizedVariants: z.array(z.looseObject({})).nullable().default(null),
  deployable: z.boolean().default(true).describe("False for models whose weights were never published"),
  license: z.string(),
  gated: z.boolean().nullable().default(null).describe("Needs an accepted licence and a token; null = not verified"),
  note: z.string().nullable().default(null),
  published: z
    .strictObject({
      parameters: positive.nullable(),
      source: z.string().nullable(),
      comparable: z.array(z.string()).describe("What the published total counts beyond `parameters`: keys of `parts`, or mtp"),
      parts: z.record(z.string(), positive),
      nominalActive: positive.optional(),
      checkpointBytesSource: z.string().optional(),
      explainBytes: z.string().optional(),
    })
    .nullable()
    .default(null)
    .describe("The total that the publisher states, and its source"),
  sources: z.array(z.string()).min(1),
  asOf: isoDate,
});

export type Model = z.infer<typeof modelSchema>;
