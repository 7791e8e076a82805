import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import { hostDevice } from "../../planner/candidates/host-device.ts";
import { completeLayout } from "../../planner/layouts/complete.ts";
import { layoutFindings } from "../../planner/layouts/legality.ts";
import type { Precision } from "../../planner/layouts/precision.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import type { Load, ServingPoint } from "../../planner/performance/serving-point.ts";

const { catalog } = loadCatalog();
const release = engineRelease(catalog.engines, "llama.cpp", "0.9.0");
const model = catalog.models.find(({ id }) => id === "Qwen/Qwen3-4B");
if ("code" in release || model === undefined) throw new Error("no llama.cpp or no model");

interface Case {
  readonly cpu: (typeof catalog.cpus)[number];
  readonly vcpus: number;
  readonly memoryBandwidthGBps: number;
  readonly precision: Precision;
  readonly inputTokens: number;
  readonly load: Load;
}

const cases = fc.record({
  cpu: fc.constantFrom(...catalog.cpus),
  vcpus: fc.integer({ min: 4, max: 192 }),
  memoryBandwidthGBps: fc.integer({ min: 10, max: 700 }),
  precision: fc.constantFrom("gguf-q4_k_m", "gguf-q4_0", "gguf-q6_k", "gguf-q8_0", "bf16", "fp16") as fc.Arbitrary<Precision>,
  inputTokens: fc.integer({ min: 1, max: 8000 }),
  load: fc.oneof(
    fc.record({ kind: fc.constant("closed" as const), concurrency: fc.integer({ min: 1, max: 8 }) }),
    fc.constant({ kind: "saturated" as const }),
  ),
});

const pointOn = (gpu: Gpu, { precision, inputTokens, load }: Case): ServingPoint => {
  const layout = completeLayout(model, gpu, release, { precision, maxModelLen: 16_384 });
  const memory = memoryBudget(model, gpu, release, layout);
  const replica = { model, gpu, release, layout, memory, link: gpu.link, constants: catalog.stepTime };
  return estimate(replica, { inputTokens, outputTokens: 100, inputTokensP95: null, prefixCacheHitRate: 0 }, load);
};

const deviceOf = ({ cpu, vcpus, memoryBandwidthGBps }: Case): Gpu =>
  hostDevice(cpu, cpu.id, { vcpus, memoryBytes: 128e9, memoryBandwidthGBps });

/** Under load a first token also waits for others, who come back sooner where they are answered sooner: only a lone one is compared. */
const isNoSlower = (more: ServingPoint, less: ServingPoint): void => {
  expect(more.outputTokensPerSecond).toBeGreaterThanOrEqual(less.outputTokensPerSecond * (1 - 1e-9));
  if (less.concurrency > 1) return;
  expect(more.ttftMs.mean).toBeLessThanOrEqual(less.ttftMs.mean * (1 + 1e-9));
  expect(more.tpotMs.mean).toBeLessThanOrEqual(less.tpotMs.mean * (1 + 1e-9));
};

test("llama.cpp runs on every processor of the catalog in the format that was asked for, whoever makes it", () => {
  fc.assert(
    fc.property(cases, (asked) => {
      const layout = completeLayout(model, deviceOf(asked), release, { precision: asked.precision, maxModelLen: 16_384 });
      expect(layout.precision).toBe(asked.precision);
      expect(layoutFindings(model, deviceOf(asked), layout, release)).toEqual([]);
    }),
  );
});

test("more vCPUs are never slower", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 64 }), (asked, extra) => {
      isNoSlower(pointOn(deviceOf({ ...asked, vcpus: asked.vcpus + extra }), asked), pointOn(deviceOf(asked), asked));
    }),
  );
});

test("more memory bandwidth is never slower", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 300 }), (asked, extra) => {
      const more = { ...asked, memoryBandwidthGBps: asked.memoryBandwidthGBps + extra };
      isNoSlower(pointOn(deviceOf(more), asked), pointOn(deviceOf(asked), asked));
    }),
  );
});

test("no token comes faster than the host's memory can be read, nor a prompt faster than its peak computes it", () => {
  fc.assert(
    fc.property(cases, (asked) => {
      const gpu = deviceOf(asked);
      const { tpotMs, ttftMs } = pointOn(gpu, { ...asked, load: { kind: "closed", concurrency: 1 } });
      const layout = completeLayout(model, gpu, release, { precision: asked.precision, maxModelLen: 16_384 });
      const readMs = (memoryBudget(model, gpu, release, layout).weightBytes / (asked.memoryBandwidthGBps * 1e9)) * 1e3;
      expect(tpotMs.mean).toBeGreaterThan(readMs);
      const peak = (gpu.tflopsDense.int8 ?? 0) * 1e12;
      expect(ttftMs.mean / 1e3).toBeGreaterThan((2 * 3.5e9 * asked.inputTokens) / peak);
    }),
  );
});

test("a host whose bandwidth nobody knows is not predicted", () => {
  const [cpu] = catalog.cpus;
  if (cpu === undefined) throw new Error("no processor");
  const gpu = hostDevice(cpu, "box", { vcpus: 16, memoryBytes: 64e9, memoryBandwidthGBps: null });
  const asked: Case = {
    ...{ cpu, vcpus: 16, memoryBandwidthGBps: 0, precision: "gguf-q8_0", inputTokens: 100 },
    load: { kind: "saturated" },
  };
  expect(pointOn(gpu, asked)).toMatchObject({ fits: false, finding: { code: "gpu-figure-unknown" } });
});
