import type { Claim, Figure } from "../claim.ts";
import { cache, modelNamed, sequencesHeld, starts, weights } from "../program.ts";

interface QuickRow {
  readonly name: string;
  readonly model: string;
  /** At 16, 8 and 4 bits. */
  readonly statedGB: readonly [number, number, number];
  /** Weights in FP16 and cache of one sequence of 2,048 tokens (448 of text for Whisper), by hand. */
  readonly fp16Bytes: number;
  /** GPUs recommended for it: catalog id and how many. */
  readonly gpus: readonly (readonly [string, number])[];
}

const a100Big = "a100-sxm-80gb";
const a100Small = "a100-sxm-40gb";
const h100 = "h100-sxm-80gb";

const quickRows: readonly QuickRow[] = [
  {
    name: "Llama 2 7B",
    model: "meta-llama/Llama-2-7b-hf",
    statedGB: [18, 10, 6],
    fp16Bytes: 14550573056,
    gpus: [
      ["rtx-4090", 1],
      ["a10", 1],
      [a100Small, 1],
    ],
  },
  {
    name: "Qwen2.5 7B",
    model: "Qwen/Qwen2.5-7B-Instruct",
    statedGB: [18, 9, 6],
    fp16Bytes: 15348673536,
    gpus: [
      ["rtx-3090", 1],
      ["rtx-4080", 1],
    ],
  },
  {
    name: "GLM-4.5",
    model: "zai-org/GLM-4.5",
    statedGB: [23, 12, 7],
    fp16Bytes: 706367409984,
    gpus: [
      ["rtx-4090", 1],
      ["a10", 1],
    ],
  },
  {
    name: "Llama 2 13B",
    model: "meta-llama/Llama-2-13b-hf",
    statedGB: [28, 16, 9],
    fp16Bytes: 27709450240,
    gpus: [
      [a100Small, 1],
      ["rtx-4090", 1],
    ],
  },
  {
    name: "Gemma 3 27B",
    model: "google/gemma-3-27b-it",
    statedGB: [58, 34, 19],
    fp16Bytes: 55468793056,
    gpus: [
      [a100Small, 1],
      [h100, 1],
    ],
  },
  {
    name: "Qwen3-32B",
    model: "Qwen/Qwen3-32B",
    statedGB: [68, 40, 22],
    fp16Bytes: 66061117440,
    gpus: [
      [a100Big, 1],
      [h100, 1],
    ],
  },
  {
    name: "QwQ-32B",
    model: "Qwen/QwQ-32B",
    statedGB: [68, 40, 22],
    fp16Bytes: 66064623616,
    gpus: [
      [a100Big, 1],
      [h100, 1],
    ],
  },
  {
    name: "Mixtral 8x7B",
    model: "mistralai/Mixtral-8x7B-Instruct-v0.1",
    statedGB: [100, 55, 30],
    fp16Bytes: 93674020864,
    gpus: [
      [a100Big, 2],
      [h100, 1],
    ],
  },
  {
    name: "Llama 2 70B",
    model: "meta-llama/Llama-2-70b-hf",
    statedGB: [150, 88, 45],
    fp16Bytes: 138624385024,
    gpus: [
      [a100Big, 2],
      [h100, 1],
    ],
  },
  {
    name: "Llama 3.3 70B",
    model: "meta-llama/Llama-3.3-70B-Instruct",
    statedGB: [150, 88, 45],
    fp16Bytes: 141778501632,
    gpus: [
      [a100Big, 2],
      [h100, 1],
    ],
  },
  {
    name: "Mistral 7B",
    model: "mistralai/Mistral-7B-Instruct-v0.3",
    statedGB: [18, 10, 6],
    fp16Bytes: 14764482560,
    gpus: [
      ["rtx-4090", 1],
      ["a10", 1],
    ],
  },
  {
    name: "GPT-3 175B",
    model: "openai/gpt-3-175b",
    statedGB: [370, 210, 110],
    fp16Bytes: 358872195072,
    gpus: [
      [a100Big, 4],
      [a100Big, 8],
    ],
  },
  {
    name: "Falcon 180B",
    model: "tiiuae/falcon-180B-chat",
    statedGB: [380, 215, 115],
    fp16Bytes: 357449721856,
    gpus: [
      [a100Big, 4],
      [a100Big, 8],
    ],
  },
  {
    name: "gte-multilingual-base",
    model: "Alibaba-NLP/gte-multilingual-base",
    statedGB: [2, 1, 0.6],
    fp16Bytes: 610736640,
    gpus: [
      ["rtx-3060-12gb", 1],
      ["t4", 1],
    ],
  },
  {
    name: "multilingual-e5-large",
    model: "intfloat/multilingual-e5-large",
    statedGB: [3, 2, 1],
    fp16Bytes: 1119780864,
    gpus: [
      ["rtx-3070", 1],
      ["t4", 1],
    ],
  },
  {
    name: "bge-reranker-v2-m3",
    model: "BAAI/bge-reranker-v2-m3",
    statedGB: [3, 2, 1],
    fp16Bytes: 1135511554,
    gpus: [
      ["rtx-3070", 1],
      ["t4", 1],
    ],
  },
  {
    name: "whisper-large-v3-turbo",
    model: "openai/whisper-large-v3-turbo",
    statedGB: [4, 2, 1.5],
    fp16Bytes: 1657651200,
    gpus: [
      ["rtx-3070", 1],
      ["rtx-4060-ti-16gb", 1],
    ],
  },
];

