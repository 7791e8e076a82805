import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import { completeLayout } from "../../planner/layouts/complete.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import { forWholeTexts } from "../../planner/layouts/whole-texts.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import type { Replica } from "../../planner/performance/replica.ts";
import type { Lengths } from "../../planner/performance/serving-point.ts";
import { capacityOf, servingPointOf } from "../../planner/performance/task-performance.ts";

const { catalog } = loadCatalog();
const tasks = catalog.taskPerformance;

function replica(modelId: string, gpuId: string, engine = "vllm", version = "0.19.0", change: Partial<Gpu> = {}): Replica {
  const model = catalog.models.find(({ id }) => id === modelId);
  const gpu = catalog.gpus.find(({ id }) => id === gpuId);
  const release = engineRelease(catalog.engines, engine, version);
  if (model === undefined || gpu === undefined || "code" in release) throw new Error("no such replica");
  const device = { ...gpu, ...change };
  const layout = forWholeTexts(model, completeLayout(model, device, release, {}));
  return {
    model,
    gpu: device,
    release,
    layout,
    memory: memoryBudget(model, device, release, layout),
    link: gpu.link,
    constants: catalog.stepTime,
  };
}

const texts = (inputTokens: number, documentsPerRequest = 1): Lengths => ({
  ...{ inputTokens, outputTokens: 0, inputTokensP95: null, prefixCacheHitRate: 0, documentsPerRequest },
});
const audio = (audioSeconds: number): Lengths => ({
  ...{ inputTokens: 0, outputTokens: Math.round(audioSeconds * 3.33), inputTokensP95: null, prefixCacheHitRate: 0, audioSeconds },
});

const encoders = ["BAAI/bge-m3", "intfloat/multilingual-e5-large", "sentence-transformers/all-MiniLM-L6-v2", "Qwen/Qwen3-Embedding-0.6B"];
const gpus = ["t4", "l4", "a10g", "l40s", "a100-sxm-80gb", "h100-sxm-80gb"];

test("an encoder has weights and activations and no cache", () => {
  const { memory } = replica("BAAI/bge-m3", "l4");
  expect(memory.fits).toBe(true);
  expect(memory.kvCacheBytesPerGpu).toBe(0);
  expect(memory.weightBytesPerGpu).toBeGreaterThan(567_754_752 * 2);
  expect(memory.activationBytesPerGpu).toBeGreaterThan(0);
});

test("Whisper keeps the keys and values of the encoder's 1,500 positions beside those of its own tokens", () => {
  const { memory } = replica("openai/whisper-large-v3", "l4");
  expect(memory.kvBytesPerSequence(448)).toBeGreaterThanOrEqual(245_760_000 + 448 * 163_840);
});

test("tokens a second never exceed what the silicon can multiply, and grow with it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...encoders), fc.constantFrom(...gpus), fc.integer({ min: 8, max: 500 }), (model, gpu, tokens) => {
      const one = replica(model, gpu);
      const point = servingPointOf(one, tasks, texts(tokens), { kind: "saturated" });
      const weights = 2 * (one.model.parameters - one.model.vocabSize * one.model.hiddenSize) * 0.9;
      const peak = (one.gpu.tflopsDense.bf16 ?? one.gpu.tflopsDense.fp16 ?? 0) * 1e12;
      expect((point.tokensPerSecond ?? 0) * weights).toBeLessThan(peak);
      const twice = replica(model, gpu, "vllm", "0.19.0", {
        memoryBandwidthGBps: (one.gpu.memoryBandwidthGBps ?? 0) * 2,
        tflopsDense: {
          ...one.gpu.tflopsDense,
          fp16: 2 * (one.gpu.tflopsDense.fp16 ?? 0),
          bf16: 2 * (one.gpu.tflopsDense.bf16 ?? one.gpu.tflopsDense.fp16 ?? 0),
        },
      });
      expect(servingPointOf(twice, tasks, texts(tokens), { kind: "saturated" }).requestsPerSecond).toBeGreaterThanOrEqual(
        point.requestsPerSecond * (1 - 1e-9),
      );
    }),
    { numRuns: 100 },
  );
});

