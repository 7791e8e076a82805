import type { Claim } from "../claim.ts";
import { budget, cache, gpuNamed, weights, workingShare } from "../program.ts";

const gb = 1e9;
const gib = 2 ** 30;
const llama7 = "meta-llama/Llama-2-7b-hf";
const llama31 = "meta-llama/Llama-3.1-8B-Instruct";
const llama70 = "meta-llama/Llama-3.3-70B-Instruct";
const h100 = "h100-sxm-80gb";

const one7B = { precision: "fp16", maxModelLen: 2048, maxNumSeqs: 1 } as const;
const batch7B = { precision: "fp8", maxModelLen: 2048, maxNumSeqs: 16 } as const;
/** Weights, cache and working memory of Llama 2 7B. */
function whole7B(wish: typeof one7B | typeof batch7B): number {
  const { activationBytesPerGpu, nonTorchBytesPerGpu, cudaGraphBytesPerGpu } = budget(llama7, "a100-sxm-40gb", wish);
  const working = activationBytesPerGpu + nonTorchBytesPerGpu + cudaGraphBytesPerGpu;
  return weights(llama7, wish.precision) + cache(llama7, 2048, wish.maxNumSeqs) + working;
}

const context = 8192;
const gpuBytes = (gpu: string): number => gpuNamed(gpu).cudaMemoryBytes ?? Number.NaN;

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
    says: "Total = weights + 1.2 x cache, the 1.2 for activations and overhead; cases 1 and 4 by this rule.",
    figures: [
      {
        of: "Llama 2 7B in FP16, 1 x 2,048 tokens: weights, cache and working memory",
        unit: "GB",
        stated: 15.29,
        about: 0.05,
        program: () => whole7B(one7B) / gb,
        digits: 3,
      },
      {
        of: "the same in FP8, 16 x 2,048 tokens (case 4)",
        unit: "GB",
        stated: 27.6,
        about: 0.05,
        program: () => whole7B(batch7B) / gb,
        digits: 3,
      },
    ],
    verdict: "partly",
    why: "The factor is on the cache alone: near for one request, whose cache is small, and too much for a batch, whose working memory is the same. The guide itself gets 17.6 GB for case 1 by its other rule.",
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
        program: () => whole7B(one7B) / weights(llama7, "fp16"),
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
];
