import type { Claim } from "../claim.ts";
import { budget, cache, gpuNamed, sequencesHeld, starts, weights, workingShare } from "../program.ts";

const gb = 1e9;
const gib = 2 ** 30;
const llama7 = "meta-llama/Llama-2-7b-hf";
const llama31 = "meta-llama/Llama-3.1-8B-Instruct";
const llama70 = "meta-llama/Llama-3.3-70B-Instruct";
const qwen32 = "Qwen/Qwen3-32B";
const h100 = "h100-sxm-80gb";

const one7B = { precision: "fp16", maxModelLen: 2048, maxNumSeqs: 1 } as const;
const batch7B = { precision: "fp8", maxModelLen: 2048, maxNumSeqs: 16 } as const;
const whole7B = (): number => {
  const { activationBytesPerGpu, nonTorchBytesPerGpu, cudaGraphBytesPerGpu } = budget(llama7, "a100-sxm-40gb", one7B);
  return weights(llama7, "fp16") + cache(llama7, 2048) + activationBytesPerGpu + nonTorchBytesPerGpu + cudaGraphBytesPerGpu;
};

const yes = (of: string, stated: 0 | 1, model: string, gpu: string, wish: Parameters<typeof starts>[2]) => ({
  of,
  unit: "yes = 1",
  stated,
  program: () => Number(starts(model, gpu, wish)),
});

const context = 8192;

