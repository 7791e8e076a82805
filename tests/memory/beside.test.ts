import { expect, test } from "vitest";
import { type Beside, nothingBeside } from "../../planner/memory/beside.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import { gibibyte } from "../../planner/units.ts";
import { gpuNamed, modelNamed, release, sized } from "./sizing.ts";

const engine = release("0.19.0");
const h100 = gpuNamed("h100-sxm-80gb");
const llama = modelNamed("meta-llama/Llama-3.1-8B-Instruct");
const layoutOf = (tensorParallel: number) => sized(llama, h100, engine, { tensorParallel, maxModelLen: 8192 }).layout;
const memory = (beside: Partial<Beside>, tensorParallel = 1) =>
  memoryBudget(llama, h100, engine, layoutOf(tensorParallel), { ...nothingBeside, ...beside });

test("an adapter of rank 16 takes what PEFT counts for all linear layers of Llama 3.1 8B: 41,943,040 weights", () => {
  const bytes = (adapters: number, rank: number) => memory({ lora: { adapters, rank } }).weightBytesPerGpu - memory({}).weightBytesPerGpu;
  expect(bytes(1, 16)).toBe(2 * 41_943_040);
  expect(bytes(4, 64)).toBe(16 * bytes(1, 16));
});

test("adapters are divided with their projections, but never by more than their smaller half", () => {
  const bytes = (tensorParallel: number) =>
    memory({ lora: { adapters: 1, rank: 16 } }, tensorParallel).weightBytesPerGpu - memory({}, tensorParallel).weightBytesPerGpu;
  expect(bytes(4)).toBeLessThan(bytes(1));
  expect(bytes(4)).toBeGreaterThan(bytes(1) / 4);
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
