import fc from "fast-check";
import { expect, test } from "vitest";
import type { Layout } from "../../planner/layouts/layout.ts";
import { layoutFindings } from "../../planner/layouts/legality.ts";
import { batchDecision, capBatch } from "../../planner/memory/batch-cap.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import { catalog, gpuNamed, modelNamed, release, sized } from "./sizing.ts";

const engine = release("0.19.0");
const llama = modelNamed("meta-llama/Llama-3.1-8B-Instruct");
const h100 = gpuNamed("h100-sxm-80gb");

const generators = catalog.models.filter((model) => model.task === "generate" && model.deployable);
const dataCentre = ["l4", "a10g", "l40s", "a100-sxm-80gb", "h100-sxm-80gb", "h200-sxm-141gb", "b200-sxm-180gb"].map(gpuNamed);
const anyCase = fc.record({
  model: fc.constantFrom(...generators),
  gpu: fc.constantFrom(...dataCentre),
  version: fc.constantFrom("0.11.0", "0.19.0", "0.25.0"),
  tensorParallel: fc.constantFrom(1, 2, 4, 8),
  maxModelLen: fc.integer({ min: 256, max: 32768 }),
  precision: fc.constantFrom<Layout["precision"]>("bf16", "fp8"),
});

test("the terms add up to what the engine allows itself, to the byte", () => {
  fc.assert(
    fc.property(anyCase, ({ model, gpu, version, ...wish }) => {
      const vllm = release(version);
      const { memory } = sized(model, gpu, vllm, wish);
      const graphs = vllm.cudaGraphs.charged ? memory.cudaGraphBytesPerGpu : 0;
      const spent = memory.weightBytesPerGpu + memory.activationBytesPerGpu + memory.nonTorchBytesPerGpu + graphs;
      if (memory.kvCacheBytesPerGpu > 0)
        expect(Math.abs(spent + memory.kvCacheBytesPerGpu - memory.requestedBytesPerGpu)).toBeLessThanOrEqual(2);
      else expect(spent).toBeGreaterThanOrEqual(memory.requestedBytesPerGpu - 2);
      expect(memory.fits).toBe(memory.finding === null);
    }),
    { numRuns: 300 },
  );
});

test("sequences that fit, fit: as many as the concurrency promises, block by block", () => {
  fc.assert(
    fc.property(anyCase, ({ model, gpu, version, ...wish }) => {
      const { layout, memory } = sized(model, gpu, release(version), wish);
      if (!memory.fits) return;
      const whole = memory.kvBytesPerSequence(layout.maxModelLen);
      expect(whole).toBeGreaterThan(0);
      expect(memory.maxConcurrency).toBeGreaterThanOrEqual(1);
      if (model.slidingWindow === null && model.linearAttention === null && model.compressedAttention === null) {
        // All but the null block.
        expect(memory.kvCacheBytes / whole).toBeGreaterThan(memory.maxConcurrency - 1);
        expect(memory.kvCacheBytes / whole).toBeLessThanOrEqual(memory.maxConcurrency);
      }
    }),
    { numRuns: 300 },
  );
});

test("a sequence takes more room the longer it is, in steps of one block", () => {
  const { memory } = sized(llama, h100, engine, { maxModelLen: 8192 });
  const block = memory.kvBytesPerSequence(1);
  expect(block).toBe(16 * 131072);
  expect(memory.kvBytesPerSequence(16)).toBe(block);
  expect(memory.kvBytesPerSequence(17)).toBe(2 * block);
  expect(memory.kvBytesPerSequence(8192)).toBe(512 * block);
});

test("an fp8 cache holds at least twice the tokens", () => {
  fc.assert(
    fc.property(anyCase, ({ model, gpu, version, ...wish }) => {
      if (model.linearAttention !== null) return;
      const wide = sized(model, gpu, release(version), wish).memory;
      const narrow = sized(model, gpu, release(version), { ...wish, kvCacheDtype: "fp8" }).memory;
      // The indexer of sparse attention has 8 bits already; a block more or less is rounding.
      const least = model.indexer === null && model.slidingWindow === null ? 2 : 1.7;
      expect(narrow.kvCacheTokens).toBeGreaterThanOrEqual(least * wide.kvCacheTokens - 64);
    }),
    { numRuns: 200 },
  );
});

