import { z } from "zod";
import { isoDate } from "./source.ts";

const share = z.number().min(0).max(1);
const variance = z.number().positive();
const smooth = z.strictObject({
  variance,
  lengthScale: z.number().positive().describe("Distance of the logarithms at which the correlation has fallen to exp(-1/2)"),
});
const nearSchema = z
  .strictObject({
    load: smooth.describe("By the number of running requests"),
    context: smooth.describe("By the mean context"),
    layout: variance.describe("Same cut over GPUs"),
    release: variance.describe("Same minor version of the engine"),
    figure: variance.describe("Latency and full output each for itself"),
  })
  .describe("What runs of one cell share only when they are alike in this");

/** Variances of ln(measured / predicted). A part's variance is that of its own factor: it counts by the square of its share of the time. */
export const measurementsSchema = z.strictObject({
  about: z.string(),
  source: z.string().min(1),
  asOf: isoDate,
  step: z.strictObject({
    parts: z.strictObject({ memory: variance, communication: variance, layers: variance, sequences: variance, prefill: variance }),
    near: nearSchema,
    noise: variance.describe("Two runs of the same thing"),
  }),
  ttft: z.strictObject({
    parts: z.strictObject({ prefill: variance, handling: variance, wait: variance }),
    near: nearSchema,
    noise: variance,
  }),
  kinship: z
    .strictObject({
      format: share.describe("Same engine and format"),
      gpu: share.describe("Same engine and GPU"),
      family: share.describe("Same engine and model family"),
      familyFormat: share.describe("Same engine, model family and format"),
      modelFormat: share.describe("Same engine, model and format"),
      modelGpu: share.describe("Same engine, model and GPU"),
      cell: share.describe("Same engine, model, GPU and format"),
    })
    .refine((shares) => Math.abs(Object.values(shares).reduce((sum, value) => sum + value, 0) - 1) < 1e-9, "adds up to 1")
    .describe("How the error of a part divides into errors that runs with something in common share"),
  stepInTtft: share.describe("Exponent with which the step factor passes into the time to first token"),
  farthestFactor: z.number().min(1).describe("A run this many times slower or faster than predicted is taken for a mistake"),
});

export type MeasurementConstants = z.infer<typeof measurementsSchema>;
