import { z } from "zod";
import { taskSchema } from "../../../catalog/schema/model.ts";
import { precisions } from "../../layouts/precision.ts";
import { defaults } from "../defaults.ts";
import { show } from "../show.ts";
import { placementShape } from "./capacity.ts";
import { demandShape } from "./demand.ts";
import { engineSchema, loraSchema, speculativeSchema, weightsSchema } from "./engine.ts";
import { choice, dictionary, list, mapping, quantity, text } from "./field.ts";
import { sloSchema } from "./slo.ts";

export const qualityFloors = ["bf16", "fp8", "int8", "int4"] as const;
const kvCacheDtypes = ["auto", "bf16", "fp16", "fp8", "fp8_e4m3", "fp8_e5m2", "nvfp4", "fp32"] as const;
const survivals = ["none", "replica", "node", "zone"] as const;

const precision = choice(["auto", ...precisions], { description: "Format of the weights, or auto." });

/** Every field of a workload but its name; the same may stand under `defaults`. */
export const workloadFieldShape = {
  model: text({
    noun: "the name of a model",
    maxLength: 300,
    description: "Catalog id or alias of the model (its Hugging Face name), or ./path to a folder with config.json. Required.",
    example: "meta-llama/Llama-3.3-70B-Instruct",
  }).optional(),
  task: choice(taskSchema.options, {
    description: "What the model does.",
    defaultText: "from the model",
  }).optional(),
  precision: z
    .union([precision, z.array(precision).min(1, { error: () => "expected at least one precision, or auto" })], {
      error: (issue) => `expected a precision such as fp8, a list of them, or auto, found ${show(issue.input)}`,
    })
    .meta({
      description:
        "Format of the weights: one, a list to choose from, or auto (bf16 and fp8, and what qualityFloor allows besides). Required.",
      examples: ["fp8"],
    })
    .optional(),
  qualityFloor: choice(qualityFloors, {
    description: "The coarsest format that may be chosen.",
    default: defaults.qualityFloor,
  }).optional(),
  kvCacheDtype: choice(kvCacheDtypes, {
    description: "Format of the KV cache; auto is the activations' 16 bits.",
    default: defaults.kvCacheDtype,
  }).optional(),
  ...demandShape,
  maxModelLen: quantity({
    noun: "a whole number of tokens",
    unit: "tokens",
    min: 16,
    max: 2 ** 24,
    whole: true,
    description: "Longest request, input and output together.",
    defaultText: "p99 of the lengths, rounded up to a power of two, within the model's limit",
    example: 8192,
  }).optional(),
  slo: sloSchema.optional(),
  availability: mapping(
    {
      survive: choice(survivals, {
        description: "The loss after which the workload still serves degradedShare of its peak inside the SLO.",
        default: defaults.survive,
      }).optional(),
      degradedShare: quantity({
        noun: "a share",
        unit: "share of peak demand",
        min: 0.01,
        max: 1,
        description: "Share of the peak that is still served after the loss.",
        default: defaults.degradedShare,
        example: 0.8,
      }).optional(),
    },
    { noun: "a mapping such as {survive: zone, degradedShare: 0.8}", description: "What must keep working after a loss." },
  ).optional(),
  spot: mapping(
    {
      maxShare: quantity({
        noun: "a share",
        unit: "share of capacity",
        min: 0,
        max: 1,
        description: "Largest share of the workload's capacity on spot nodes.",
        default: defaults.spotMaxShare,
        example: 0.5,
      }).optional(),
      minSurvival: quantity({
        noun: "a share",
        unit: "probability",
        min: 0.5,
        max: 0.99999,
        description: "Chance that at a random moment enough replicas are up, spot nodes being lost and replaced.",
        default: defaults.spotMinSurvival,
      }).optional(),
    },
    { noun: "a mapping such as {maxShare: 0.5}", description: "Use of spot nodes." },
  ).optional(),
  engine: engineSchema.optional(),
  weights: weightsSchema.optional(),
  lora: loraSchema.optional(),
  speculative: speculativeSchema.nullable().optional(),
  clusters: list(text({ noun: "the name of a cluster", description: "Name of a cluster." }), {
    noun: "a list of cluster names",
    description: "Clusters that may serve the workload.",
    defaultText: "any",
    example: ["aws-us-east-1"],
  }).optional(),
  ...placementShape,
  costCenter: text({
    noun: "a name",
    maxLength: 63,
    description: "Who pays; a label value (docs/spec.md, names and tags).",
    defaultText: "null",
    example: "support",
  })
    .nullable()
    .optional(),
  tags: dictionary(z.string({ error: () => "expected text; put numbers and booleans in quotes" }), {
    noun: "a mapping of names to text",
    description: "Tags and labels on everything made for the workload.",
    defaultText: "none",
    example: { team: "chat" },
  }).optional(),
} satisfies z.ZodRawShape;

export const workloadShape = {
  name: text({
    noun: "a name of at most 40 lower-case letters, digits and dashes that starts with a letter",
    maxLength: 40,
    pattern: /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    description:
      "Name of the workload; names its Service and Deployments. At most 40 lower-case letters, digits and dashes, starting with a letter. Required.",
    example: "support-chat",
  }),
  ...workloadFieldShape,
} satisfies z.ZodRawShape;

export const workloadSchema = mapping(workloadShape, {
  noun: "a mapping with name, model, precision, qps and averageContext",
  description: "One model served at one rate.",
});
export const workloadDefaultsSchema = mapping(workloadFieldShape, {
  noun: "a mapping of workload fields",
  description: "Any workload field; a workload's own value wins, and mappings are merged key by key.",
});

type RawFields = { [Key in keyof typeof workloadShape]?: z.infer<(typeof workloadShape)[Key]> };
/** A workload as far as it could be read: a field that is missing or was refused is absent. */
export type RawWorkload = { readonly [Key in keyof RawFields]: RawFields[Key] | undefined };
