import { z } from "zod";
import { engineVersionSchema, provenance } from "./source.ts";

/** One engine that serves models which do not generate text, and how they are asked for. */
const taskServingRowSchema = z.strictObject({
  engine: z.string(),
  models: z.array(z.string()).min(1).describe("Catalog ids"),
  since: engineVersionSchema,
  arguments: z.array(z.string()).describe("What the engine must be told beside the plan's own decisions"),
  needsOwnImage: z
    .string()
    .nullable()
    .default(null)
    .describe("What the stock image lacks, so that the user has to give one; null: nothing"),
  repositories: z
    .record(z.string(), z.string())
    .default({})
    .describe("Catalog id -> repository with the weights in the engine's own format"),
  onnxModels: z
    .array(z.string())
    .nullable()
    .default(null)
    .describe(
      "Catalog ids that it runs on AMD processors: those published as ONNX too, where its x86 image has only Intel's MKL besides; null: all",
    ),
  ...provenance,
});

export const taskServingSchema = z.strictObject({ about: z.string(), rows: z.array(taskServingRowSchema).min(1) });
export type TaskServingRow = z.infer<typeof taskServingRowSchema>;
