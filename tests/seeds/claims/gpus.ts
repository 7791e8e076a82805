import type { Claim, Figure } from "../claim.ts";
import { closed, decodeBound, gpuNamed, sequencesHeld, serving, starts, usdPerGpuHour, usersWithin, weights } from "../program.ts";

const h100 = "h100-sxm-80gb";
const a100 = "a100-sxm-80gb";
const llama2 = "meta-llama/Llama-2-7b-hf";
const llama13 = "meta-llama/Llama-2-13b-hf";
const llama31 = "meta-llama/Llama-3.1-8B-Instruct";
const llama70 = "meta-llama/Llama-3.3-70B-Instruct";
const chat = { inputTokens: 1500, outputTokens: 300 };

const bandwidth = (gpu: string): number => gpuNamed(gpu).memoryBandwidthGBps ?? Number.NaN;
const teraflops = (gpu: string): number => gpuNamed(gpu).tflopsDense.fp16 ?? Number.NaN;

interface GpuRow {
  readonly memoryGB?: number;
  readonly bandwidthGBps?: number;
  readonly fp16Teraflops?: number;
  readonly usd?: readonly [number, number];
}

/** One row of a table of GPUs; prices are the catalog's cheapest on demand. */
const row = (gpu: string, { memoryGB, bandwidthGBps, fp16Teraflops, usd }: GpuRow): Figure[] => [
  ...(memoryGB === undefined
    ? []
    : [{ of: `${gpuNamed(gpu).name}: memory`, unit: "GB", stated: memoryGB, program: () => gpuNamed(gpu).memoryGB }]),
  ...(bandwidthGBps === undefined
    ? []
    : [{ of: `${gpuNamed(gpu).name}: bandwidth`, unit: "GB/s", stated: bandwidthGBps, about: 0.05, program: () => bandwidth(gpu) }]),
  ...(fp16Teraflops === undefined
    ? []
    : [{ of: `${gpuNamed(gpu).name}: dense FP16`, unit: "TFLOPS", stated: fp16Teraflops, about: 0.03, program: () => teraflops(gpu) }]),
  ...(usd === undefined
    ? []
    : [{ of: `${gpuNamed(gpu).name}: price`, unit: "USD/h", stated: usd, program: () => usdPerGpuHour(gpu), digits: 3 }]),
];

const holds = (of: string, model: string, gpu: string, wish: Parameters<typeof starts>[2]): Figure => ({
  of,
  unit: "yes = 1",
  stated: 1,
  program: () => Number(starts(model, gpu, { maxModelLen: 4096, ...wish })),
});

const users = (of: string, stated: readonly [number, number], model: string, gpu: string, wish: Parameters<typeof starts>[2]): Figure => ({
  of: `${of}: requests in flight at 50 ms a token`,
  unit: "requests",
  stated,
  program: () => usersWithin(model, gpu, wish, chat, 50),
  digits: 1,
});

