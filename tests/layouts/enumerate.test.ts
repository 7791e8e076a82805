import { expect, test } from "vitest";
import { completeLayout, precisionNote } from "../../planner/layouts/complete.ts";
import { enumerateLayouts } from "../../planner/layouts/enumerate.ts";
import { layoutKey } from "../../planner/layouts/layout.ts";
import { layoutFindings } from "../../planner/layouts/legality.ts";
import type { Precision } from "../../planner/layouts/precision.ts";
import { catalog, gpuNamed, modelNamed, release } from "../memory/sizing.ts";

const engine = release("0.19.0");
const llama = modelNamed("meta-llama/Llama-3.1-8B-Instruct");
const wishes = (...precisions: Precision[]) => ({ precisions, kvCacheDtype: "auto" as const, maxModelLen: 512 });
const keys = (id: string, gpu: string, ...precisions: Precision[]) =>
  enumerateLayouts(modelNamed(id), gpuNamed(gpu), engine, wishes(...precisions)).legal.map(layoutKey);

test("engine defaults follow the device's memory, its name and the version", () => {
  const batch = (gpu: string, version: string) => {
    const layout = completeLayout(llama, gpuNamed(gpu), release(version), { maxModelLen: 8192 });
    return [layout.maxNumSeqs, layout.maxNumBatchedTokens];
  };
  expect(batch("h100-sxm-80gb", "0.19.0")).toEqual([1024, 8192]);
  expect(batch("a100-sxm-80gb", "0.19.0")).toEqual([256, 2048]);
  expect(batch("l4", "0.19.0")).toEqual([256, 2048]);
  expect(batch("b200-sxm-180gb", "0.27.0")).toEqual([1024, 8192]);
  expect(batch("b200-sxm-180gb", "0.28.0")).toEqual([1024, 16384]);
  expect(batch("h100-sxm-80gb", "0.7.3")).toEqual([256, 8192]);
});

test("what was said is kept, what was not is the engine's choice", () => {
  const layout = completeLayout(llama, gpuNamed("l4"), release("0.25.0"), { tensorParallel: 2, maxNumSeqs: 4096 });
  expect(layout).toMatchObject({ tensorParallel: 2, maxNumSeqs: 4096, maxNumBatchedTokens: 4096, gpuMemoryUtilization: 0.92 });
  expect(layout).toMatchObject({ precision: "bf16", maxModelLen: llama.maxContext, kvCacheDtype: "auto", enforceEager: false });
});

test("a GPU without bfloat16 runs bf16 as fp16, once, and a note says so", () => {
  const layout = completeLayout(llama, gpuNamed("t4"), engine, { precision: "bf16" });
  expect(layout.precision).toBe("fp16");
  expect(precisionNote("bf16", layout)).toMatchObject({ code: "precision-replaced", value: "bf16", limit: "fp16" });
  expect(precisionNote("fp16", layout)).toBeNull();
  expect(keys("meta-llama/Llama-3.1-8B-Instruct", "t4", "bf16", "fp16")).toHaveLength(4);
});

test("every precision is tried on 1, 2, 4 and 8 GPUs, fewest first", () => {
  expect(keys("meta-llama/Llama-3.1-8B-Instruct", "l4", "bf16", "fp8")).toEqual([
    "l4-tp1-bf16",
    "l4-tp1-fp8",
    "l4-tp2-bf16",
    "l4-tp2-fp8",
    "l4-tp4-bf16",
    "l4-tp4-fp8",
    "l4-tp8-bf16",
    "l4-tp8-fp8",
  ]);
});

test("a size that tensor parallelism cannot take goes to experts, else to pipeline stages", () => {
  expect(keys("Qwen/Qwen3-235B-A22B", "h100-sxm-80gb", "fp8").at(-1)).toBe("h100-sxm-80gb-tp8-ep8-fp8");
  expect(keys("Qwen/Qwen2.5-7B-Instruct", "h100-sxm-80gb", "bf16").at(-1)).toBe("h100-sxm-80gb-tp4-pp2-bf16");
});

test("a GPU that cannot run the precision offers nothing and says why for every size", () => {
  const { legal, illegal } = enumerateLayouts(modelNamed("openai/gpt-oss-20b"), gpuNamed("t4"), engine, wishes("mxfp4"));
  expect(legal).toEqual([]);
  expect(illegal.map(({ finding }) => finding.code)).toEqual(Array(4).fill("precision-not-on-this-gpu"));
});

test("every layout offered is legal, every one withheld is not, and none appears twice", () => {
  for (const model of catalog.models) {
    for (const gpu of catalog.gpus) {
      const { legal, illegal } = enumerateLayouts(model, gpu, engine, { ...wishes("bf16", "fp8"), maxModelLen: 64 });
      expect(new Set(legal.map(layoutKey)).size).toBe(legal.length);
      for (const layout of legal) expect(layoutFindings(model, gpu, layout, engine)).toEqual([]);
      for (const { layout, finding } of illegal) expect(layoutFindings(model, gpu, layout, engine)[0]).toEqual(finding);
    }
  }
});