test("more sequences at once, a longer step and more layers each leave less for the cache", () => {
  const kv = (wish: Partial<Layout>, model = llama) => sized(model, h100, engine, { maxModelLen: 8192, ...wish }).memory.kvCacheBytesPerGpu;
  expect(kv({ maxNumSeqs: 1024 })).toBeLessThan(kv({ maxNumSeqs: 256 }));
  expect(kv({ maxNumBatchedTokens: 32768 })).toBeLessThan(kv({ maxNumBatchedTokens: 8192 }));
  expect(kv({}, { ...llama, numLayers: llama.numLayers + 4 })).toBeLessThan(kv({}));
  const tokens = (model = llama) => sized(model, h100, engine, { maxModelLen: 8192 }).memory.kvCacheTokens;
  expect(tokens({ ...llama, numLayers: llama.numLayers + 4 })).toBeLessThan(tokens());
});

test("a budget too small names what is needed, what is there and a change that fits", () => {
  const big = modelNamed("meta-llama/Llama-3.3-70B-Instruct");
  const { layout, memory } = sized(big, h100, engine, { precision: "bf16", maxModelLen: 8192 });
  expect(memory.fits).toBe(false);
  expect(memory.maxConcurrency).toBe(0);
  expect(memory.finding).toMatchObject({ code: "does-not-fit", limit: memory.requestedBytesPerGpu, unit: "bytes per GPU" });
  expect(memory.finding?.value).toBeGreaterThan(memory.requestedBytesPerGpu);
  const size = Number(/tensor-parallel (\d)/.exec(memory.finding?.suggestion ?? "")?.[1]);
  expect(layoutFindings(big, h100, { ...layout, tensorParallel: size }, engine)).toEqual([]);
  expect(memoryBudget(big, h100, engine, { ...layout, tensorParallel: size }).fits).toBe(true);
  expect(memoryBudget(big, h100, engine, { ...layout, tensorParallel: size / 2 }).fits).toBe(false);
});

test("a context that is too long is answered with the longest one that fits", () => {
  const l4 = gpuNamed("l4");
  const { layout, memory } = sized(llama, l4, engine, { maxModelLen: 131072 });
  expect(memory.finding?.code).toBe("context-does-not-fit");
  const longest = Number(/max-model-len to (\d+)/.exec(memory.finding?.suggestion ?? "")?.[1]);
  expect(memoryBudget(llama, l4, engine, { ...layout, maxModelLen: longest }).fits).toBe(true);
  expect(memoryBudget(llama, l4, engine, { ...layout, maxModelLen: longest + 1 }).fits).toBe(false);
});

test("before 0.21 graphs must fit beside the budget, from 0.21 on they come out of the cache", () => {
  const greedy = { maxModelLen: 8192, gpuMemoryUtilization: 0.99 };
  expect(sized(llama, h100, engine, greedy).memory.finding?.code).toBe("cuda-graphs-do-not-fit");
  const eager = (version: string, enforceEager: boolean) =>
    sized(llama, h100, release(version), { maxModelLen: 8192, enforceEager }).memory;
  expect(eager("0.20.0", true).kvCacheBytesPerGpu).toBe(eager("0.20.0", false).kvCacheBytesPerGpu);
  const graphs = eager("0.21.0", false).cudaGraphBytesPerGpu;
  expect(graphs).toBeGreaterThan(0);
  const gain = eager("0.21.0", true).kvCacheBytesPerGpu - eager("0.21.0", false).kvCacheBytesPerGpu;
  expect(Math.abs(gain - graphs)).toBeLessThanOrEqual(1);
});

