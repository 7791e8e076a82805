import type { Claim } from "../claim.ts";
import { budget, cache, sequencesHeld, starts, weights } from "../program.ts";

const gb = 1e9;
const llama70 = "meta-llama/Llama-3.3-70B-Instruct";
const qwen32 = "Qwen/Qwen3-32B";
const h100 = "h100-sxm-80gb";
const context = 8192;

const yes = (of: string, stated: 0 | 1, model: string, gpu: string, wish: Parameters<typeof starts>[2]) => ({
  of,
  unit: "yes = 1",
  stated,
  program: () => Number(starts(model, gpu, wish)),
});

/** Sequences and models that are said to fit. */
export const fitClaims: readonly Claim[] = [
  {
    guide: "vram",
    id: "8k-example",
    says: "Qwen3-32B, 20 sequences of 8K tokens instead of 12K: the cache is 19.5 GB, and 30 sequences fit.",
    figures: [
      { of: "cache of 20", unit: "GB", stated: 19.5, program: () => cache(qwen32, 8192, 20) / gb, truth: 42.94967296 },
      {
        of: "sequences of 8,192 tokens on one H100, FP8 weights",
        unit: "sequences",
        stated: 30,
        program: () => sequencesHeld(qwen32, h100, 8192, { precision: "fp8", maxNumSeqs: 20 }),
      },
    ],
    verdict: "wrong",
    why: "26.8 GB with its head size of 80, 42.9 GB with the true 128; 19.5 is its wrong 29.3 scaled down.",
  },
  {
    guide: "vram",
    id: "tp2-example",
    says: "Qwen3-32B on two H100: 80 sequences of 12K tokens in 50 to 55 GB a GPU, as the cache is shared.",
    figures: [
      {
        of: "weights and cache on each GPU for 80 sequences",
        unit: "GB",
        stated: [50, 55],
        program: () =>
          (budget(qwen32, h100, { precision: "fp8", tensorParallel: 2, maxModelLen: 12288 }).weightBytesPerGpu +
            cache(qwen32, 12288, 80) / 2) /
          gb,
        truth: 145.24901888,
        truthWithin: 0.01,
        digits: 3,
      },
      {
        of: "sequences of 12,288 tokens that fit two H100",
        unit: "sequences",
        stated: 80,
        program: () => sequencesHeld(qwen32, h100, 12288, { precision: "fp8", tensorParallel: 2, maxNumSeqs: 80 }),
        truth: 36,
        truthWithin: 0.06,
      },
    ],
    verdict: "wrong",
    why: "The KV heads are divided between the GPUs, not shared by them: 80 sequences are 258 GB of cache.",
  },
  {
    guide: "vram",
    id: "mixed-lengths",
    says: "70 % requests of 4K tokens, 20 % of 8K and 10 % of 16K are 6K on average, and twice as many fit as of 12K.",
    figures: [
      {
        of: "mean length",
        unit: "tokens",
        stated: 6144,
        program: () => ((0.7 * cache(qwen32, 4096) + 0.2 * cache(qwen32, 8192) + 0.1 * cache(qwen32, 16384)) / cache(qwen32, 16)) * 16,
        truth: 6144,
        truthWithin: 1e-9,
      },
      {
        of: "cache of 12,288 tokens over the mean of the mixture",
        unit: "times",
        stated: 2,
        program: () => cache(qwen32, 12288) / (0.7 * cache(qwen32, 4096) + 0.2 * cache(qwen32, 8192) + 0.1 * cache(qwen32, 16384)),
        truth: 2,
        truthWithin: 1e-9,
      },
    ],
    verdict: "right",
    why: "With full attention. A spec says such a mixture in traffic.lengths.",
  },
  {
    guide: "vram",
    id: "fp8-h100",
    says: "FP8 on an H100 halves the weights and leaves the cache in 16 bits.",
    figures: [
      {
        of: "Llama 3.3 70B, fp8 over bf16",
        unit: "% of the weights",
        stated: 50,
        about: 0.05,
        program: () => (100 * weights(llama70, "fp8")) / weights(llama70, "bf16"),
      },
      {
        of: "bytes of a cached element beside FP8 weights",
        unit: "bytes",
        stated: 2,
        program: () => cache(llama70, 2048, 1, { precision: "fp8" }) / (2 * 80 * 2048 * 1024),
        truth: 2,
      },
    ],
    verdict: "right",
    why: "Its command for it is not: see the vLLM flags below.",
  },
  {
    guide: "choosing",
    id: "70b-fp16",
    says: "34B to 70B in FP16 run on one or two H100 or A100 of 80 GB.",
    figures: [
      yes("Qwen3-32B in FP16 on one H100, 8k context", 1, qwen32, h100, { precision: "fp16", maxModelLen: context }),
      yes("Llama 3.3 70B in FP16 on one H100", 1, llama70, h100, { precision: "fp16", maxModelLen: context }),
      yes("Llama 3.3 70B in FP16 on two H100", 1, llama70, h100, { precision: "fp16", tensorParallel: 2, maxModelLen: context }),
      {
        of: "tokens of cache that two H100 keep beside 70B in FP16, 8 sequences at once",
        unit: "tokens",
        stated: null,
        program: () => budget(llama70, h100, { precision: "fp16", tensorParallel: 2, maxModelLen: context, maxNumSeqs: 8 }).kvCacheTokens,
        digits: 2,
      },
    ],
    verdict: "partly",
    why: "One for 32B, two for 70B, and those hold only a few requests beside the weights: use FP8 or four.",
  },
  {
    guide: "choosing",
    id: "70b-int4",
    says: "70B in INT4 runs on one A100 80GB or on two RTX 4090.",
    figures: [
      yes("AWQ int4 on one A100 80GB, 8k context", 1, llama70, "a100-sxm-80gb", { precision: "awq-int4", maxModelLen: context }),
      yes("AWQ int4 on two RTX 4090, 8k context", 1, llama70, "rtx-4090", {
        precision: "awq-int4",
        tensorParallel: 2,
        maxModelLen: context,
        maxNumSeqs: 8,
      }),
      {
        of: "sequences of 8,192 tokens on two RTX 4090",
        unit: "sequences",
        stated: null,
        program: () => sequencesHeld(llama70, "rtx-4090", context, { precision: "awq-int4", tensorParallel: 2, maxNumSeqs: 8 }),
      },
    ],
    verdict: "right",
    why: "Two RTX 4090 start it, with next to nothing left for a cache: 40 GB of weights on cards of 23.5 GiB.",
  },
  {
    guide: "choosing",
    id: "405b",
    says: "Llama 3.1 405B runs on a node of 8 H100.",
    figures: [
      yes("in FP8, 8k context", 1, "meta-llama/Llama-3.1-405B-Instruct", h100, {
        precision: "fp8",
        tensorParallel: 8,
        maxModelLen: context,
      }),
      yes("in BF16, 8k context", 1, "meta-llama/Llama-3.1-405B-Instruct", h100, {
        precision: "bf16",
        tensorParallel: 8,
        maxModelLen: context,
      }),
    ],
    verdict: "partly",
    why: "In FP8 only: 406 GB of weights, against 812 GB in BF16 and 684 GB on the node.",
  },
];
