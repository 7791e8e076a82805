import fc from "fast-check";
import { expect, test } from "vitest";
import type { WeightFormat } from "../../catalog/schema/engine.ts";
import { nativePrecision } from "../../planner/layouts/native-precision.ts";
import type { Precision } from "../../planner/layouts/precision.ts";
import { modelTensors } from "../../planner/memory/weights/inventory.ts";
import { modelParameters } from "../../planner/memory/weights/tensor.ts";
import { stageLayers, weightBytes, weightBytesPerGpu } from "../../planner/memory/weights/weights.ts";
import { gibibyte } from "../../planner/units.ts";
import { catalog, modelNamed, release } from "./sizing.ts";

const engine = release("0.19.0");

function format(precision: Precision): WeightFormat {
  const found = engine.formats.find((candidate) => candidate.precision === precision);
  if (found === undefined) throw new Error(`no format ${precision}`);
  return found;
}

const tp = (tensorParallel: number) => ({ tensorParallel, pipelineParallel: 1, dataParallel: 1, expertParallel: 1 });

test("the tensors of every model in the catalog add up to its published parameters", () => {
  expect(catalog.models.length).toBeGreaterThanOrEqual(120);
  const wrong = catalog.models.filter((model) => modelParameters(modelTensors(model)) !== model.parameters);
  expect(wrong.map((model) => model.id)).toEqual([]);
});

test("bytes in the published precision are within 0.1 % of the checkpoint's tensors for every model", () => {
  const known = catalog.models.filter((model) => model.weightBytesNative !== null);
  expect(catalog.models.length - known.length).toBeLessThanOrEqual(1);
  for (const model of known) {
    const bytes = weightBytes(model, format(nativePrecision(model)));
    expect(Math.abs(bytes / (model.weightBytesNative ?? 0) - 1), model.id).toBeLessThan(0.001);
  }
});

test("quantised bytes are those of published checkpoints", () => {
  const published = [
    // Hugging Face file sizes: kaito-project/kaito@056b8280 model_catalog.yaml, read 2026-08-21.
    { model: "Qwen/Qwen3-8B", precision: "awq-int4", bytes: 6098853560 },
    { model: "Qwen/Qwen3.6-35B-A3B", precision: "fp8", bytes: 37473589658 },
  ] as const;
  for (const { model, precision, bytes } of published) {
    const predicted = weightBytes(modelNamed(model), format(precision));
    // The FP8 files also hold the draft block that plain serving does not load.
    expect(predicted / bytes, model).toBeGreaterThan(0.95);
    expect(predicted / bytes, model).toBeLessThan(1.01);
  }
});

test("quantised formats leave tables, norms, routers and vision towers in 16 bits", () => {
  const llama = modelNamed("meta-llama/Llama-3.1-8B-Instruct");
  const tables = 2 * llama.vocabSize * llama.hiddenSize;
  const linear = llama.parameters - tables;
  expect(weightBytes(llama, format("fp8"))).toBeGreaterThan(linear + 2 * tables);
  expect(weightBytes(llama, format("fp8")) / gibibyte).toBeCloseTo(8.46, 1);
  expect(weightBytes(llama, format("int4-w4a16")) / gibibyte).toBeCloseTo(5.31, 1);
  expect(weightBytes(llama, format("bnb-nf4")) / gibibyte).toBeCloseTo(5.31, 1);
});

test("models published in a quantised layout keep it, and only experts of gpt-oss and Kimi K2 are 4-bit", () => {
  const gptOss = modelNamed("openai/gpt-oss-120b");
  expect(weightBytes(gptOss, format("mxfp4"))).toBe(gptOss.weightBytesNative);
  expect(weightBytes(gptOss, format("bf16"))).toBe(2 * gptOss.parameters);
  const kimi = modelNamed("moonshotai/Kimi-K2-Thinking");
  expect(weightBytes(kimi, format("int4-w4a16"))).toBe(kimi.weightBytesNative);
});

test("tensor parallelism never adds weight bytes to a GPU, and never divides them by more than its size", () => {
  const precisions: Precision[] = ["bf16", "fp8", "awq-int4"];
  fc.assert(
    fc.property(fc.constantFrom(...catalog.models), fc.constantFrom(...precisions), fc.constantFrom(1, 2, 4), (model, precision, size) => {
      const one = weightBytesPerGpu(model, format(precision), tp(size), 0);
      const twice = weightBytesPerGpu(model, format(precision), tp(2 * size), 0);
      expect(twice).toBeLessThanOrEqual(one);
      expect(2 * twice).toBeGreaterThanOrEqual(one * (1 - 1e-9));
    }),
    { numRuns: 400 },
  );
});

