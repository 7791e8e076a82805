import type { Claim } from "../claim.ts";
import { budget, cache, modelNamed, weights, workingShare } from "../program.ts";

const gb = 1e9;
const e5 = "intfloat/multilingual-e5-large";
const turbo = "openai/whisper-large-v3-turbo";
/** Some are published in 32 bits, and the cache follows the weights. */
const fp16 = { precision: "fp16" } as const;

const usedGB = (model: string, gpu: string, precision: "fp32" | "fp16", maxNumSeqs: number): number => {
  const tokens = Math.min(512, modelNamed(model).maxContext);
  const { totalBytesPerGpu } = budget(model, gpu, { precision, maxModelLen: tokens, maxNumSeqs });
  return (
    (weights(model, precision) +
      maxNumSeqs * (cache(model, tokens) || 0) +
      workingShare(model, gpu, { precision, maxModelLen: tokens, maxNumSeqs }) * totalBytesPerGpu) /
    gb
  );
};

const e5Batch = (batch: number, stated: number) => ({
  of: `e5-large in FP32, ${batch} at once`,
  unit: "GB",
  stated,
  about: 0.2,
  program: () => usedGB(e5, "rtx-4090", "fp32", batch),
  digits: 2,
});

const turboBatch = (batch: number, stated: readonly [number, number]) => ({
  of: `turbo in FP16, ${batch} at once`,
  unit: "GB",
  stated,
  program: () => usedGB(turbo, "rtx-4090", "fp16", batch),
  digits: 2,
});

/** Parameters, and weights with the caches of 448 text tokens, of one Whisper model; bytes of a cache by hand. */
const whisper = (name: string, millions: number, oneGB: number, eightGB: number, cacheBytes: number) => [
  { of: `${name}: parameters`, unit: "M", stated: millions, about: 0.02, program: () => modelNamed(`openai/${name}`).parameters / 1e6 },
  {
    of: `${name}: weights in FP16 and caches, batch 1`,
    unit: "GB",
    stated: oneGB,
    about: 0.2,
    program: () => (weights(`openai/${name}`, "fp16") + cache(`openai/${name}`, 448, 1, fp16)) / gb,
    truth: (2 * modelNamed(`openai/${name}`).parameters + cacheBytes) / gb,
    truthWithin: 0.01,
    digits: 2,
  },
  {
    of: `${name}: the same, batch 8`,
    unit: "GB",
    stated: eightGB,
    about: 0.2,
    program: () => (weights(`openai/${name}`, "fp16") + cache(`openai/${name}`, 448, 8, fp16)) / gb,
    truth: (2 * modelNamed(`openai/${name}`).parameters + 8 * cacheBytes) / gb,
    truthWithin: 0.01,
    digits: 2,
  },
];

/** Embedding models, rerankers and Whisper. */
export const encoderClaims: readonly Claim[] = [
  {
    guide: "vram",
    id: "encoder-cache",
    says: "In embedding models and rerankers the KV cache takes most of the memory, because their batches are large.",
    figures: [
      { of: "multilingual-e5-large: cache of 32 x 512 tokens", unit: "GB", stated: 3.2, program: () => cache(e5, 512, 32) / gb, truth: 0 },
      {
        of: "bge-reranker-v2-m3: cache of 64 x 512 tokens",
        unit: "GB",
        stated: 6.4,
        program: () => cache("BAAI/bge-reranker-v2-m3", 512, 64) / gb,
        truth: 0,
      },
      {
        of: "gte-multilingual-base: cache of 128 x 512 tokens",
        unit: "GB",
        stated: 2.4,
        program: () => cache("Alibaba-NLP/gte-multilingual-base", 512, 128) / gb,
        truth: 0,
      },
    ],
    verdict: "wrong",
    why: "They read their input once and write nothing after it: there is nothing to cache.",
  },
  {
    guide: "vram",
    id: "e5-batches",
    says: "e5-large takes 7, 11 and 19 GB at batches of 32, 64 and 128.",
    figures: [
      e5Batch(32, 7),
      e5Batch(64, 11),
      e5Batch(128, 19),
      {
        of: "its weights in FP32",
        unit: "GB",
        stated: null,
        program: () => weights(e5, "fp32") / gb,
        truth: 2.239561728,
        truthWithin: 0.001,
      },
    ],
    verdict: "wrong",
    why: "They follow from a cache that is not there. An engine that batches by tokens needs the same for all three.",
  },
  {
    guide: "vram",
    id: "whisper-cache",
    says: "Whisper's largest part is the encoder's KV cache, 3.93 GB for 8 recordings of 30 s.",
    figures: [
      {
        of: "what 8 requests of turbo keep beside their text (1,500 positions in 4 layers)",
        unit: "GB",
        stated: 3.93,
        program: () => (8 * (cache(turbo, 448) - 28 * (cache(turbo, 448) - cache(turbo, 432)))) / gb,
        truth: 0.24576,
        truthWithin: 0.01,
        digits: 2,
      },
      {
        of: "positions of 30 s of audio",
        unit: "positions",
        stated: 3000,
        program: () => modelNamed(turbo).encoder?.positions ?? 0,
        truth: 1500,
      },
      { of: "decoder layers of turbo", unit: "layers", stated: 32, program: () => modelNamed(turbo).numLayers, truth: 4 },
    ],
    verdict: "wrong",
    why: "The encoder writes no tokens and caches none. The decoder keeps keys and values of the encoder's output, for 1,500 positions (a convolution halves the 3,000 frames) in each of its own layers.",
  },
  {
    guide: "vram",
    id: "whisper-batches",
    says: "Turbo takes 3 to 4, 5 to 6, 8 to 9 and 15 to 16 GB at batches of 1, 4, 8 and 16.",
    figures: [
      turboBatch(1, [3, 4]),
      turboBatch(4, [5, 6]),
      turboBatch(8, [8, 9]),
      turboBatch(16, [15, 16]),
      {
        of: "cache of one request, 448 tokens of text",
        unit: "MB",
        stated: null,
        program: () => cache(turbo, 448) / 1e6,
        truth: 39.89504,
        truthWithin: 0.01,
        digits: 3,
      },
    ],
    verdict: "wrong",
    why: "40 MB a request on top of 1.6 GB of weights and the engine's own memory.",
  },
  {
    guide: "vram",
    id: "whisper-table",
    says: "Sizes of the Whisper models, and their memory in FP16 at batches of 1 and 8.",
    figures: [
      ...whisper("whisper-tiny", 39, 1, 2, 11968512),
      ...whisper("whisper-base", 74, 1.2, 2.5, 23937024),
      ...whisper("whisper-small", 244, 1.5, 4, 71811072),
      ...whisper("whisper-medium", 769, 2.5, 7, 191496192),
      ...whisper("whisper-large-v3", 1550, 4, 12, 319160320),
      ...whisper("whisper-large-v3-turbo", 809, 3, 8.5, 39895040),
    ],
    verdict: "partly",
    why: "The parameters are right, rounded. The memory is not: what is above weights and caches is the engine's own and does not grow eightfold with the batch. Its INT8 column has the same fault.",
  },
];
