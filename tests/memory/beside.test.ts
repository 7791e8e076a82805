import fc from "fast-check";
import { expect, test } from "vitest";
import { adapterBytes, adapterKernels } from "../../planner/memory/adapters.ts";
import { type Beside, nothingBeside } from "../../planner/memory/beside.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import { gibibyte } from "../../planner/units.ts";
import { gpuNamed, modelNamed, release, sized } from "./sizing.ts";

const engine = release("0.19.0");
const h100 = gpuNamed("h100-sxm-80gb");
const llama = modelNamed("meta-llama/Llama-3.1-8B-Instruct");
const adaptable = [
  "meta-llama/Llama-3.1-8B-Instruct",
  "openai/gpt-oss-20b",
  "deepseek-ai/DeepSeek-R1-0528",
  "Qwen/Qwen3-Next-80B-A3B-Instruct",
].map(modelNamed);
const layoutOf = (tensorParallel: number) => sized(llama, h100, engine, { tensorParallel, maxModelLen: 8192 }).layout;
const memory = (beside: Partial<Beside>, tensorParallel = 1) =>
  memoryBudget(llama, h100, engine, layoutOf(tensorParallel), { ...nothingBeside, ...beside });

test("an adapter of rank 16 takes what PEFT counts for all linear layers of Llama 3.1 8B: 41,943,040 weights", () => {
  const bytes = (adapters: number, rank: number) =>
    memory({ adapters: { onGpu: adapters, rank } }).weightBytesPerGpu - memory({}).weightBytesPerGpu;
  expect(bytes(1, 16)).toBe(2 * 41_943_040);
  expect(bytes(4, 64)).toBe(16 * bytes(1, 16));
});

test("adapters are divided with their projections, but never by more than their smaller half", () => {
  const bytes = (tensorParallel: number) =>
    memory({ adapters: { onGpu: 1, rank: 16 } }, tensorParallel).weightBytesPerGpu - memory({}, tensorParallel).weightBytesPerGpu;
  expect(bytes(4)).toBeLessThan(bytes(1));
  expect(bytes(4)).toBeGreaterThan(bytes(1) / 4);
});

test("more adapters and larger ones take more, in proportion, on any GPUs", () => {
  const counts = fc.integer({ min: 1, max: 64 });
  const ranks = fc.constantFrom(8, 16, 32, 64, 128, 256, 320, 512);
  fc.assert(
    fc.property(fc.constantFrom(...adaptable), counts, ranks, fc.constantFrom(1, 2, 4), (model, onGpu, rank, tensorParallel) => {
      const one = adapterBytes(model, 8, tensorParallel);
      expect(one).toBeGreaterThan(0);
      expect(onGpu * adapterBytes(model, rank, tensorParallel)).toBeCloseTo(onGpu * (rank / 8) * one, 0);
      expect(adapterBytes(model, rank, tensorParallel)).toBeLessThanOrEqual(adapterBytes(model, rank));
      expect(adapterBytes(model, rank, tensorParallel)).toBeGreaterThanOrEqual(adapterBytes(model, rank) / tensorParallel);
    }),
  );
});

test("every expert of a mixture has matrices of its own: Qwen3 30B A3B, from its configuration", () => {
  // 48 layers: q and o of 32 heads, k and v of 4, of 128 each; 128 experts of gate, up and down between 2048 and 768 wide (fused_moe.py).
  const attention = 3 * 2048 + 4096 + 2 * 512 + (4096 + 2048);
  const experts = 128 * (2 * 2048 + 2 * 768 + (768 + 2048));
  expect(adapterBytes(modelNamed("Qwen/Qwen3-30B-A3B"), 16)).toBe(48 * (attention + experts) * 16 * 2);
});

test("a pair of kernels serves what reads one input: four a layer of Llama and of a mixture, four of latent attention alone", () => {
  expect(adapterKernels(llama)).toBe(32 * 4);
  expect(adapterKernels(modelNamed("Qwen/Qwen3-30B-A3B"))).toBe(48 * 4);
  // q_a and kv_a, q_b, kv_b, o; one dense layer of three, the others with experts and a shared one.
  expect(adapterKernels(modelNamed("deepseek-ai/DeepSeek-R1-0528"))).toBe(61 * 4 + 3 * 2 + 58 * 4);
});

test("a model that drafts takes its weights and its own layers of the cache", () => {
  const draft = modelNamed("meta-llama/Llama-3.2-1B-Instruct");
  const with1B = memory({ draft: { model: draft, tokens: 4 } });
  expect(with1B.weightBytesPerGpu - memory({}).weightBytesPerGpu).toBe(2 * draft.parameters);
  const perToken = (of: typeof with1B) => of.kvCacheBytesPerGpu / of.kvCacheTokens;
  expect(perToken(with1B)).toBeGreaterThan(perToken(memory({})));
});

test("a prediction block is a layer more in the cache, and each drafted token a state more in recurrent layers", () => {
  const qwen = modelNamed("Qwen/Qwen3.5-27B");
  const { layout } = sized(qwen, h100, engine, { precision: "fp8", maxModelLen: 8192 });
  const plain = memoryBudget(qwen, h100, engine, layout);
  const drafting = memoryBudget(qwen, h100, engine, layout, { ...nothingBeside, draft: { model: null, tokens: 3 } });
  expect(drafting.weightBytesPerGpu - plain.weightBytesPerGpu).toBe(2 * (qwen.mtp?.params ?? 0));
  expect(drafting.maxConcurrency).toBeLessThan(plain.maxConcurrency);
});

test("offloaded weights leave their room to the cache, and never more than there are", () => {
  const gained = memory({ cpuOffloadBytes: 4 * gibibyte }).kvCacheBytesPerGpu - memory({}).kvCacheBytesPerGpu;
  expect(Math.abs(gained - 4 * gibibyte)).toBeLessThanOrEqual(1);
  expect(memory({ cpuOffloadBytes: 400 * gibibyte }).weightBytesPerGpu).toBe(0);
});
