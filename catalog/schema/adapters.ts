import { z } from "zod";
import { precisions } from "../../planner/layouts/precision.ts";
import { engineVersionSchema, provenance } from "./source.ts";

/** How an engine serves LoRA adapters beside the model they were trained on. */
export const adaptersSchema = z.strictObject({
  ranks: z.array(z.number().int().positive()).min(1).nullable().describe("Largest ranks that the engine takes, ascending; null: any"),
  mixturesSince: engineVersionSchema
    .nullable()
    .describe("First version with adapters on the experts of a mixture; null: not known to have any"),
  expertPrecisions: z.array(z.enum(precisions)).describe("Formats of experts that adapters are known to run with"),
  withoutFamilies: z.array(z.string()).describe("Families of models that the engine runs, but no adapters on them"),
  withoutModels: z.array(z.string()).describe("The same, for single models of other families"),
  arguments: z
    .array(z.string())
    .min(1)
    .describe("How the engine is told; {onGpu}: adapters on the GPU at once, {rank}: their largest rank, {adapters}: all that are served"),
  timing: z
    .strictObject({
      projectionMicroseconds: z.number().positive().describe("The two small products of one projection and step, whatever the batch"),
      ...provenance,
    })
    .nullable()
    .describe("null: nothing published says what adapters cost"),
  ...provenance,
});

export type AdapterRules = z.infer<typeof adaptersSchema>;
