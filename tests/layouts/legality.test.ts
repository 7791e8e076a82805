import fc from "fast-check";
import { expect, test } from "vitest";
import { completeLayout } from "../../planner/layouts/complete.ts";
import type { Layout } from "../../planner/layouts/layout.ts";
import { layoutFindings } from "../../planner/layouts/legality.ts";
import { catalog, gpuNamed, modelNamed, release } from "../memory/sizing.ts";

const engine = release("0.19.0");

function findings(model: string, gpu: string, wish: Partial<Layout>, vllm = engine) {
  const layout = { ...completeLayout(modelNamed(model), gpuNamed(gpu), vllm, { maxModelLen: 4096, ...wish }), ...wish };
  return layoutFindings(modelNamed(model), gpuNamed(gpu), layout, vllm);
}
const codes = (...args: Parameters<typeof findings>) => findings(...args).map((finding) => finding.code);

const llama = "meta-llama/Llama-3.1-8B-Instruct";

test("the layouts people run are legal", () => {
  const run: [string, string, Partial<Layout>][] = [
    [llama, "l4", { precision: "bf16" }],
    [llama, "t4", { precision: "fp16" }],
    [llama, "a10g", { precision: "fp8", tensorParallel: 2 }],
    ["Qwen/Qwen3-235B-A22B", "h100-sxm-80gb", { precision: "bf16", tensorParallel: 8 }],
    ["deepseek-ai/DeepSeek-V3-0324", "h200-sxm-141gb", { precision: "fp8", tensorParallel: 8 }],
    ["openai/gpt-oss-120b", "h100-sxm-80gb", { precision: "mxfp4", tensorParallel: 2 }],
    ["google/gemma-3-27b-it", "a100-sxm-80gb", { precision: "bf16", tensorParallel: 4 }],
    ["moonshotai/Kimi-K2-Thinking", "b200-sxm-180gb", { precision: "int4-w4a16", tensorParallel: 8 }],
    [llama, "mi300x-192gb", { precision: "fp8" }],
  ];
  for (const [model, gpu, wish] of run) expect(findings(model, gpu, wish), `${model} on ${gpu}`).toEqual([]);
});

test("hardware gates give the capability there and the one needed", () => {
  expect(findings(llama, "t4", { precision: "bf16" })[0]).toMatchObject({
    code: "precision-not-on-this-gpu",
    value: "7.5",
    limit: 8,
    suggestion: "use fp16",
  });
  expect(findings(llama, "b200-sxm-180gb", { precision: "int8" })[0]).toMatchObject({ limit: 10, suggestion: "use fp8" });
  expect(codes("openai/gpt-oss-20b", "t4", { precision: "mxfp4" })).toEqual(["precision-not-on-this-gpu"]);
  expect(codes(llama, "t4", { precision: "fp16", kvCacheDtype: "fp8" })).toEqual(["kv-cache-dtype-not-on-this-gpu"]);
  expect(codes(llama, "h100-sxm-80gb", { kvCacheDtype: "nvfp4" })).toEqual(["kv-cache-dtype-not-on-this-gpu"]);
  expect(codes(llama, "v100-sxm2-16gb", { precision: "fp16" })).toEqual(["gpu-not-supported-by-engine"]);
  expect(codes(llama, "m3-ultra", { precision: "fp16" })).toEqual(["gpu-not-supported-by-engine"]);
});

test("Volta runs what its kernels can, on the vLLM versions that still had an engine for it", () => {
  const old = release("0.7.3");
  for (const precision of ["fp16", "gptq-int4", "bnb-nf4", "gguf-q4_k_m"] as const)
    expect(codes(llama, "v100s-pcie-32gb", { precision }, old), precision).toEqual([]);
  for (const precision of ["bf16", "awq-int4", "fp8", "int8"] as const)
    expect(codes(llama, "v100s-pcie-32gb", { precision }, old), precision).toEqual(["precision-not-on-this-gpu"]);
  expect(codes(llama, "v100s-pcie-32gb", { precision: "fp16" }, release("0.10.1"))).toEqual([]);
  expect(findings(llama, "v100s-pcie-32gb", { precision: "fp16" }, release("0.11.0"))[0]).toMatchObject({
    code: "gpu-not-supported-by-engine",
    limit: 7.5,
  });
});

test("fp8 runs weight-only where there are no FP8 tensor cores, on T4 only since 0.13", () => {
  expect(codes(llama, "a100-sxm-80gb", { precision: "fp8" })).toEqual([]);
  expect(codes(llama, "t4", { precision: "fp8" })).toEqual([]);
  expect(codes(llama, "t4", { precision: "fp8" }, release("0.12.0"))).toEqual(["precision-not-on-this-gpu"]);
});

test("a format that left the stock image is refused with what does run", () => {
  const [finding] = findings(llama, "l4", { precision: "gguf-q4_k_m" }, release("0.25.0"));
  expect(finding).toMatchObject({
    code: "unsupported-precision",
    value: "gguf-q4_k_m",
    message: "vllm 0.25.0 has no gguf-q4_k_m weights: they left with 0.24.0",
    suggestion: "use awq-int4, or vllm before 0.24.0",
  });
});

test("a format that an old version does not have yet is refused with the version it came in", () => {
  const [finding] = findings(llama, "b200-sxm-180gb", { precision: "nvfp4" }, release("0.8.5"));
  expect(finding).toMatchObject({
    code: "unsupported-precision",
    message: "vllm 0.8.5 has no nvfp4 weights: they came in 0.9.0",
    suggestion: "use awq-int4, or vllm 0.9.0 or later",
  });
});

