import { z } from "zod";
import { quantizationSchema } from "./model.ts";
import { isoDate } from "./source.ts";

/** A published quantised copy of a model whose own quantization_config says more than its name: what stays wide, blocks, the cache's type. */
export const variantSchema = z.strictObject({
  id: z.string().min(1).describe("Hugging Face repository"),
  model: z.string().min(1).describe("Id of the model it is a copy of"),
  quantization: quantizationSchema,
  asOf: isoDate,
});

export type Variant = z.infer<typeof variantSchema>;
