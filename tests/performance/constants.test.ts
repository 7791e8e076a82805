import { expect, test } from "vitest";
import { fittedAs, precisions } from "../../planner/layouts/precision.ts";
import { engineTiming } from "../../planner/performance/engine-generation.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import { evidence } from "../../planner/performance/evidence.ts";
import { logNormalQuantile, normalQuantile } from "../../planner/performance/quantiles.ts";
import { weightFormat } from "../../planner/performance/rates.ts";
import { stepCosts } from "../../planner/performance/step-time.ts";
import { catalog, replicaOf } from "./replicas.ts";

const { stepTime, gpus, models } = catalog;
const oneClient = { kind: "closed", concurrency: 1 } as const;
const oneRequest = { inputTokens: 1000, outputTokens: 100, inputTokensP95: null, prefixCacheHitRate: 0 } as const;

test("every performance family of a GPU has constants, and every measured GPU is in the catalog", () => {
  for (const gpu of gpus) if (gpu.performanceFamily !== null) expect(stepTime.gpuFamilies, gpu.id).toHaveProperty([gpu.performanceFamily]);
  const gpuIds = new Set(gpus.map(({ id }) => id));
  const families = new Set(models.map(({ family }) => family));
  for (const row of stepTime.measured.gpuFamilies) {
    expect(stepTime.gpuFamilies).toHaveProperty([row.family]);
    for (const id of row.gpus) expect(gpuIds).toContain(id);
    expect(row.modelFamilies.some((family) => families.has(family))).toBe(true);
  }
  for (const [family, twin] of Object.entries(stepTime.measured.sameArchitecture)) {
    expect(families).toContain(family);
    expect(families).toContain(twin);
  }
});

test("every precision has a format on every GPU, the last one without a need", () => {
  for (const precision of precisions) {
    expect(stepTime.precisions[fittedAs(precision)]?.at(-1)?.needs, precision).toBeNull();
    for (const gpu of gpus) expect(weightFormat(stepTime, precision, gpu).gemm).toBeGreaterThan(0);
  }
});

test("FP8 and FP4 fall back to weight-only formats where the hardware has no such product", () => {
  const gpu = (id: string) => replicaOf({ gpu: id }).gpu;
  expect(weightFormat(stepTime, "fp8", gpu("h100-sxm-80gb")).computeType).toBe("fp8");
  expect(weightFormat(stepTime, "fp8", gpu("a100-sxm-80gb")).computeType).toBe("16-bit");
  expect(weightFormat(stepTime, "nvfp4", gpu("b200-sxm-180gb")).computeType).toBe("fp4");
  expect(weightFormat(stepTime, "nvfp4", gpu("h100-sxm-80gb")).computeType).toBe("16-bit");
  expect(weightFormat(stepTime, "mxfp4", gpu("b200-sxm-180gb")).computeType).toBe("fp8");
});

test("a version takes the constants of its generation and a factor between those of its measured neighbours", () => {
  const factor = (version: string): number => engineTiming(stepTime, "vllm", version).versionFactor;
  expect(engineTiming(stepTime, "vllm", "0.7.3").generation.mixesPrefill).toBe(false);
  expect(engineTiming(stepTime, "vllm", "0.8.5").generation.mixesPrefill).toBe(true);
  const { generation } = engineTiming(stepTime, "vllm", "0.19.0");
  const measured = new Map(generation.versionFactors.map((entry) => [entry.version, entry.factor]));
  expect(factor("0.19.1")).toBe(measured.get("0.19"));
  expect(factor("0.17.0")).toBeCloseTo(Math.sqrt((measured.get("0.16") ?? 0) * (measured.get("0.18") ?? 0)), 9);
  expect(factor("0.6.3")).toBe(1);
  expect(factor("0.23.0")).toBe(generation.newerFactor);
  expect(engineTiming(stepTime, "tensorrt-llm", "1.0.0").generation.fromVersion).toBe("0.20");
});

test("a release that nobody states is taken for none of the extremes that were measured", () => {
  for (const { engine, versionFactors, unstatedFactor } of stepTime.engines) {
    // Runs of releases that have no factor of their own count with 1.
    const factors = [1, ...versionFactors.map(({ factor }) => factor)];
    expect(unstatedFactor, engine).toBeGreaterThanOrEqual(Math.min(...factors));
    expect(unstatedFactor, engine).toBeLessThanOrEqual(Math.max(...factors));
  }
  const [stated, unstated] = [false, true].map(
    (releaseUnstated) => stepCosts({ ...replicaOf({ version: "0.19.0" }), releaseUnstated }).factor,
  );
  const { generation, versionFactor } = engineTiming(stepTime, "vllm", "0.19.0");
  expect((unstated ?? 0) / (stated ?? 0)).toBeCloseTo(generation.unstatedFactor / versionFactor, 9);
});

test("evidence says what was measured", () => {
  expect(evidence(replicaOf())).toBe("gpu-and-family");
  expect(evidence(replicaOf({ model: "microsoft/phi-4" }))).toBe("gpu-family");
  expect(evidence(replicaOf({ version: "0.25.0" }))).toBe("gpu-family");
  expect(evidence(replicaOf({ model: "Qwen/Qwen3.6-27B" }))).toBe("none");
  expect(evidence(replicaOf({ engine: "an-engine-of-our-own", version: "1.0" }))).toBe("none");
});

test("what lies far beyond every measured run is named, and rests on less", () => {
  const { contextTokens } = stepTime.measured.reach;
  const at = (inputTokens: number) =>
    estimate(
      replicaOf({ maxModelLen: 10 * contextTokens }),
      { inputTokens, outputTokens: 1, inputTokensP95: null, prefixCacheHitRate: 0.999 },
      oneClient,
    );
  expect(at(contextTokens).extrapolations).toBeUndefined();
  expect(at(contextTokens).evidence).toBe("gpu-and-family");
  const far = at(1.6 * contextTokens);
  expect(far.extrapolations).toMatchObject([{ code: "beyond-measured", path: "inputTokens", limit: contextTokens }]);
  expect(far.evidence).toBe("gpu-family");
  const known = replicaOf();
  const nobodys = estimate({ ...known, gpu: { ...known.gpu, performanceFamily: null } }, { ...oneRequest }, oneClient);
  expect(nobodys.extrapolations).toMatchObject([{ code: "gpu-not-measured", path: "gpu" }]);
});

test("normal quantiles are the tabulated ones", () => {
  for (const [share, z] of [
    [0.5, 0],
    [0.9, 1.281552],
    [0.95, 1.644854],
    [0.99, 2.326348],
    [0.001, -3.090232],
  ] as const) {
    expect(normalQuantile(share)).toBeCloseTo(z, 5);
  }
  expect(logNormalQuantile(10, 0, 1.6)).toBe(10);
  expect(logNormalQuantile(10, 5, 0)).toBeCloseTo(10 / Math.sqrt(1.25), 9);
});
