import type { Claim } from "../claim.ts";
import { accepted, closed, gpuNamed, modelNamed, serving, weights } from "../program.ts";

const h100 = "h100-sxm-80gb";
const a100 = "a100-sxm-80gb";
const llama3 = "meta-llama/Meta-Llama-3-8B-Instruct";
const llama31 = "meta-llama/Llama-3.1-8B-Instruct";
const llama70 = "meta-llama/Llama-3.3-70B-Instruct";
const chat = { inputTokens: 500, outputTokens: 250 };

/** Parameters that a token's matrix products read: all but the table that is only looked up. */
const readPerToken = (model: string): number => modelNamed(model).parameters - modelNamed(model).vocabSize * modelNamed(model).hiddenSize;

const output = (requests: number, gpu = h100, wish = {}): number =>
  serving(llama31, gpu, wish, chat, closed(requests)).outputTokensPerSecond;

const gain = (from: number, to: number, stated: readonly [number, number]) => ({
  of: `Llama 3.1 8B on an H100: output at ${to} requests over ${from}`,
  unit: "times",
  stated,
  program: () => output(to) / output(from),
  digits: 2,
});

const prefillMs = (model: string, gpu: string, tokens: number, wish = {}) =>
  serving(model, gpu, wish, { inputTokens: tokens, outputTokens: 100 }, closed(1));

/** How much faster one stream decodes where every drafted token is accepted with this chance. */
function speedDrafted(acceptance: number): number {
  const four = { tensorParallel: 4 };
  const drafting = { draft: modelNamed("meta-llama/Llama-3.2-1B-Instruct"), tokens: 5, acceptance };
  const plain = serving(llama70, h100, four, chat, closed(1)).tpotMs.mean;
  return plain / serving(llama70, h100, four, chat, closed(1), drafting).tpotMs.mean;
}