test("what cannot be divided is on every GPU: KV projections beyond the heads, down-projections of MLA", () => {
  const together = (id: string, size: number) => size * weightBytesPerGpu(modelNamed(id), format("bf16"), tp(size), 0);
  // 4 KV heads on 8 GPUs: four more copies of one head's K and V projections.
  const copies = 4 * 2 * 94 * 128 * 4096 * 2;
  expect(together("Qwen/Qwen3-235B-A22B", 8) - together("Qwen/Qwen3-235B-A22B", 4)).toBeGreaterThan(copies);
  expect(together("Qwen/Qwen3-235B-A22B", 4) - together("Qwen/Qwen3-235B-A22B", 2)).toBeLessThan(copies);
  const downProjections = 27 * 576 * 2048 * 2;
  expect(together("deepseek-ai/DeepSeek-V2-Lite", 4) - together("deepseek-ai/DeepSeek-V2-Lite", 1)).toBeGreaterThan(3 * downProjections);
});

test("a rotary table for ten million positions is on every GPU", () => {
  const scout = modelNamed("meta-llama/Llama-4-Scout-17B-16E-Instruct");
  // 53.12 GiB in the log of a TP4 start-up on vLLM 0.19, llm-d-planner sweep, 2026-04-03.
  expect(weightBytesPerGpu(scout, format("bf16"), tp(4), 0) / gibibyte).toBeCloseTo(53.12, 1);
});

test("the catalog may state the positions and the width of the rotary table", () => {
  const gemma = modelNamed("google/gemma-3-12b-it");
  const stated = { ...gemma, weightLayout: { ...gemma.weightLayout, rotaryPositions: 9 * 131072, rotaryDim: 256 } };
  const plain = { ...gemma, weightLayout: { ...gemma.weightLayout, rotaryPositions: 131072, rotaryDim: 256 } };
  const bytes = (model: typeof gemma) => weightBytesPerGpu(model, format("bf16"), tp(1), 0);
  expect(bytes(stated) - bytes(plain)).toBe(8 * 131072 * 256 * 2);
  // 23.31 GiB in the log of vllm-009: a local table, and a global one for eight times the positions.
  expect(bytes(stated) / gibibyte).toBeCloseTo(23.31, 1);
});

test("expert parallelism divides routed experts and nothing else", () => {
  const model = modelNamed("Qwen/Qwen3-30B-A3B");
  const sharded = weightBytesPerGpu(model, format("bf16"), tp(4), 0);
  expect(weightBytesPerGpu(model, format("bf16"), { ...tp(4), expertParallel: 4 }, 0)).toBeCloseTo(sharded, 0);
  const ranks = { tensorParallel: 1, pipelineParallel: 1, dataParallel: 4, expertParallel: 4 };
  expect(weightBytesPerGpu(model, format("bf16"), ranks, 0)).toBeGreaterThan(sharded);
});

test("the stages of a pipeline hold every layer once, the leftover ones before the last stage", () => {
  expect([0, 1, 2, 3].map((stage) => stageLayers(62, 4, stage))).toEqual([15, 16, 16, 15]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 130 }), fc.integer({ min: 1, max: 8 }), (layers, stages) => {
      const held = Array.from({ length: stages }, (_, stage) => stageLayers(layers, stages, stage));
      expect(held.reduce((sum, count) => sum + count, 0)).toBe(layers);
    }),
  );
});

test("tables sit on the first and the last stage", () => {
  const llama = modelNamed("meta-llama/Llama-3.1-8B-Instruct");
  const stage = (index: number) => weightBytesPerGpu(llama, format("bf16"), { ...tp(1), pipelineParallel: 4 }, index) / gibibyte;
  // First and middle stage of a PP4 start-up on vLLM 0.19: 4.26 and 3.28 GiB.
  expect(stage(0)).toBeCloseTo(4.26, 1);
  expect(stage(1)).toBeCloseTo(3.28, 1);
  const tied = modelNamed("meta-llama/Llama-3.2-3B-Instruct");
  const table = 2 * tied.vocabSize * tied.hiddenSize;
  const halves = [0, 1].map((index) => weightBytesPerGpu(tied, format("bf16"), { ...tp(1), pipelineParallel: 2 }, index));
  expect(halves[1]).toBeGreaterThan(table);
});
