import type { Claim } from "../claim.ts";
import { cache, cacheWidth, modelNamed, sequencesHeld, weights } from "../program.ts";

const gb = 1e9;
const gib = 2 ** 30;
const llama7 = "meta-llama/Llama-2-7b-hf";
const llama3 = "meta-llama/Meta-Llama-3-8B-Instruct";
const llama31 = "meta-llama/Llama-3.1-8B-Instruct";
const llama70 = "meta-llama/Llama-3.3-70B-Instruct";
const qwen32 = "Qwen/Qwen3-32B";
const gemma27 = "google/gemma-3-27b-it";

const derivedHead = (model: string): number => modelNamed(model).hiddenSize / modelNamed(model).numAttentionHeads;

/** Rows of the head size rule: derived from the hidden size, as the guide does, and as the model says. */
const headSize = (name: string, model: string, truth: number) => ({
  of: `${name}: head size in the configuration, against hidden size / heads`,
  unit: "elements",
  stated: derivedHead(model),
  program: () => modelNamed(model).headDim,
  truth,
});

/** The KV cache: its formula, and every figure that was worked out with it. */
export const cacheClaims: readonly Claim[] = [
  {
    guide: "vram",
    id: "kv-formula",
    says: "KV cache = 2 x layers x batch x length x hidden size x bytes, for any model.",
    figures: [
      {
        of: "Llama 2 7B: width of K, against its hidden size",
        unit: "elements",
        stated: 4096,
        program: () => cacheWidth(llama7),
        truth: 4096,
      },
      {
        of: "Llama 3.3 70B: width of K, against its hidden size",
        unit: "elements",
        stated: 8192,
        program: () => cacheWidth(llama70),
        truth: 1024,
      },
      {
        of: "Qwen3-32B: width of K, against its hidden size",
        unit: "elements",
        stated: 5120,
        program: () => cacheWidth(qwen32),
        truth: 1024,
      },
    ],
    verdict: "partly",
    why: "Right only where every query head has its own KV head (Llama 2 7B and 13B). With grouped queries the width is KV heads x head size, up to 8 times less; the guide says so itself further on.",
  },
  {
    guide: "vram",
    id: "kv-ex-1",
    says: "Llama 2 7B, one sequence of 2,048 tokens: 1,073,741,824 bytes, about 1 GB.",
    figures: [{ of: "cache", unit: "bytes", stated: 1073741824, program: () => cache(llama7, 2048), truth: 1073741824 }],
    verdict: "right",
    why: "Exactly 1 GiB.",
  },
  {
    guide: "vram",
    id: "kv-ex-2",
    says: "The same, four sequences: 4 GB.",
    figures: [{ of: "cache", unit: "GiB", stated: 4, program: () => cache(llama7, 2048, 4) / gib, truth: 4 }],
    verdict: "right",
    why: "As 4 GiB; in GB it is 4.29.",
  },
  {
    guide: "vram",
    id: "kv-ex-3",
    says: "The same, one sequence of 4,096 tokens: 2 GB.",
    figures: [{ of: "cache", unit: "GiB", stated: 2, program: () => cache(llama7, 4096) / gib, truth: 2 }],
    verdict: "right",
    why: "As 2 GiB; in GB it is 2.15.",
  },
  {
    guide: "vram",
    id: "kv-linear",
    says: "The cache grows in proportion to batch and length.",
    figures: [
      {
        of: "Llama 3.3 70B: 8,192 tokens over 1,024",
        unit: "times",
        stated: 8,
        program: () => cache(llama70, 8192) / cache(llama70, 1024),
        truth: 8,
      },
      { of: "Gemma 3 27B: 8,192 tokens over 1,024", unit: "times", stated: 8, program: () => cache(gemma27, 8192) / cache(gemma27, 1024) },
    ],
    verdict: "partly",
    why: "In batch always; in length only with full attention in every layer. Windows, latent attention with sparse reading and recurrent layers grow less.",
  },
  {
    guide: "vram",
    id: "gqa-note",
    says: "Grouped queries divide the cache by 8 in Llama 3.3 70B and by 7 in Qwen2.5 7B.",
    figures: [
      {
        of: "Llama 3.3 70B",
        unit: "times",
        stated: 8,
        program: () => modelNamed(llama70).numAttentionHeads / modelNamed(llama70).numKvHeads,
        truth: 8,
      },
      {
        of: "Qwen2.5 7B",
        unit: "times",
        stated: 7,
        program: () => modelNamed("Qwen/Qwen2.5-7B-Instruct").numAttentionHeads / modelNamed("Qwen/Qwen2.5-7B-Instruct").numKvHeads,
        truth: 7,
      },
    ],
    verdict: "right",
    why: "64 / 8 and 28 / 4 heads.",
  },
  {
    guide: "vram",
    id: "head-dim-rule",
    says: "Head size = hidden size / query heads.",
    figures: [
      headSize("Llama 3.3 70B", llama70, 128),
      headSize("Qwen3-0.6B", "Qwen/Qwen3-0.6B", 128),
      headSize("Qwen3-32B", qwen32, 128),
      headSize("Gemma 3 27B", gemma27, 128),
      headSize("Gemma 2 9B", "google/gemma-2-9b-it", 256),
      headSize("Mistral Small 24B", "mistralai/Mistral-Small-24B-Instruct-2501", 128),
      headSize("gpt-oss-20b", "openai/gpt-oss-20b", 64),
      headSize("GLM-4.5", "zai-org/GLM-4.5", 128),
      headSize("Qwen3.6-27B", "Qwen/Qwen3.6-27B", 256),
    ],
    verdict: "partly",
    why: "A habit of early models. Read head_dim from the configuration; the formula also has no term for windows, latent attention or recurrent layers.",
  },
  {
    guide: "vram",
    id: "total-formula",
    says: "The general formula gives the cache the bytes of the weights' precision.",
    figures: [
      {
        of: "Llama 2 7B with FP8 weights: bytes of a cached element",
        unit: "bytes",
        stated: 1,
        program: () => cache(llama7, 2048, 1, { precision: "fp8" }) / (2 * 32 * 2048 * 4096),
        truth: 2,
      },
    ],
    verdict: "wrong",
    why: "The cache has its own type, 16 bits unless asked otherwise; the guide's own cases use 2 bytes. Its overhead of 10 to 20 % of the total is then taken as 15 % of the rest.",
  },
  {
    guide: "serving",
    id: "prealloc",
    says: "Engines before paging kept 4 GB for each request of up to 2,048 tokens, beside 16 GB of weights.",
    figures: [
      {
        of: "Llama 3 8B, the model of 16 GB",
        unit: "GB",
        stated: 4,
        about: 0.1,
        program: () => cache(llama3, 2048) / gb,
        truth: 0.268435456,
      },
      {
        of: "Llama 2 7B, without grouped queries",
        unit: "GB",
        stated: 4,
        about: 0.1,
        program: () => cache(llama7, 2048) / gb,
        truth: 1.073741824,
      },
    ],
    verdict: "wrong",
    why: "15 times too much for the model of its example. The shares it calls wasted, 75 % of 2,048 tokens for a request of 512 and 50 % for one of 1,024, are right.",
  },
  {
    guide: "serving",
    id: "blocks",
    says: "With blocks of 16 tokens, 48 tokens take 3 blocks and 80 take 5.",
    figures: [
      { of: "48 tokens", unit: "blocks", stated: 3, program: () => cache(llama31, 48) / cache(llama31, 16), truth: 3 },
      { of: "80 tokens", unit: "blocks", stated: 5, program: () => cache(llama31, 80) / cache(llama31, 16), truth: 5 },
    ],
    verdict: "right",
    why: "A sequence holds whole blocks.",
  },
  {
    guide: "serving",
    id: "fragmentation",
    says: "Paging brings the waste from 80 % to about 4 %.",
    figures: [
      {
        of: "room lost to the last block, requests of 1,001 tokens",
        unit: "%",
        stated: [0, 4],
        program: () => 100 * (1 - 1001 / ((16 * cache(llama31, 1001)) / cache(llama31, 16))),
      },
    ],
    verdict: "right",
    why: "At most 15 tokens a request are lost, so 4 % is the bound for requests of 375 tokens and more.",
  },
  {
    guide: "serving",
    id: "qkv-shapes",
    says: "K and V of an 8B model are projected by 4,096 x 4,096 matrices.",
    figures: [
      { of: "Llama 3 8B: columns of the K projection", unit: "elements", stated: 4096, program: () => cacheWidth(llama3), truth: 1024 },
    ],
    verdict: "wrong",
    why: "8 KV heads of 128: 4,096 x 1,024.",
  },
  {
    guide: "cost",
    id: "llama3-70b-32k",
    says: "Llama 3 70B at 32K tokens: 2 x 80 x 8 x 128 x 32,768 x 2 bytes, about 85 GB for one request; an A100 80GB cannot hold it beside the weights.",
    figures: [{ of: "cache", unit: "GB", stated: 85, about: 0.05, program: () => cache(llama70, 32768) / gb, truth: 10.73741824 }],
    verdict: "wrong",
    why: "The product as printed is 10.7 GB. 85.9 GB is what 64 KV heads would take: 8 times too much.",
  },
  {
    guide: "cost",
    id: "32x",
    says: "A request of 32K tokens costs 32 times the cache of one of 1K.",
    figures: [
      { of: "Llama 3.3 70B", unit: "times", stated: 32, program: () => cache(llama70, 32768) / cache(llama70, 1024), truth: 32 },
      {
        of: "Gemma 3 27B",
        unit: "times",
        stated: 32,
        program: () => cache(gemma27, 32768) / cache(gemma27, 1024),
        truth: 6,
        truthWithin: 0.12,
      },
    ],
    verdict: "partly",
    why: "Exact for full attention. With windows in most layers it is 6 times by elements, and a little less in the engine's blocks.",
  },
  {
    guide: "hardware",
    id: "calculator-note",
    says: '70B in INT4 with 20 requests of 2K tokens: the cache is "quite small", the difference of its two printed totals (1.4 GB).',
    figures: [
      { of: "cache", unit: "GB", stated: 1.4, program: () => cache(llama70, 2048, 20) / gb, truth: 13.4217728 },
      {
        of: "without grouped queries",
        unit: "times",
        stated: 8,
        program: () => modelNamed(llama70).numAttentionHeads / modelNamed(llama70).numKvHeads,
        truth: 8,
      },
    ],
    verdict: "partly",
    why: "13.4 GB, a third of the weights. That it would be 8 times larger without grouped queries is right.",
  },
  {
    guide: "hardware",
    id: "gotcha",
    says: "7B in FP16 with 20 requests of 2K tokens may need more than 30 GB.",
    figures: [
      {
        of: "Llama 2 7B, weights and cache",
        unit: "GB",
        stated: [30, 40],
        program: () => (weights(llama7, "fp16") + cache(llama7, 2048, 20)) / gb,
        truth: 34.951667712,
      },
      {
        of: "Llama 3 8B, weights and cache",
        unit: "GB",
        stated: [30, 40],
        program: () => (weights(llama3, "fp16") + cache(llama3, 2048, 20)) / gb,
        truth: 21.429231616,
      },
    ],
    verdict: "partly",
    why: "It depends on the KV heads; its own calculator prints 16.4 for the same case.",
  },
  {
    guide: "choosing",
    id: "kv-70b-8k",
    says: "LLaMA 70B at 8K tokens: 1.3 GB of cache, 40 GB for 32 requests.",
    figures: [
      { of: "one request", unit: "GB", stated: 1.3, program: () => cache(llama70, 8192) / gb, truth: 2.68435456 },
      { of: "32 requests", unit: "GB", stated: 40, about: 0.1, program: () => cache(llama70, 8192, 32) / gb, truth: 85.89934592 },
      {
        of: "one request with an 8-bit cache",
        unit: "GB",
        stated: null,
        program: () => cache(llama70, 8192, 1, { kvCacheDtype: "fp8" }) / gb,
        truth: 1.34217728,
      },
    ],
    verdict: "wrong",
    why: "Those are the figures of an 8-bit cache, which nobody gets without asking for it.",
  },
  {
    guide: "vram",
    id: "fp8-kv",
    says: "Do not use FP8 for the KV cache: it loses much quality.",
    figures: [
      {
        of: "Qwen3-32B in FP8 on one H100, sequences of 12,288 tokens: FP8 cache over 16-bit",
        unit: "times",
        stated: null,
        program: () =>
          sequencesHeld(qwen32, "h100-sxm-80gb", 12288, { precision: "fp8", maxNumSeqs: 20, kvCacheDtype: "fp8" }) /
          sequencesHeld(qwen32, "h100-sxm-80gb", 12288, { precision: "fp8", maxNumSeqs: 20 }),
        digits: 2,
      },
    ],
    verdict: "untested",
    why: "Twice the sequences. The planner never chooses it by itself: kvCacheDtype: fp8 is the user's to say.",
  },
];