/** Prefill, decoding, batching and parallelism. */
export const speedClaims: readonly Claim[] = [
  {
    guide: "serving",
    id: "intensity",
    says: "Decoding Llama 3 8B does 10 GFLOP on 16 GB, 0.6 a byte; an A100 could do 156.",
    figures: [
      {
        of: "work of one token",
        unit: "GFLOP",
        stated: 10,
        about: 0.1,
        program: () => (2 * readPerToken(llama3)) / 1e9,
        truth: 15.009849344,
      },
      {
        of: "per byte read",
        unit: "FLOP/byte",
        stated: 0.6,
        program: () => (2 * readPerToken(llama3)) / (2 * readPerToken(llama3)),
        truth: 1,
      },
      {
        of: "A100: compute over bandwidth",
        unit: "FLOP/byte",
        stated: 156,
        about: 0.03,
        program: () => ((gpuNamed(a100).tflopsDense.fp16 ?? 0) * 1000) / (gpuNamed(a100).memoryBandwidthGBps ?? 1),
        digits: 3,
      },
    ],
    verdict: "partly",
    why: "Two operations on each weight of two bytes are 1.0. The conclusion, that decoding waits for memory, stands.",
  },
  {
    guide: "serving",
    id: "prefill",
    says: "Llama 3 8B reads a prompt of 1,000 tokens in about 50 ms on an A100.",
    figures: [
      {
        of: "at the full peak of 312 TFLOPS",
        unit: "ms",
        stated: null,
        program: () => (2 * readPerToken(llama3) * 1000) / ((gpuNamed(a100).tflopsDense.fp16 ?? 1) * 1e9),
        truth: 48.1,
        truthWithin: 0.01,
        digits: 3,
      },
      {
        of: "time to first token, one request",
        unit: "ms",
        stated: 50,
        about: 0.2,
        program: () => prefillMs(llama3, a100, 1000).ttftMs.mean,
        digits: 2,
      },
    ],
    verdict: "wrong",
    why: "50 ms is the peak that no kernel reaches. Measured efficiencies give half as much again and more.",
  },
  {
    guide: "choosing",
    id: "h100-prefill",
    says: "FP8 and FP4 tensor cores let an H100 read prompts 2 to 4 times faster than an A100.",
    figures: [
      {
        of: "Llama 3.1 8B, 4,000 tokens: A100 in BF16 over H100 in FP8",
        unit: "times",
        stated: [2, 4],
        about: 0.25,
        program: () =>
          prefillMs(llama31, a100, 4000, { precision: "bf16" }).ttftMs.mean /
          prefillMs(llama31, h100, 4000, { precision: "fp8" }).ttftMs.mean,
        digits: 2,
      },
      { of: "FP4 arithmetic of an H100", unit: "TFLOPS", stated: [1, 1e6], program: () => gpuNamed(h100).tflopsDense.fp4 ?? 0, truth: 0 },
    ],
    verdict: "partly",
    why: "The speed is right; FP4 arithmetic came with Blackwell.",
  },
  {
    guide: "cost",
    id: "batching-returns",
    says: "From 1 to 16 requests at once output grows almost in proportion, from 16 to 64 much less, from 64 to 256 hardly.",
    figures: [gain(1, 16, [10.5, 16]), gain(16, 64, [1.2, 3]), gain(64, 256, [0.9, 1.1])],
    verdict: "partly",
    why: "Right up to 64. Beyond, a data-centre GPU with a model this small still gains, until prompts take its compute: it is not bandwidth that ends it.",
  },
  {
    guide: "choosing",
    id: "continuous-batching",
    says: "Continuous batching gives 10 to 20 times the throughput of static batches.",
    figures: [
      {
        of: "Llama 3.1 8B on an H100, saturated, over 8 requests that start and end together",
        unit: "times",
        stated: [10, 20],
        program: () =>
          serving(llama31, h100, {}, chat, { kind: "saturated" }).outputTokensPerSecond /
          serving(llama31, h100, {}, chat, { kind: "batch", requests: 8 }).outputTokensPerSecond,
        digits: 2,
      },
    ],
    verdict: "wrong",
    why: "Against eight at a time it is less, and most of that is the larger batch and not the continuous filling. The other guides say 2 to 5 times.",
  },
  {
    guide: "serving",
    id: "batching-not-bigger",
    says: "At low GPU utilisation the cure is batching, not a stronger GPU.",
    figures: [
      {
        of: "Llama 3.1 8B, 16 requests on an A100 over 1 on an H100: output",
        unit: "times",
        stated: [1, 100],
        program: () => output(16, a100) / output(1),
        digits: 2,
      },
    ],
    verdict: "right",
    why: "One stream uses the bandwidth and leaves the compute idle, on any GPU.",
  },
  {
    guide: "choosing",
    id: "quantise-decode",
    says: "INT4 weights relieve the bandwidth and speed decoding up.",
    figures: [
      {
        of: "Llama 3.1 8B on an L40S, one stream: time per token in BF16 over AWQ int4",
        unit: "times",
        stated: [1.2, 4],
        program: () =>
          serving(llama31, "l40s", { precision: "bf16" }, chat, closed(1)).tpotMs.mean /
          serving(llama31, "l40s", { precision: "awq-int4" }, chat, closed(1)).tpotMs.mean,
        digits: 2,
      },
    ],
    verdict: "right",
    why: "For few streams. The bytes fall 2.8 times; unpacking and overhead take a part of that back, and at large batches the rest.",
  },
  {
    guide: "choosing",
    id: "prefix-caching",
    says: "Requests with a common prefix can share its cache.",
    figures: [
      {
        of: "Llama 3.1 8B on an L40S, 4,000 tokens: time to first token with half of them cached, over none",
        unit: "times",
        stated: [0.3, 0.9],
        program: () =>
          serving(llama31, "l40s", {}, { inputTokens: 4000, outputTokens: 200, prefixCacheHitRate: 0.5 }, closed(1)).ttftMs.mean /
          serving(llama31, "l40s", {}, { inputTokens: 4000, outputTokens: 200 }, closed(1)).ttftMs.mean,
        digits: 2,
      },
    ],
    verdict: "right",
    why: "traffic.prefixCacheHitRate says how much; the planner takes it off the prompt's work.",
  },
  {
    guide: "hardware",
    id: "tensor-or-pipeline",
    says: "Inside a node tensor parallelism gives the lower latency; pipeline parallelism needs less bandwidth.",
    figures: [
      {
        of: "Llama 3.3 70B in FP8 on two H100, 8 requests: time per token as pipeline over tensor",
        unit: "times",
        stated: [1, 10],
        program: () =>
          serving(llama70, h100, { precision: "fp8", pipelineParallel: 2 }, chat, closed(8)).tpotMs.mean /
          serving(llama70, h100, { precision: "fp8", tensorParallel: 2 }, chat, closed(8)).tpotMs.mean,
        digits: 2,
      },
    ],
    verdict: "right",
    why: "A pipeline reads all weights one stage after the other for each token.",
  },
  {
    guide: "hardware",
    id: "links",
    says: "GPUs talk at 50 to 900 GB/s over PCIe or NVLink, and memory reads 2 to 3.3 TB/s on an H100.",
    figures: [
      { of: "H100 SXM: NVLink, both ways", unit: "GB/s", stated: [50, 900], program: () => gpuNamed(h100).nvlinkGBps ?? 0, truth: 900 },
      { of: "H100 SXM: memory", unit: "GB/s", stated: [2000, 3350], program: () => gpuNamed(h100).memoryBandwidthGBps ?? 0, truth: 3350 },
      {
        of: "H100 PCIe: memory",
        unit: "GB/s",
        stated: [2000, 3350],
        program: () => gpuNamed("h100-pcie-80gb").memoryBandwidthGBps ?? 0,
        truth: 2000,
      },
    ],
    verdict: "right",
    why: 'Its "40 to 80 GB" of memory is the A100\'s range.',
  },
  {
    guide: "cost",
    id: "speculation",
    says: "A draft model that guesses right 70 to 80 % of the time makes decoding 2 to 3 times faster; creative text gains less.",
    figures: [
      {
        of: "Llama 3.3 70B on four H100, one stream, five tokens drafted by Llama 3.2 1B: speed at 70 %",
        unit: "times",
        stated: [2, 3],
        about: 0.05,
        program: () => speedDrafted(0.7),
        digits: 2,
      },
      { of: "at 80 %", unit: "times", stated: [2, 3], program: () => speedDrafted(0.8), digits: 2 },
      {
        of: "at what is usual for writing, over coding",
        unit: "%",
        stated: [50, 99],
        program: () => (100 * speedDrafted(accepted("writing"))) / speedDrafted(accepted("coding")),
        digits: 2,
      },
    ],
    verdict: "right",
    why: "With acceptance a and k guesses a step yields (1 - a^(k+1)) / (1 - a) tokens, 2.9 to 3.7 for k = 5; the draft model and the larger step take a third of that. For one stream: a batch whose step is bound by arithmetic loses. speculative.text says what the text is.",
  },
  {
    guide: "serving",
    id: "gpu-formats",
    says: "On an A100: AWQ INT4 or FP16. On an RTX 4090: AWQ or GPTQ INT4.",
    figures: [
      {
        of: "Llama 3.3 70B: weights in AWQ over FP16",
        unit: "%",
        stated: null,
        program: () => (100 * weights(llama70, "awq-int4")) / weights(llama70, "fp16"),
        digits: 2,
      },
    ],
    verdict: "untested",
    why: "Whether INT4 is good enough is the user's to say (qualityFloor). The planner takes the cheapest format above that floor, FP8 among them: an A100 runs FP8 weights without FP8 arithmetic.",
  },
];