test("the sampler of 0.17 frees what 0.16 took: 24 bytes for each sequence and vocabulary entry", () => {
  const qwen = modelNamed("Qwen/Qwen3-14B");
  const peak = (version: string) => sized(qwen, h100, release(version), { maxModelLen: 8192 }).memory.activationBytesPerGpu;
  expect(peak("0.16.0") - peak("0.17.0")).toBe(24 * 1024 * qwen.vocabSize);
});

test("embedding models have no sampler, encoders no cache", () => {
  const embedding = sized(modelNamed("Qwen/Qwen3-Embedding-8B"), h100, engine, { maxModelLen: 8192 }).memory;
  expect(embedding.activationBytesPerGpu).toBeLessThan(2 ** 30);
  expect(embedding.kvCacheTokens).toBeGreaterThan(0);
  const encoder = sized(modelNamed("BAAI/bge-m3"), gpuNamed("l4"), engine, { maxModelLen: 512 }).memory;
  expect(encoder).toMatchObject({ fits: true, kvCacheBytesPerGpu: 0, kvCacheTokens: 0, kvCacheBytes: 0 });
});

test("a GPU of unknown memory does not fit anything and says so", () => {
  const { memory } = sized(llama, { ...h100, cudaMemoryBytes: null }, engine, { maxModelLen: 8192 });
  expect(memory).toMatchObject({ fits: false, finding: { code: "unknown-device-memory", value: null } });
});

test("attention data parallelism gives every rank its own cache", () => {
  const model = modelNamed("deepseek-ai/DeepSeek-V3-0324");
  const h200 = gpuNamed("h200-sxm-141gb");
  const tensor = sized(model, h200, engine, { tensorParallel: 8, maxModelLen: 8192 }).memory;
  const data = sized(model, h200, engine, { dataParallel: 8, expertParallel: 8, maxModelLen: 8192 }).memory;
  expect(data.weightBytesPerGpu).toBeGreaterThan(tensor.weightBytesPerGpu);
  expect(data.kvCacheTokens).toBeGreaterThan(4 * tensor.kvCacheTokens);
});

test("SGLang, TensorRT-LLM and llama.cpp are sized too, by their own shares of the memory", () => {
  for (const [name, version] of [
    ["sglang", "0.5.0"],
    ["tensorrt-llm", "1.0.0"],
    ["llama.cpp", "0.5.0"],
  ] as const) {
    const precision = name === "llama.cpp" ? "gguf-q4_k_m" : "fp8";
    const { memory } = sized(llama, h100, release(version, name), { precision, maxModelLen: 8192 });
    expect(memory.finding, name).toBeNull();
    expect(memory.kvCacheTokens, name).toBeGreaterThan(300_000);
    expect(memory.requestedBytesPerGpu, name).toBeLessThan(memory.totalBytesPerGpu);
  }
});

test("a cap on the batch is lowered only where the sampler would eat the cache", () => {
  const roomy = sized(llama, h100, engine, { maxModelLen: 8192 }).layout;
  expect(capBatch(llama, h100, engine, roomy).layout).toEqual(roomy);
  const big = modelNamed("Qwen/Qwen2.5-72B-Instruct");
  const tight = sized(big, h100, engine, { tensorParallel: 2, maxModelLen: 8192 });
  const capped = capBatch(big, h100, engine, tight.layout);
  expect(capped.layout.maxNumSeqs).toBeLessThan(tight.layout.maxNumSeqs);
  expect(capped.memory.kvCacheBytesPerGpu).toBeGreaterThan(tight.memory.kvCacheBytesPerGpu);
  expect(capped.memory.kvCacheBytesPerGpu).toBeGreaterThanOrEqual(0);
});