/** Tables of GPUs, and which GPU for which model. */
export const gpuClaims: readonly Claim[] = [
  {
    guide: "choosing",
    id: "gpu-table",
    says: "Memory, bandwidth, FP16 throughput and price of nine GPUs.",
    figures: [
      ...row(h100, { memoryGB: 80, bandwidthGBps: 3350, fp16Teraflops: 989, usd: [2, 5] }),
      ...row("h100-pcie-80gb", { memoryGB: 80, bandwidthGBps: 2000, fp16Teraflops: 756 }),
      ...row("h200-sxm-141gb", { memoryGB: 141, bandwidthGBps: 4800, fp16Teraflops: 989, usd: [3, 6] }),
      ...row("b200-sxm-180gb", { memoryGB: 192, bandwidthGBps: 8000, fp16Teraflops: 2250, usd: [5, 10] }),
      ...row(a100, { memoryGB: 80, bandwidthGBps: 2000, fp16Teraflops: 312, usd: [1, 2.5] }),
      ...row("l40s", { memoryGB: 48, bandwidthGBps: 864, fp16Teraflops: 362, usd: [0.8, 1.5] }),
      ...row("rtx-4090", { memoryGB: 24, bandwidthGBps: 1000, fp16Teraflops: 165 }),
      ...row("rtx-3090", { memoryGB: 24, bandwidthGBps: 936, fp16Teraflops: 142 }),
      { of: "M4 Max: bandwidth", unit: "GB/s", stated: [400, 800], program: () => bandwidth("m4-max") },
    ],
    verdict: "partly",
    why: "Hardware mostly right. A B200 on AWS and in most servers has 180 GB, 142 is the RTX 3090's rate with 16-bit sums (71 with 32-bit ones), and EC2 and Google Cloud charge more than the specialised clouds its prices come from: put your own into catalogOverrides.",
  },
  {
    guide: "choosing",
    id: "b200",
    says: "The B200's 2,250 TFLOPS are FP8.",
    figures: [
      { of: "dense FP8", unit: "TFLOPS", stated: 2250, program: () => gpuNamed("b200-sxm-180gb").tflopsDense.fp8 ?? 0, truth: 4500 },
      { of: "dense FP16", unit: "TFLOPS", stated: null, program: () => teraflops("b200-sxm-180gb"), truth: 2250 },
    ],
    verdict: "wrong",
    why: "They are FP16, as its column says; FP8 is twice that.",
  },
  {
    guide: "serving",
    id: "memory-hierarchy",
    says: "An A100 80GB reads 2 TB/s, an RTX 4090 has 24 GB at 1 TB/s.",
    figures: [...row(a100, { memoryGB: 80, bandwidthGBps: 2000 }), ...row("rtx-4090", { memoryGB: 24, bandwidthGBps: 1000 })],
    verdict: "right",
    why: "Its caches of the chip (192 KB and 40 MB) are no part of the planner's model.",
  },
  {
    guide: "serving",
    id: "4090-flops",
    says: "An RTX 4090 has 82 TFLOPS in FP16, a quarter of an A100's 312.",
    figures: [
      { of: "RTX 4090", unit: "TFLOPS", stated: 82, program: () => teraflops("rtx-4090"), truth: 165.2 },
      { of: "A100", unit: "TFLOPS", stated: 312, program: () => teraflops(a100), truth: 312 },
      {
        of: "the one over the other",
        unit: "times",
        stated: 0.25,
        about: 0.2,
        program: () => teraflops("rtx-4090") / teraflops(a100),
        digits: 2,
      },
    ],
    verdict: "partly",
    why: "82 is the rate outside the tensor cores, 312 the rate of tensor cores. Like for like it is half.",
  },
  {
    guide: "hardware",
    id: "gpu-tiers",
    says: "Memory, bandwidth and price of seven GPUs.",
    figures: [
      ...row(h100, { memoryGB: 80, bandwidthGBps: 3350, usd: [3.5, 3.5] }),
      ...row(a100, { memoryGB: 80, bandwidthGBps: 2000, usd: [2.5, 2.5] }),
      ...row("a100-sxm-40gb", { memoryGB: 40, bandwidthGBps: 1555, usd: [1.8, 1.8] }),
      ...row("a10g", { memoryGB: 24, bandwidthGBps: 600, usd: [0.8, 0.8] }),
      ...row("l4", { memoryGB: 24, bandwidthGBps: 300, usd: [0.7, 0.7] }),
      ...row("rtx-4090", { memoryGB: 24, bandwidthGBps: 1008 }),
      ...row("m2-ultra", { memoryGB: 192, bandwidthGBps: 800 }),
    ],
    verdict: "partly",
    why: "Hardware right. On-demand prices of the two big clouds are higher for all but the L4.",
  },
  {
    guide: "hardware",
    id: "l2",
    says: "The second-level cache of a GPU is a few MB.",
    figures: [],
    verdict: "untested",
    why: "40 MB on an A100 and 50 MB on an H100, by their data sheets. The planner's step time knows no cache level: a decode step reads far more than any of them holds.",
  },
  {
    guide: "choosing",
    id: "gap",
    says: "Between an H100 and an RTX 4090 the gap in bandwidth is wider than the gap in compute.",
    figures: [
      {
        of: "ratio of bandwidths over ratio of dense FP16",
        unit: "times",
        stated: [1, 100],
        program: () => bandwidth(h100) / bandwidth("rtx-4090") / (teraflops(h100) / teraflops("rtx-4090")),
        digits: 2,
      },
    ],
    verdict: "wrong",
    why: "3.3 times the bandwidth and 6 times the compute. That bandwidth decides decoding stays true.",
  },
  {
    guide: "vram",
    id: "gpu-table",
    says: "RTX 3090: 7B in INT4 or INT8; RTX 4090: 7B in FP16, 13B in INT4; A10: 7B; A100 40GB: 13B in FP16; A100 80GB: 70B in INT8; H100 80GB: 70B in FP16; H200: 180B.",
    figures: [
      holds("RTX 3090, Llama 2 7B int8", llama2, "rtx-3090", { precision: "int8" }),
      holds("RTX 4090, Llama 2 7B fp16", llama2, "rtx-4090", { precision: "fp16" }),
      holds("RTX 4090, Llama 2 13B AWQ int4", llama13, "rtx-4090", { precision: "awq-int4" }),
      holds("A10, Llama 2 7B fp16", llama2, "a10", { precision: "fp16" }),
      holds("A100 40GB, Llama 2 13B fp16", llama13, "a100-sxm-40gb", { precision: "fp16" }),
      holds("A100 80GB, Llama 3.3 70B int8", llama70, a100, { precision: "int8" }),
      holds("H100 80GB, Llama 3.3 70B fp16", llama70, h100, { precision: "fp16" }),
      holds("H200, Falcon 180B fp8", "tiiuae/falcon-180B-chat", "h200-sxm-141gb", { precision: "fp8", maxModelLen: 2048 }),
      holds("H200, Falcon 180B AWQ int4", "tiiuae/falcon-180B-chat", "h200-sxm-141gb", { precision: "awq-int4", maxModelLen: 2048 }),
    ],
    verdict: "partly",
    why: "70B in FP16 is 141 GB and needs two H100; 180B fits an H200 in 4 bits only. 70B in INT8 on one A100 80GB is what case 3 of the same guide denies.",
  },
  {
    guide: "choosing",
    id: "small-models",
    says: "Below 7B on a small budget: RTX 4090, RTX 3090 or L40S, for 1 to 4 users at once.",
    figures: [
      users("Qwen2.5 7B fp8 on an RTX 4090", [1, 4], "Qwen/Qwen2.5-7B-Instruct", "rtx-4090", { precision: "fp8" }),
      users("Llama 3.1 8B fp8 on an L40S", [1, 4], llama31, "l40s", { precision: "fp8" }),
    ],
    verdict: "wrong",
    why: "An engine that batches continuously carries ten times as many on these cards.",
  },
  {
    guide: "choosing",
    id: "medium-models",
    says: "7B to 13B in production: A100 or L40S, for 10 to 50 users.",
    figures: [
      users("Llama 2 13B fp8 on an L40S", [10, 50], llama13, "l40s", { precision: "fp8" }),
      users("Llama 2 13B fp16 on an A100 80GB", [10, 50], llama13, a100, { precision: "fp16" }),
      users("Llama 3.1 8B bf16 on an A100 80GB", [10, 50], llama31, a100, { precision: "bf16" }),
    ],
    verdict: "partly",
    why: "Right for a model without grouped queries, whose cache fills the card; a model with them carries several times that.",
  },
  {
    guide: "hardware",
    id: "a100-40",
    says: "An A100 40GB serves models up to about 30B in INT4; an A10G 7B to 13B.",
    figures: [
      holds("A100 40GB, Qwen3-32B AWQ int4", "Qwen/Qwen3-32B", "a100-sxm-40gb", { precision: "awq-int4" }),
      {
        of: "its sequences of 4,096 tokens",
        unit: "sequences",
        stated: null,
        program: () => sequencesHeld("Qwen/Qwen3-32B", "a100-sxm-40gb", 4096, { precision: "awq-int4" }),
        digits: 2,
      },
      holds("A10G, Llama 3.1 8B bf16", llama31, "a10g", { precision: "bf16" }),
      holds("A10G, Llama 2 13B fp8", llama13, "a10g", { precision: "fp8" }),
    ],
    verdict: "right",
    why: "13B needs 8 bits there.",
  },
  {
    guide: "choosing",
    id: "decode-bound",
    says: "Tokens/s of one stream are at most bandwidth / model size: 24 for 70B in FP16 on an H100, 7 on an RTX 4090.",
    figures: [
      { of: "H100, 140 GB", unit: "tokens/s", stated: 24, program: () => decodeBound(140e9, h100), truth: 3350 / 140 },
      { of: "RTX 4090, 140 GB", unit: "tokens/s", stated: 7, program: () => decodeBound(140e9, "rtx-4090"), truth: 1008 / 140 },
      {
        of: "two H100, the least that holds it",
        unit: "tokens/s",
        stated: null,
        program: () => decodeBound(weights(llama70, "fp16"), h100, 2),
        digits: 3,
      },
    ],
    verdict: "right",
    why: "As arithmetic. Neither card holds 140 GB: the first figure needs two GPUs, which then read twice as fast.",
  },
  {
    guide: "choosing",
    id: "decode-practice",
    says: "In practice 15 to 20 tokens/s for 70B in FP16 on an H100.",
    figures: [
      {
        of: "one stream on two H100 in FP16",
        unit: "tokens/s",
        stated: [15, 20],
        program: () => 1000 / serving(llama70, h100, { precision: "fp16", tensorParallel: 2, maxNumSeqs: 8 }, chat, closed(1)).tpotMs.mean,
        about: 0.3,
        digits: 2,
      },
    ],
    verdict: "wrong",
    why: "140 GB take two GPUs, and those read twice as fast as the one whose bound it has in mind.",
  },
  {
    guide: "hardware",
    id: "mac",
    says: "A Mac Studio with 192 GB writes 20 to 60 tokens/s with a 70B model in Q4.",
    figures: [
      {
        of: "bandwidth over the weights in Q4_K_M",
        unit: "tokens/s",
        stated: [20, 60],
        program: () => decodeBound(weights(llama70, "gguf-q4_k_m"), "m2-ultra"),
        truth: 18.8,
        truthWithin: 0.02,
        digits: 3,
      },
    ],
    verdict: "wrong",
    why: "800 GB/s over 43 GB cannot give 20, whatever the software.",
  },
  {
    guide: "hardware",
    id: "cpu",
    says: "7B on a CPU: 5 to 20 tokens/s in one place, 15 to 40 in another.",
    figures: [],
    verdict: "untested",
    why: "Two ranges for one thing. Divide the CPU's memory bandwidth by 4.1 GB of weights in Q4_K_M for a bound; the planner buys no CPU instances for generation.",
  },
];