test("4-bit and 8-bit floats run weight-only on Ampere where the engine has the kernels, and not where it has none", () => {
  for (const precision of ["fp8", "nvfp4", "mxfp4"] as const) {
    const model = precision === "mxfp4" ? "openai/gpt-oss-20b" : llama;
    expect(codes(model, "a100-sxm-80gb", { precision }), precision).toEqual([]);
    expect(codes(model, "a100-sxm-80gb", { precision }, release("1.2.0", "tensorrt-llm")), precision).toEqual(
      precision === "mxfp4" ? [] : ["precision-not-on-this-gpu"],
    );
  }
});

test("tensor parallelism stays inside one NVLink domain; the rest are pipeline stages", () => {
  const big = "meta-llama/Llama-3.1-405B-Instruct";
  expect(findings(big, "h100-sxm-80gb", { tensorParallel: 16 })[0]).toMatchObject({
    code: "tensor-parallel-beyond-link-domain",
    limit: 8,
    suggestion: "use tensor-parallel 8 and pipeline-parallel 2",
  });
  expect(codes(big, "h100-sxm-80gb", { tensorParallel: 8, pipelineParallel: 2 })).toEqual([]);
  expect(codes(big, "gb200-186gb", { tensorParallel: 16 })).toEqual([]);
});

test("heads, widths and blocks that do not divide are named with the nearest size that does", () => {
  const [heads] = findings("Qwen/Qwen2.5-7B-Instruct", "h100-sxm-80gb", { tensorParallel: 8 });
  expect(heads).toMatchObject({ code: "attention-heads-not-divisible", value: 8, limit: 28, suggestion: "use tensor-parallel 4" });
  const [blocks] = findings("Qwen/Qwen3-235B-A22B", "h100-sxm-80gb", { precision: "fp8", tensorParallel: 8 });
  expect(blocks).toMatchObject({
    code: "quantisation-tile-not-divisible",
    limit: 1536,
    suggestion: "use tensor-parallel 4 or expert-parallel 8",
  });
  expect(codes("Qwen/Qwen3-235B-A22B", "h100-sxm-80gb", { precision: "fp8", tensorParallel: 8, expertParallel: 8 })).toEqual([]);
  expect(codes("Qwen/Qwen2.5-14B-Instruct", "h100-sxm-80gb", { precision: "awq-int4", tensorParallel: 8 })).toEqual([
    "quantisation-tile-not-divisible",
  ]);
});

test("experts and data parallelism obey their own rules", () => {
  const qwen = "Qwen/Qwen3-30B-A3B";
  expect(codes(llama, "h100-sxm-80gb", { tensorParallel: 2, expertParallel: 2 })).toEqual(["no-experts"]);
  expect(codes(qwen, "h100-sxm-80gb", { tensorParallel: 4, expertParallel: 2 })).toEqual(["expert-parallel-size"]);
  expect(codes(llama, "h100-sxm-80gb", { dataParallel: 2 })).toEqual(["data-parallel-needs-experts"]);
  expect(codes(qwen, "h100-sxm-80gb", { dataParallel: 2, expertParallel: 2 })).toEqual([]);
  expect(codes(llama, "h100-sxm-80gb", { pipelineParallel: 33 })).toEqual(["more-stages-than-layers"]);
});

test("lengths and batches outside the model and the engine are refused", () => {
  expect(codes(llama, "h100-sxm-80gb", { maxModelLen: 131073 })).toEqual(["max-model-len-beyond-model"]);
  expect(codes(llama, "h100-sxm-80gb", { maxNumSeqs: 512, maxNumBatchedTokens: 256 })).toEqual([
    "max-num-batched-tokens-below-max-num-seqs",
  ]);
  expect(codes(llama, "h100-sxm-80gb", { gpuMemoryUtilization: 1.2 })).toEqual(["gpu-memory-utilization-out-of-range"]);
});

test("every finding says what broke, by how much, and what to do", () => {
  const anyLayout = fc.record({
    tensorParallel: fc.integer({ min: 1, max: 16 }),
    precision: fc.constantFrom(...engine.formats.map((format) => format.precision)),
    expertParallel: fc.constantFrom(1, 8),
  });
  fc.assert(
    fc.property(fc.constantFrom(...catalog.models), fc.constantFrom(...catalog.gpus), anyLayout, (model, gpu, wish) => {
      for (const finding of findings(model.id, gpu.id, { ...wish, maxModelLen: 64 })) {
        expect(finding.code).toMatch(/^[a-z-]+$/);
        expect(finding.message).not.toMatch(/[.]$/);
        expect(finding.suggestion ?? "").not.toBe("");
        expect(finding).toHaveProperty("value");
      }
    }),
    { numRuns: 400 },
  );
});

test("the tensor-parallel size that a finding suggests is legal", () => {
  const sizes = fc.integer({ min: 1, max: 16 });
  fc.assert(
    fc.property(
      fc.constantFrom(...catalog.models),
      sizes,
      fc.constantFrom<Layout["precision"]>("bf16", "fp8", "awq-int4"),
      (model, size, precision) => {
        const wish = { tensorParallel: size, precision, maxModelLen: 64 };
        const suggested = findings(model.id, "h100-sxm-80gb", wish).find((finding) => finding.path === "tensorParallel")?.suggestion;
        const tensorParallel = Number(/tensor-parallel (\d+)/.exec(suggested ?? "")?.[1] ?? Number.NaN);
        if (Number.isNaN(tensorParallel)) return;
        expect(codes(model.id, "h100-sxm-80gb", { ...wish, tensorParallel })).toEqual([]);
      },
    ),
    { numRuns: 400 },
  );
});
