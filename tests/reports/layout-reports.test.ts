import { expect, test } from "vitest";
import { renderFits } from "../../reports/fits-table.ts";
import { renderMemory } from "../../reports/memory-table.ts";
import { renderServingPoint } from "../../reports/serving-table.ts";
import { servingPoint } from "./fixtures/plan.ts";

const GiB = 2 ** 30;
const layout = {
  gpu: "l40s",
  tensorParallel: 2,
  pipelineParallel: 1,
  dataParallel: 1,
  expertParallel: 1,
  precision: "fp8" as const,
  kvCacheDtype: "auto" as const,
  maxModelLen: 8192,
  maxNumSeqs: 256,
  maxNumBatchedTokens: 2048,
  gpuMemoryUtilization: 0.9,
  enforceEager: false,
};
const asked = { model: "meta-llama/Llama-3.3-70B-Instruct", engine: "vllm", engineVersion: "0.19.0", layout };
const nvidia = { vendor: "NVIDIA", memoryKind: "gddr" as const };
const rendering = { width: 80, color: false };
const refused = { code: "heads", path: "tensorParallel", message: "64 heads cannot be divided over 3 GPUs", suggestion: "use 2 or 4" };

test("memory of a layout that fits", async () => {
  const sized = {
    ...asked,
    fits: true,
    finding: null,
    totalBytesPerGpu: 44.5 * GiB,
    weightBytesPerGpu: 33.9 * GiB,
    activationBytesPerGpu: 0.57 * GiB,
    nonTorchBytesPerGpu: 0.35 * GiB,
    cudaGraphBytesPerGpu: 0.9 * GiB,
    kvCacheBytesPerGpu: 4.3 * GiB,
    kvCacheTokens: 56_360,
    maxConcurrency: 6.88,
  };
  await expect(renderMemory(sized, nvidia, rendering)).toMatchFileSnapshot("goldens/memory.txt");
});

test("a layout that the engine refuses shows the reason and no figures", () => {
  const text = renderMemory({ ...asked, fits: false, finding: refused }, nvidia, rendering);
  expect(text).toBe(
    "Llama-3.3-70B-Instruct on l40s tp2 fp8, vllm 0.19.0: does not fit\n  64 heads cannot be divided over 3 GPUs; use 2 or 4\n",
  );
});

test("a prediction with its intervals", async () => {
  const lengths = { inputTokens: 1900, outputTokens: 400, inputTokensP95: null, prefixCacheHitRate: 0 };
  const load = { kind: "open" as const, requestsPerSecond: 1.5 };
  const point = { ...asked, ...servingPoint(1312, 61.4, 1.5), load, lengths };
  await expect(renderServingPoint(point, rendering)).toMatchFileSnapshot("goldens/serving-point.txt");
});

test("a load that no replica can hold says so and shows an endless wait", () => {
  const endless = Number.POSITIVE_INFINITY;
  const point = {
    ...asked,
    ...servingPoint(1312, 61.4, 1.5),
    ttftMs: { mean: endless, p50: endless, p95: endless, p99: endless },
    limitedBy: "saturated" as const,
    finding: { code: "overloaded", path: "", message: "requests arrive faster than they are answered" },
    load: { kind: "open" as const, requestsPerSecond: 50 },
    lengths: { inputTokens: 1900, outputTokens: 400, inputTokensP95: null, prefixCacheHitRate: 0 },
  };
  const text = renderServingPoint(point, rendering);
  expect(text).toContain("cannot hold this load: requests arrive faster than they are answered");
  expect(text).toMatch(/Time to first token +∞ +∞ +∞ +∞/);
});

const price = { instanceType: "g6e.12xlarge", region: "us-east-1", gpuCount: 4, usdPerHour: 10.4926, asOf: "2026-07-20", estimated: false };
const fit = { gpu: "l40s", precision: "fp8" as const, tensorParallel: 2, maxConcurrency: 6.88, kvCacheTokens: 56_360, cheapest: price };
const fits = {
  model: asked.model,
  engine: "vllm",
  engineVersion: "0.19.0",
  nativePrecision: "bf16",
  maxModelLen: 8192,
  fitting: [
    { ...fit, precision: "awq-int4" as const, tensorParallel: 1 },
    fit,
    { ...fit, precision: "int8" as const },
    { ...fit, gpu: "gb200-186gb", cheapest: null },
  ],
  notFitting: [
    { gpu: "t4", precision: "bf16" as const, finding: { code: "does-not-fit", path: "", message: "too small" } },
    { gpu: "l4", precision: "bf16" as const, finding: { code: "does-not-fit", path: "", message: "too small" } },
  ],
};

test("where a model fits, in the precisions most people ask for", async () => {
  await expect(renderFits(fits, { ...rendering, verbose: false })).toMatchFileSnapshot("goldens/fits.txt");
});

test("--verbose adds the other precisions and the reasons, equal ones together", () => {
  const text = renderFits(fits, { ...rendering, verbose: true });
  expect(text).toContain("int8");
  expect(text).toContain("t4 bf16, l4 bf16: too small");
});

test("a model that fits nowhere is told in one sentence", () => {
  expect(renderFits({ ...fits, fitting: [] }, { ...rendering, verbose: false })).toContain("fits on no GPU of the catalog");
});
