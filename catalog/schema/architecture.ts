import { z } from "zod";
import { taskSchema } from "./model.ts";
import { isoDate } from "./source.ts";

/** What the class of an architecture decides and its config.json does not say: how tensors and defaults follow from `model_type`. */
export const architectureSchema = z.strictObject({
  modelTypes: z.array(z.string().min(1)).min(1).describe("`model_type` of config.json, of the language model where there are several"),
  family: z.string(),
  task: taskSchema.default("generate"),
  layout: z.looseObject({ kind: z.string() }).describe("As `weightLayout` of a model"),
  bias: z
    .enum(["none", "qkv", "qkvo", "qkv-by-flag", "qkvo-by-flag", "all"])
    .default("none")
    .describe("Biases of attention; by-flag: where attention_bias is true. all: of every projection"),
  windows: z
    .enum(["none", "by-flag", "all", "alternating", "pattern", "chunked"])
    .default("none")
    .describe(
      "Layers with a sliding window when layer_types does not list them. by-flag: all, where use_sliding_window is true; alternating: every second; pattern: all but each sliding_window_pattern-th",
    ),
  linear: z
    .enum(["none", "gated-deltanet", "mamba2", "kda", "short-conv", "lightning"])
    .default("none")
    .describe("The mixer of layers without attention"),
  experts: z
    .enum(["none", "every-layer", "by-config"])
    .default("none")
    .describe("every-layer: intermediate_size is that of one expert, in all layers"),
  defaults: z
    .record(z.string(), z.union([z.number(), z.boolean(), z.string()]))
    .default({})
    .describe("Fields of the configuration class that published files leave out"),
  source: z.string().min(1),
  asOf: isoDate,
});

export type Architecture = z.infer<typeof architectureSchema>;