test("a share of the memory that leaves CUDA no room is lowered to the largest that does, and the plan says why", () => {
  const greedy = { ...sized(llama, h100, engine, { maxModelLen: 8192 }).layout, gpuMemoryUtilization: 0.99 };
  expect(memoryBudget(llama, h100, engine, greedy).finding?.code).toBe("cuda-graphs-do-not-fit");
  const { layout, memory } = capBatch(llama, h100, engine, greedy);
  expect(memory.fits).toBe(true);
  expect(layout.gpuMemoryUtilization).toBeLessThan(0.99);
  const more = { ...layout, gpuMemoryUtilization: layout.gpuMemoryUtilization + 0.01 };
  expect(memoryBudget(llama, h100, engine, more).finding?.code).toBe("cuda-graphs-do-not-fit");
  const lowered = { ...layout, gpuMemoryUtilization: 0.8, maxNumSeqs: 128 };
  const { message, value, limit } = batchDecision(llama, h100, engine, lowered, "workloads[0]");
  expect({ value, limit }).toEqual({ value: 128, limit: 1024 });
  expect(message).toContain("128 sequences and not the engine's 1024");
  expect(message).toContain("gpu-memory-utilization 0.8 and not 0.9");
});

test("memory never shrinks with context, sequences, batched tokens or layers, and the cache never grows", () => {
  const grown = fc.constantFrom<(wish: Partial<Layout>) => Partial<Layout>>(
    (wish) => ({ ...wish, maxNumSeqs: 2 * (wish.maxNumSeqs ?? 64) }),
    (wish) => ({ ...wish, maxNumBatchedTokens: 2 * (wish.maxNumBatchedTokens ?? 2048) }),
  );
  fc.assert(
    fc.property(anyCase, grown, ({ model, gpu, version, ...wish }, grow) => {
      const vllm = release(version);
      const small = { ...wish, maxNumSeqs: 64, maxNumBatchedTokens: 2048 };
      const before = sized(model, gpu, vllm, small).memory;
      const after = sized(model, gpu, vllm, grow(small)).memory;
      expect(after.activationBytesPerGpu).toBeGreaterThanOrEqual(before.activationBytesPerGpu);
      expect(after.kvCacheBytesPerGpu).toBeLessThanOrEqual(before.kvCacheBytesPerGpu);
      expect(after.cudaGraphBytesPerGpu).toBeGreaterThanOrEqual(before.cudaGraphBytesPerGpu);
      // A longer context leaves fewer requests at once; what a sequence of one length takes does not depend on it.
      const longer = sized(model, gpu, vllm, { ...small, maxModelLen: 2 * wish.maxModelLen }).memory;
      expect(longer.maxConcurrency).toBeLessThanOrEqual(before.maxConcurrency);
      expect(longer.kvBytesPerSequence(256)).toBe(before.kvBytesPerSequence(256));
      const deeper = sized(
        {
          ...model,
          numLayers: 2 * model.numLayers,
          slidingWindow: null,
          linearAttention: null,
          compressedAttention: null,
          weightLayout: { kind: "decoder" },
        },
        gpu,
        vllm,
        small,
      ).memory;
      const shallow = sized(
        { ...model, slidingWindow: null, linearAttention: null, compressedAttention: null, weightLayout: { kind: "decoder" } },
        gpu,
        vllm,
        small,
      ).memory;
      expect(deeper.weightBytesPerGpu).toBeGreaterThan(shallow.weightBytesPerGpu);
      expect(deeper.kvBytesPerSequence(256)).toBeGreaterThan(shallow.kvBytesPerSequence(256));
    }),
    { numRuns: 200 },
  );
});

test("an engine with estimated constants is warned of, not refused, where CUDA's own memory seems too much; a plan leaves it room", () => {
  const glm = modelNamed("zai-org/GLM-4.6");
  const wish = { precision: "fp8", tensorParallel: 8, expertParallel: 8, maxModelLen: 8192, gpuMemoryUtilization: 0.9 } as const;
  const sglang = release("0.5.9", "sglang");
  const { layout, memory } = sized(glm, h100, sglang, wish);
  expect(memory).toMatchObject({ fits: true, finding: null, warning: { code: "cuda-graphs-do-not-fit" } });
  const planned = capBatch(glm, h100, sglang, layout);
  expect(planned.layout.gpuMemoryUtilization).toBeLessThan(0.9);
  expect(planned.memory.warning).toBeNull();
});