const isSpeech = (model: string): boolean => model.startsWith("openai/whisper");
/** Every token in whole blocks: no windows, no audio positions. */
const isWhole = (model: string): boolean => modelNamed(model).slidingWindow === null && !isSpeech(model);
const tokensOf = (model: string): number => (isSpeech(model) ? 448 : 2048);

const columns = [
  ["16 bits", "fp16"],
  ["8 bits", "int8"],
  ["4 bits", "awq-int4"],
] as const;

function sizes({ name, model, statedGB, fp16Bytes }: QuickRow): Figure[] {
  return columns.map(([bits, precision], index) => ({
    of: `${name}, ${bits}`,
    unit: "GB",
    stated: statedGB[index] ?? 0,
    about: 0.1,
    program: () => (1.15 * (weights(model, precision) + cache(model, tokensOf(model)))) / 1e9,
    ...(precision === "fp16" ? { truth: (1.15 * fp16Bytes) / 1e9, truthWithin: isWhole(model) ? 1e-9 : 0.01 } : {}),
    digits: 3,
  }));
}

/** How many of the GPUs recommended for a model start it; the table does not say for which column they are meant. */
const recommended = ({ name, model, gpus }: QuickRow): Figure[] =>
  (["fp16", "fp8"] as const).map((precision) => ({
    of: `${name} in ${precision === "fp16" ? 16 : 8} bits`,
    unit: "of its GPUs",
    stated: gpus.length,
    program: () =>
      gpus.filter(([gpu, count]) => {
        const maxModelLen = Math.min(tokensOf(model), modelNamed(model).maxContext);
        // A T4 has 8-bit kernels for whole numbers only.
        const format = precision === "fp8" && gpu === "t4" ? "int8" : precision;
        return starts(model, gpu, { precision: format, tensorParallel: count, maxModelLen, maxNumSeqs: 8 });
      }).length,
  }));

const held = (of: string, model: string, stated: number, truth?: number): Figure => ({
  of,
  unit: "sequences",
  stated,
  about: 0.02,
  program: () => sequencesHeld(model, h100, 12288, { precision: "fp8", maxNumSeqs: Math.max(1, stated) }),
  ...(truth === undefined ? {} : { truth, truthWithin: 0.1 }),
});

/** The VRAM guide's two tables for quick reading. */
export const tableClaims: readonly Claim[] = [
  {
    guide: "vram",
    id: "quick-table",
    says: "Memory of 17 models at batch 1 and 2,048 tokens, at 16, 8 and 4 bits.",
    figures: quickRows.flatMap(sizes),
    verdict: "partly",
    why: "Beside it: weights as stored and the true cache, times the guide's own 1.15. GLM-4.5 is off by 35 times. The 13B to 32B rows at 16 bits are below its own rule, the small models at 4 bits ignore tables and scales, and encoders get a cache they do not have. The column headed FP32/FP16 is FP16.",
  },
  {
    guide: "vram",
    id: "quick-table-gpus",
    says: "The GPUs it recommends for them.",
    figures: quickRows.filter(({ model }) => !model.includes("gpt-3")).flatMap(recommended),
    verdict: "partly",
    why: "At 8 bits all but GLM-4.5's hold their model. At 16 bits several do not, and the table does not say which column they are meant for.",
  },
  {
    guide: "vram",
    id: "summary-table",
    says: "Batches for one H100 with 12K tokens each: GLM-4-9B 128, Qwen2.5 7B 120, Gemma 3 27B 24, Qwen3-32B 20, QwQ-32B 20, Llama 3.3 70B impossible.",
    figures: [
      held("GLM-4-9B", "THUDM/glm-4-9b-chat", 128, 128),
      held("Qwen2.5 7B", "Qwen/Qwen2.5-7B-Instruct", 120, 95),
      { ...held("Gemma 3 27B, windows kept", "google/gemma-3-27b-it", 24), about: 0.25 },
      held("Qwen3-32B", "Qwen/Qwen3-32B", 20, 12),
      held("QwQ-32B", "Qwen/QwQ-32B", 20, 12),
      held("Llama 3.3 70B", "meta-llama/Llama-3.3-70B-Instruct", 0, 0),
    ],
    verdict: "partly",
    why: "Weights in FP8 as stored, 16-bit cache, 0.90 of the GPU. All six totals rest on wrong products; two come out by luck (cases 17 and 20).",
  },
];