/** What stands beside weights and cache, and the rules that put a factor on them. */
export const memoryClaims: readonly Claim[] = [
  {
    guide: "vram",
    id: "activation-formula",
    says: "Activations = batch x length x hidden size x layers x bytes x 4 to 8.",
    figures: [
      {
        of: "Llama 2 7B, FP16, 1 x 2,048 tokens",
        unit: "GB",
        stated: [2.147, 4.295],
        program: () => budget(llama7, "a100-sxm-40gb", one7B).activationBytesPerGpu / gb,
        digits: 2,
      },
      {
        of: "Llama 2 7B, FP8, 16 x 2,048 tokens",
        unit: "GB",
        stated: [34.36, 68.72],
        program: () => budget(llama7, "a100-sxm-40gb", batch7B).activationBytesPerGpu / gb,
        digits: 2,
      },
    ],
    verdict: "wrong",
    why: "Inference keeps the activations of one layer at a time, and of the tokens of one step, not of the batch. The guide's own cases write 0.3 and 1 GB instead.",
  },
  {
    guide: "vram",
    id: "activation-share",
    says: "Activations take 10 to 20 % of the memory at small batches.",
    figures: [
      {
        of: "Llama 2 7B, one sequence, A100 40GB",
        unit: "%",
        stated: [10, 20],
        program: () =>
          (100 * budget(llama7, "a100-sxm-40gb", one7B).activationBytesPerGpu) / budget(llama7, "a100-sxm-40gb", one7B).totalBytesPerGpu,
        digits: 1,
      },
      {
        of: "Llama 3.3 70B in FP8 on two H100, engine defaults",
        unit: "%",
        stated: [10, 20],
        program: () =>
          (100 * budget(llama70, h100, { precision: "fp8", tensorParallel: 2, maxModelLen: context }).activationBytesPerGpu) /
          gpuBytes(h100),
        digits: 1,
      },
    ],
    verdict: "wrong",
    why: "A few per cent at most. The sampler's logits set the peak: they grow with the sequences at once and the vocabulary.",
  },
  {
    guide: "vram",
    id: "simple-formula",
    says: "Total = weights + 1.2 x cache, the 1.2 for activations and overhead; case 1 by this rule.",
    figures: [
      {
        of: "Llama 2 7B in FP16, 1 x 2,048 tokens: weights, cache and working memory",
        unit: "GB",
        stated: 15.29,
        about: 0.05,
        program: () => whole7B() / gb,
        digits: 3,
      },
    ],
    verdict: "right",
    why: "Near for one request by luck: the factor is on the cache alone, so it allows 0.2 GB here and 3.4 GB in case 4, for much the same working memory. The guide itself gets 17.6 GB for this case by its other rule.",
  },
  {
    guide: "vram",
    id: "overhead",
    says: "Frameworks, workspaces and fragmentation add 10 to 20 %.",
    figures: [
      {
        of: "beside weights and cache: Llama 3.1 8B on an H100",
        unit: "% of the GPU",
        stated: [10, 20],
        program: () => 100 * workingShare(llama31, h100, { maxModelLen: context }),
        digits: 1,
      },
      {
        of: "the same on an L4 in FP8",
        unit: "% of the GPU",
        stated: [10, 20],
        program: () => 100 * workingShare(llama31, "l4", { precision: "fp8", maxModelLen: context }),
        digits: 1,
      },
      {
        of: "Llama 3.3 70B in FP8 on two H100",
        unit: "% of the GPU",
        stated: [10, 20],
        program: () => 100 * workingShare(llama70, h100, { precision: "fp8", tensorParallel: 2, maxModelLen: context }),
        digits: 1,
      },
    ],
    verdict: "wrong",
    why: "It is a few GiB that hardly depend on the model's size, and no percentage: activations, CUDA, NCCL and graphs. Add to it the tenth that the engine leaves unused.",
  },
  {
    guide: "choosing",
    id: "overhead",
    says: "Activation buffers, CUDA graphs and the framework add 10 to 20 %.",
    figures: [
      {
        of: "Llama 3.1 8B on an L40S",
        unit: "% of the GPU",
        stated: [10, 20],
        program: () => 100 * workingShare(llama31, "l40s", { maxModelLen: context }),
        digits: 1,
      },
    ],
    verdict: "wrong",
    why: "As above.",
  },
  {
    guide: "vram",
    id: "rules-of-thumb",
    says: "Weights x 1.5 for development, x 1.3 for one request in production.",
    figures: [
      {
        of: "Llama 2 7B, FP16, 1 x 2,048 tokens, all memory over weights",
        unit: "times",
        stated: [1.3, 1.5],
        about: 0.1,
        program: () => whole7B() / weights(llama7, "fp16"),
        digits: 3,
      },
      {
        of: "Llama 3.3 70B, FP8, 1 x 131,072 tokens: weights and cache over weights",
        unit: "times",
        stated: [1.3, 1.5],
        about: 0.1,
        program: () => (weights(llama70, "fp8") + cache(llama70, 131072)) / weights(llama70, "fp8"),
        digits: 3,
      },
      {
        of: "Llama 2 7B, FP16, 20 x 2,048 tokens: weights and cache over weights",
        unit: "times",
        stated: [1.3, 1.5],
        about: 0.1,
        program: () => (weights(llama7, "fp16") + cache(llama7, 2048, 20)) / weights(llama7, "fp16"),
        digits: 3,
      },
    ],
    verdict: "partly",
    why: "A factor on the weights knows neither length nor batch. Its third rule, (cache x batch) x 1.2, counts the batch twice.",
  },
  {
    guide: "hardware",
    id: "headroom",
    says: "Add 30 to 50 % to the weights for production; the cache adds 20 to 50 %.",
    figures: [
      {
        of: "Llama 3.1 8B in BF16, 20 x 2,048 tokens: cache over weights",
        unit: "%",
        stated: [20, 50],
        program: () => (100 * cache(llama31, 2048, 20)) / weights(llama31, "bf16"),
        digits: 3,
      },
      {
        of: "Llama 2 7B in FP16, 20 x 2,048 tokens: cache over weights",
        unit: "%",
        stated: [20, 50],
        program: () => (100 * cache(llama7, 2048, 20)) / weights(llama7, "fp16"),
        digits: 3,
      },
    ],
    verdict: "partly",
    why: "Once more a matter of the KV heads and the lengths.",
  },
  {
    guide: "vram",
    id: "h100-budget",
    says: "90 % of an H100 80GB are 72 GB.",
    figures: [
      {
        of: "what the engine allows itself at 0.90, H100 SXM",
        unit: "GiB",
        stated: 72,
        about: 0.02,
        program: () => budget(llama31, h100, { gpuMemoryUtilization: 0.9, maxModelLen: context }).requestedBytesPerGpu / gib,
        digits: 3,
      },
      {
        of: "the same in GB, in which the guide counts its loads",
        unit: "GB",
        stated: 72,
        about: 0.02,
        program: () => budget(llama31, h100, { gpuMemoryUtilization: 0.9, maxModelLen: context }).requestedBytesPerGpu / gb,
        digits: 3,
      },
    ],
    verdict: "partly",
    why: "An 80 GB card has 80 GiB less what the driver keeps. 72 is right in GiB, so comparing with loads in GB gives 5 GB away.",
  },
  {
    guide: "hardware",
    id: "gpu-mem-util",
    says: "At gpu-memory-utilization 0.90 weights and cache share 90 %, and activations live in the other 10 %.",
    figures: [
      {
        of: "Llama 3.1 8B on an H100: weights and cache, of what is requested",
        unit: "%",
        stated: [99.5, 100],
        program: () =>
          (100 *
            (budget(llama31, h100, { gpuMemoryUtilization: 0.9, maxModelLen: context }).weightBytesPerGpu +
              budget(llama31, h100, { gpuMemoryUtilization: 0.9, maxModelLen: context }).kvCacheBytesPerGpu)) /
          budget(llama31, h100, { gpuMemoryUtilization: 0.9, maxModelLen: context }).requestedBytesPerGpu,
        digits: 3,
      },
    ],
    verdict: "wrong",
    why: "The engine measures the activation peak first and takes it, and what CUDA holds, out of the 90 %. Outside lie the CUDA context and, before vLLM 0.21, the graphs.",
  },
  {
    guide: "hardware",
    id: "allocation-table",
    says: "Of a GPU, 40 to 60 % go to weights, 30 to 50 % to the cache, 2 to 5 % to activations, 1 to 3 % to the framework.",
    figures: [
      {
        of: "Llama 3.1 8B in BF16 on an L40S: weights",
        unit: "%",
        stated: [40, 60],
        program: () => (100 * budget(llama31, "l40s", { maxModelLen: context }).weightBytesPerGpu) / gpuBytes("l40s"),
        digits: 2,
      },
      {
        of: "the same: cache",
        unit: "%",
        stated: [30, 50],
        program: () => (100 * budget(llama31, "l40s", { maxModelLen: context }).kvCacheBytesPerGpu) / gpuBytes("l40s"),
        digits: 2,
      },
      {
        of: "Llama 3.3 70B in FP8 on two H100: weights",
        unit: "%",
        stated: [40, 60],
        program: () =>
          (100 * budget(llama70, h100, { precision: "fp8", tensorParallel: 2, maxModelLen: context }).weightBytesPerGpu) / gpuBytes(h100),
        digits: 2,
      },
      {
        of: "the same: cache",
        unit: "%",
        stated: [30, 50],
        program: () =>
          (100 * budget(llama70, h100, { precision: "fp8", tensorParallel: 2, maxModelLen: context }).kvCacheBytesPerGpu) / gpuBytes(h100),
        digits: 2,
      },
      {
        of: "Llama 3.1 8B in BF16 on an H100: weights",
        unit: "%",
        stated: [40, 60],
        program: () => (100 * budget(llama31, h100, { maxModelLen: context }).weightBytesPerGpu) / gpuBytes(h100),
        digits: 2,
      },
      {
        of: "the same: cache",
        unit: "%",
        stated: [30, 50],
        program: () => (100 * budget(llama31, h100, { maxModelLen: context }).kvCacheBytesPerGpu) / gpuBytes(h100),
        digits: 2,
      },
    ],
    verdict: "partly",
    why: "Right where a model fills about half of its GPUs, which is a fair choice and no law.",
  },
  {
    guide: "serving",
    id: "alert-85",
    says: "Alert when more than 85 % of GPU memory is in use.",
    figures: [
      {
        of: "share that vLLM takes at start-up and keeps, whatever the load",
        unit: "%",
        stated: [0, 85],
        program: () => (100 * budget(llama31, h100, { maxModelLen: context }).requestedBytesPerGpu) / gpuBytes(h100),
        digits: 2,
      },
    ],
    verdict: "wrong",
    why: "The alert would never end. Watch the share of the KV cache in use and the requests that wait.",
  },
  {
    guide: "hardware",
    id: "calculator-1",
    says: "Its calculator: 7B, FP16, 1 request of 2K tokens prints 15.0 GB.",
    figures: [
      {
        of: "the formula it shows, 1.1 x (weights + cache), 7.0 B parameters",
        unit: "GiB",
        stated: 15.0,
        about: 0.005,
        program: () => (1.1 * (2 * 7e9 + cache(llama31, 2048))) / gib,
        truth: 15695279001 / gib,
        truthWithin: 1e-9,
      },
    ],
    verdict: "wrong",
    why: "The code as shown prints 14.6, in GiB labelled GB.",
  },
  {
    guide: "hardware",
    id: "calculator-2",
    says: "The same with 20 requests prints 16.4 GB.",
    figures: [
      {
        of: "the formula it shows",
        unit: "GiB",
        stated: 16.4,
        about: 0.005,
        program: () => (1.1 * (2 * 7e9 + cache(llama31, 2048, 20))) / gib,
        truth: 21305580032 / gib,
        truthWithin: 1e-9,
      },
    ],
    verdict: "wrong",
    why: "The code as shown prints 19.8.",
  },
  {
    guide: "hardware",
    id: "calculator-3",
    says: "70B, INT4, 1 request of 2K tokens prints 41.0 GB.",
    figures: [
      {
        of: "the formula it shows, 70 B parameters",
        unit: "GiB",
        stated: 41.0,
        about: 0.005,
        program: () => (1.1 * (0.5 * 70e9 + cache(llama70, 2048))) / gib,
        truth: 39238197504 / gib,
        truthWithin: 1e-7,
      },
    ],
    verdict: "wrong",
    why: "The code as shown prints 36.5.",
  },
  {
    guide: "hardware",
    id: "calculator-4",
    says: "The same with 20 requests prints 42.4 GB.",
    figures: [
      {
        of: "the formula it shows",
        unit: "GiB",
        stated: 42.4,
        about: 0.005,
        program: () => (1.1 * (0.5 * 70e9 + cache(llama70, 2048, 20))) / gib,
        truth: 53263950080 / gib,
        truthWithin: 1e-7,
      },
    ],
    verdict: "wrong",
    why: "The code as shown prints 49.6.",
  },
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

function gpuBytes(gpu: string): number {
  return gpuNamed(gpu).cudaMemoryBytes ?? Number.NaN;
}
