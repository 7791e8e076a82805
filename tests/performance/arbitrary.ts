import fc from "fast-check";
import type { Replica } from "../../planner/performance/replica.ts";
import type { Lengths } from "../../planner/performance/serving-point.ts";
import { replicaOf, type Wish } from "./replicas.ts";

/** Models of every kind: dense, experts, latent attention, sliding window, linear attention. */
const models = [
  "meta-llama/Llama-3.1-8B-Instruct",
  "meta-llama/Llama-3.3-70B-Instruct",
  "Qwen/Qwen3-0.6B",
  "Qwen/Qwen3-30B-A3B",
  "openai/gpt-oss-120b",
  "deepseek-ai/DeepSeek-V2-Lite",
  "deepseek-ai/DeepSeek-R1-0528",
  "google/gemma-3-27b-it",
  "Qwen/Qwen3-Next-80B-A3B-Instruct",
] as const;

export const wishes: fc.Arbitrary<Wish> = fc.record({
  model: fc.constantFrom(...models),
  gpu: fc.constantFrom(
    "h100-sxm-80gb",
    "h200-sxm-141gb",
    "b200-sxm-180gb",
    "a100-sxm-80gb",
    "l40s",
    "l4",
    "t4",
    "mi300x-192gb",
    "rtx-pro-6000-server",
  ),
  tensorParallel: fc.constantFrom(1, 2, 4, 8),
  pipelineParallel: fc.constantFrom(1, 1, 2),
  precision: fc.constantFrom("bf16", "fp8", "awq-int4", "nvfp4", "mxfp4", "int8-w8a8", "gguf-q4_k_m"),
  engine: fc.constantFrom("vllm", "sglang", "tensorrt-llm", "llama.cpp"),
  version: fc.constantFrom("0.6.0", "0.12.0", "0.19.0", "1.3.0"),
});

/** A replica that holds at least one request of up to 12,000 tokens; the wish is what a failing test prints. */
export const usable = (wish: Wish): Replica => {
  const replica = replicaOf(wish);
  fc.pre(replica.memory.fits && replica.memory.kvCacheBytes > replica.memory.kvBytesPerSequence(12_000));
  return replica;
};

export const lengths: fc.Arbitrary<Lengths> = fc.record({
  inputTokens: fc.integer({ min: 64, max: 8000 }),
  outputTokens: fc.integer({ min: 32, max: 2000 }),
  inputTokensP95: fc.constant(null),
  prefixCacheHitRate: fc.constantFrom(0, 0, 0.5),
});
