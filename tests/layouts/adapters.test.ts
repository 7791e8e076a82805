import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { findModel } from "../../catalog/lookup.ts";
import type { EngineRelease } from "../../catalog/schema/engine.ts";
import { adapterArguments, adapterLayoutFinding, adaptersFinding, adaptersOf, rankHolding } from "../../planner/layouts/adapters.ts";
import { completeLayout } from "../../planner/layouts/complete.ts";
import { engineRelease } from "../../planner/layouts/release.ts";

const { catalog } = loadCatalog();

function release(name = "vllm", version = "0.19.0"): EngineRelease {
  const found = engineRelease(catalog.engines, name, version);
  if ("code" in found) throw new Error(found.message);
  return found;
}

function model(name: string) {
  const found = findModel(catalog, name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

test.each([
  [1, 8],
  [8, 8],
  [9, 16],
  [48, 64],
  [300, 320],
  [512, 512],
  [513, null],
])("adapters of rank %d take the room of rank %j in vLLM", (asked, told) => {
  expect(rankHolding(release(), asked)).toBe(told);
});

test("SGLang can be told any rank", () => {
  expect(rankHolding(release("sglang", "0.5.9"), 48)).toBe(48);
});

test.each([
  ["meta-llama/Llama-3.1-8B-Instruct", "vllm", "0.19.0", null],
  ["meta-llama/Llama-3.1-8B-Instruct", "sglang", "0.5.9", null],
  ["openai/gpt-oss-20b", "vllm", "0.15.0", null],
  ["openai/gpt-oss-20b", "vllm", "0.14.1", "mixture-without-adapters"],
  ["openai/gpt-oss-20b", "sglang", "0.5.9", "mixture-without-adapters"],
  ["tiiuae/falcon-7b-instruct", "vllm", "0.19.0", "model-without-adapters"],
  ["moonshotai/Kimi-K2.5", "vllm", "0.19.0", "model-without-adapters"],
  ["moonshotai/Kimi-K2-Instruct", "vllm", "0.19.0", null],
  ["openai/whisper-large-v3", "vllm", "0.19.0", "model-without-adapters"],
  ["BAAI/bge-m3", "tei", "1.9", "engine-without-adapters"],
])("%s on %s %s: %j", (name, engine, version, code) => {
  expect(adaptersFinding(model(name), release(engine, version), "lora")?.code ?? null).toBe(code);
});

test("every model that the rules name is in the catalog", () => {
  const families = new Set(catalog.models.map(({ family }) => family));
  const ids = new Set(catalog.models.map(({ id }) => id));
  for (const { adapters } of catalog.engines) {
    for (const family of adapters?.withoutFamilies ?? []) expect(families).toContain(family);
    for (const id of adapters?.withoutModels ?? []) expect(ids).toContain(id);
  }
});

test("a mixture's adapters need a part of every expert on every GPU, in a format that they run with", () => {
  const gpu = catalog.gpus.find(({ id }) => id === "h100-sxm-80gb");
  if (gpu === undefined) throw new Error("no H100");
  const code = (name: string, wish: object) => {
    const layout = completeLayout(model(name), gpu, release(), wish);
    return adapterLayoutFinding(model(name), layout, release(), "x")?.code ?? null;
  };
  expect(code("Qwen/Qwen3-30B-A3B", { precision: "fp8", tensorParallel: 4 })).toBeNull();
  expect(code("Qwen/Qwen3-30B-A3B", { precision: "fp8", tensorParallel: 4, expertParallel: 4 })).toBe("adapters-need-divided-experts");
  expect(code("Qwen/Qwen3-30B-A3B", { precision: "nvfp4" })).toBe("adapters-need-expert-format");
  expect(code("Qwen/Qwen3-32B", { precision: "nvfp4" })).toBeNull();
});

test("as many are on the GPU as may be in one batch, or as were asked for", () => {
  const lora = { adapters: 40, rank: 16, modules: {} };
  expect(adaptersOf(lora, { maxNumSeqs: 256 })).toEqual({ served: 40, onGpu: 40, rank: 16 });
  expect(adaptersOf({ ...lora, adapters: 400 }, { maxNumSeqs: 256 })).toEqual({ served: 400, onGpu: 256, rank: 16 });
  expect(adaptersOf({ ...lora, onGpu: 8 }, { maxNumSeqs: 256 })).toEqual({ served: 40, onGpu: 8, rank: 16 });
  expect(adaptersOf(undefined, { maxNumSeqs: 256 })).toBeUndefined();
});

test.each([
  ["vllm", "0.19.0", ["--enable-lora", "--max-loras=8", "--max-lora-rank=32", "--max-cpu-loras=40"]],
  ["sglang", "0.5.9", ["--enable-lora", "--max-loras-per-batch=8", "--max-lora-rank=32", "--max-loaded-loras=40"]],
  ["tensorrt-llm", "1.2.0", ["lora_config.max_loras=8", "lora_config.max_lora_rank=32", "lora_config.max_cpu_loras=40"]],
])("%s is told of them in its own words", (engine, version, told) => {
  expect(adapterArguments(release(engine, version), { served: 40, onGpu: 8, rank: 32 })).toEqual(told);
});