test("a request of n texts takes less time than one text of the same tokens", () => {
  const one = replica("BAAI/bge-m3", "l4");
  const together = servingPointOf(one, tasks, texts(8000, 1), { kind: "closed", concurrency: 1 });
  const apart = servingPointOf(one, tasks, texts(8000, 4), { kind: "closed", concurrency: 1 });
  expect(apart.latencyMs?.mean).toBeLessThan(together.latencyMs?.mean ?? 0);
});

test("at its capacity a replica keeps the limit with the margin of the confidence, and more confidence is less capacity", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...encoders),
      fc.constantFrom(...gpus),
      fc.integer({ min: 16, max: 500 }),
      fc.integer({ min: 40, max: 2000 }),
      (model, gpu, tokens, limit) => {
        const one = replica(model, gpu);
        const slo = { latencyP95Ms: limit };
        const [even, sure] = [0.5, 0.9].map((confidence) => capacityOf(one, tasks, texts(tokens), slo, confidence));
        if (even === undefined || sure === undefined || "finding" in sure || "finding" in even) return;
        expect(sure.requestsPerSecond).toBeLessThanOrEqual(even.requestsPerSecond);
        expect(even.point.latencyMs?.p95).toBeLessThanOrEqual(limit * 1.001);
        const planned = servingPointOf(one, tasks, texts(tokens), { kind: "open", requestsPerSecond: sure.requestsPerSecond });
        expect(planned.latencyMs?.p95).toBeLessThanOrEqual(limit);
      },
    ),
    { numRuns: 60 },
  );
});

test("a limit that even an idle replica breaks says the best there is", () => {
  const found = capacityOf(replica("BAAI/bge-m3", "t4"), tasks, texts(8000), { latencyP95Ms: 20 }, 0.9);
  expect(found).toMatchObject({ requestsPerSecond: 0, finding: { code: "slo-unreachable", path: "slo.latencyP95Ms", limit: 20 } });
});

test("transcription: audio is requests x seconds, and the real-time factor the latency over the audio", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("openai/whisper-tiny", "openai/whisper-small", "openai/whisper-large-v3", "openai/whisper-large-v3-turbo"),
      fc.constantFrom(...gpus),
      fc.integer({ min: 5, max: 600 }),
      fc.double({ min: 0.05, max: 0.9, noNaN: true }),
      (model, gpu, seconds, share) => {
        const one = replica(model, gpu);
        const most = servingPointOf(one, tasks, audio(seconds), { kind: "saturated" }).requestsPerSecond;
        const point = servingPointOf(one, tasks, audio(seconds), { kind: "open", requestsPerSecond: most * share });
        if (point.finding !== null) return;
        expect(point.audioSecondsPerSecond).toBeCloseTo(point.requestsPerSecond * seconds, 6);
        expect(point.realTimeFactor).toBeCloseTo((point.latencyMs?.mean ?? 0) / 1e3 / seconds, 9);
        expect(point.latencyMs?.p50).toBeLessThanOrEqual(point.latencyMs?.p95 ?? 0);
        expect(point.latencyMs?.p95).toBeLessThanOrEqual((point.latencyMs?.p99 ?? 0) * (1 + 1e-6));
      },
    ),
    { numRuns: 60 },
  );
});

test("the turbo model, with 4 decoder layers instead of 32, transcribes several times as much", () => {
  const at = (model: string) => servingPointOf(replica(model, "l4"), tasks, audio(30), { kind: "saturated" }).audioSecondsPerSecond ?? 0;
  expect(at("openai/whisper-large-v3-turbo") / at("openai/whisper-large-v3")).toBeGreaterThan(2);
});

test("a recording is padded to whole windows: 31 seconds cost what 60 do", () => {
  const one = replica("openai/whisper-large-v3", "l4");
  const at = (seconds: number, outputTokens: number): number =>
    servingPointOf(one, tasks, { ...audio(seconds), outputTokens }, { kind: "closed", concurrency: 1 }).latencyMs?.mean ?? 0;
  expect(at(31, 200)).toBeCloseTo(at(60, 200), 6);
  expect(at(31, 200)).toBeGreaterThan(at(30, 100));
});

test("a GPU whose speed nobody knows is answered, not guessed", () => {
  const unknown = replica("BAAI/bge-m3", "l4", "vllm", "0.19.0", { memoryBandwidthGBps: null });
  expect(servingPointOf(unknown, tasks, texts(100), { kind: "saturated" })).toMatchObject({
    fits: false,
    finding: { code: "gpu-figure-unknown" },
  });
});
