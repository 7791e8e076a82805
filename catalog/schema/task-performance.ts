import { z } from "zod";
import { provenance } from "./source.ts";

const positive = z.number().positive();
const share = z.number().gt(0).max(1);

const prefillEngineSchema = z.strictObject({
  engine: z.string(),
  gemmFactor: positive.describe("Matrix products and attention of a pooling pass, relative to the prefill rates of step-time.json"),
  fixedMicroseconds: z.number().min(0).describe("Of one batch: scheduling and launching"),
  layerMicroseconds: z.number().min(0).describe("Of one layer of one batch"),
  requestMilliseconds: z.number().min(0).describe("The API server's own time for a request: it takes one at a time"),
  documentMilliseconds: z.number().min(0).describe("The same for each text of a request: tokenising, writing the vector"),
  estimated: z.boolean(),
  ...provenance,
});

const speechEngineSchema = z.strictObject({
  engine: z.string(),
  encoderFactor: positive.describe("Encoder pass, relative to its matrix products at the prefill rates of step-time.json"),
  decodeFactor: positive.describe("Decoding step, relative to the bytes it reads: beams, cross-attention kernels, fallbacks"),
  fixedMicroseconds: z.number().min(0).describe("Of one decoding step"),
  layerMicroseconds: z.number().min(0).describe("Of one decoder layer of one step"),
  requestMilliseconds: z.number().min(0).describe("Decoding the audio file and its spectrogram, for each window"),
  maxConcurrentWindows: z.number().int().positive().describe("Windows in one decoding batch at most"),
  sharedBatch: z.boolean().describe("True: windows of different recordings are decoded together; false: one recording at a time"),
  estimated: z.boolean(),
  ...provenance,
});

/** Standard deviations of ln(measured / predicted): hardware family measured with such a model, or not. */
const sigmaSchema = z.strictObject({ measured: positive, none: positive });

/** Constants of the models of embedding, reranking and transcription (docs/tasks.md). */
export const taskPerformanceSchema = z.strictObject({
  about: z.string(),
  asOf: z.iso.date(),
  hostPeakShare: z
    .strictObject({ fp32: share, int8: share, memoryBandwidth: share, ...provenance })
    .describe("Share of a CPU's peak, and of its memory bandwidth, that engines reach"),
  prefillOnly: z.strictObject({
    engines: z.array(prefillEngineSchema).min(1),
    utilizationCeiling: share.describe("Share of the largest sustainable rate that a replica is planned for at most"),
    sigma: sigmaSchema,
    measuredFamilies: z.array(z.string()).describe("performanceFamily of GPUs, or id of CPUs, with measured runs"),
  }),
  transcription: z.strictObject({
    tokensPerAudioSecond: z.strictObject({ value: positive, ...provenance }).describe("Tokens of a transcript for each second of speech"),
    promptTokens: positive.describe("Start, language, task and timestamp tokens before the transcript"),
    tokensVariation: positive.describe("Assumed coefficient of variation of a window's tokens"),
    engines: z.array(speechEngineSchema).min(1),
    utilizationCeiling: share,
    sigma: sigmaSchema,
    measuredFamilies: z.array(z.string()),
  }),
});

export type TaskPerformance = z.infer<typeof taskPerformanceSchema>;
export type PrefillEngine = z.infer<typeof prefillEngineSchema>;
export type SpeechEngine = z.infer<typeof speechEngineSchema>;
