import fc from "fast-check";
import { expect, test } from "vitest";
import { modelWork } from "../../planner/performance/model-work.ts";
import { stepCosts, stepTime } from "../../planner/performance/step-time.ts";
import { usable, wishes } from "./arbitrary.ts";
import { catalog, replicaOf } from "./replicas.ts";

const tokens = fc.integer({ min: 0, max: 8192 });
const sequences = fc.integer({ min: 0, max: 1024 });

test("a step takes no less time with more prompt tokens or more decoding sequences", () => {
  fc.assert(
    fc.property(wishes, tokens, sequences, fc.integer({ min: 1, max: 500 }), (wish, prefill, decodes, more) => {
      const replica = usable(wish);
      const costs = stepCosts(replica);
      const base = stepTime(costs, prefill, decodes, 1000, 2000).seconds;
      expect(stepTime(costs, prefill + more, decodes, 1000, 2000).seconds).toBeGreaterThanOrEqual(base);
      expect(stepTime(costs, prefill, decodes + more, 1000, 2000).seconds).toBeGreaterThanOrEqual(base);
    }),
  );
});

test("a step takes no less time when contexts grow", () => {
  fc.assert(
    fc.property(wishes, tokens, sequences, fc.integer({ min: 0, max: 100_000 }), (wish, prefill, decodes, context) => {
      const replica = usable(wish);
      const costs = stepCosts(replica);
      const base = stepTime(costs, prefill, decodes, context, context).seconds;
      expect(stepTime(costs, prefill, decodes, context + 500, context + 500).seconds).toBeGreaterThanOrEqual(base);
    }),
  );
});

test("no step is faster than reading the active weights at peak bandwidth or multiplying them at peak FLOP/s", () => {
  fc.assert(
    fc.property(wishes, tokens, sequences, (wish, prefill, decodes) => {
      const replica = usable(wish);
      fc.pre(prefill + decodes > 0 && replica.model.moe === null);
      const { gpu, layout } = replica;
      const work = modelWork(replica.model);
      const peaks = Object.values(gpu.tflopsDense).filter((peak) => peak !== null);
      const read = 0.5 * (work.denseParameters + work.headParameters);
      const memory = read / ((gpu.memoryBandwidthGBps ?? 0) * 1e9 * layout.tensorParallel);
      const compute = (2 * work.denseParameters * (prefill + decodes)) / (Math.max(...peaks) * 1e12 * layout.tensorParallel);
      const { seconds } = stepTime(stepCosts(replica), prefill, decodes, 0, 0);
      expect(seconds).toBeGreaterThan(Math.max(memory, compute));
    }),
  );
});

test("more memory bandwidth never makes a step slower", () => {
  fc.assert(
    fc.property(wishes, tokens, sequences, fc.double({ min: 1, max: 4, noNaN: true }), (wish, prefill, decodes, bandwidth) => {
      const slow = stepTime(stepCosts(replicaOf(wish)), prefill, decodes, 1000, 1000).seconds;
      const fast = stepTime(stepCosts(replicaOf({ ...wish, bandwidth })), prefill, decodes, 1000, 1000).seconds;
      expect(fast).toBeLessThanOrEqual(slow * (1 + 1e-12));
    }),
  );
});

test("the parts of a step add up to it", () => {
  fc.assert(
    fc.property(wishes, tokens, sequences, (wish, prefill, decodes) => {
      const replica = usable(wish);
      const step = stepTime(stepCosts(replica), prefill, decodes, 500, 1500);
      const { dense, experts, attention, communication, overhead, adapters } = step;
      expect(dense + experts + attention + communication + overhead + adapters).toBeCloseTo(step.seconds, 12);
      expect(Math.min(step.dense, step.experts, step.attention, step.communication, step.overhead)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("one GPU does not communicate, two do, and PCIe costs more than NVLink", () => {
  const communication = (wish: Parameters<typeof replicaOf>[0]): number =>
    stepTime(stepCosts(replicaOf(wish)), 0, 32, 0, 1000).communication;
  expect(communication({})).toBe(0);
  const nvlink = communication({ tensorParallel: 2 });
  expect(nvlink).toBeGreaterThan(0);
  expect(communication({ tensorParallel: 2, link: "pcie4" })).toBeGreaterThan(2 * nvlink);
});

test("a larger batch reads more experts, up to all of them", () => {
  const costs = stepCosts(replicaOf({ model: "Qwen/Qwen3-30B-A3B" }));
  const experts = (decodes: number): number => stepTime(costs, 0, decodes, 0, 100).experts;
  expect(experts(1)).toBeLessThan(0.15 * experts(256));
  expect(experts(256)).toBeLessThan(1.2 * costs.factor * (costs.expertRead + costs.expertPerToken * 256));
});

test("releases before 0.14 read nearly every FP8 expert even for one sequence", () => {
  const experts = (version: string): number => {
    const costs = stepCosts(replicaOf({ model: "Qwen/Qwen3-30B-A3B", precision: "fp8", version }));
    return stepTime(costs, 0, 8, 0, 100).experts / costs.factor;
  };
  expect(experts("0.12.0")).toBeGreaterThan(2 * experts("0.19.0"));
});

test("latent attention keeps a whole cache on every GPU, grouped heads divide theirs", () => {
  const attention = (model: string, tensorParallel: number): number =>
    stepTime(stepCosts(replicaOf({ model, tensorParallel })), 0, 64, 0, 4000).attention;
  expect(attention("deepseek-ai/DeepSeek-R1-0528", 8)).toBeCloseTo(attention("deepseek-ai/DeepSeek-R1-0528", 1), 9);
  expect(attention("meta-llama/Llama-3.1-8B-Instruct", 8)).toBeCloseTo(attention("meta-llama/Llama-3.1-8B-Instruct", 1) / 8, 9);
});

test("an 8-bit cache halves what attention reads", () => {
  const attention = (kvCacheDtype: "auto" | "fp8"): number => stepTime(stepCosts(replicaOf({ kvCacheDtype })), 0, 64, 0, 4000).attention;
  expect(attention("fp8")).toBeCloseTo(attention("auto") / 2, 9);
});

test("routed experts of every catalog model are what its layers hold", () => {
  for (const model of catalog.models) {
    if (model.moe === null || model.moe.latentDim !== undefined || model.linearAttention?.type === "mamba2") continue;
    const layers = model.moe.layers ?? model.numLayers - model.moe.denseLayers;
    const expected = layers * model.moe.numExperts * 3 * model.hiddenSize * model.moe.expertIntermediateSize;
    expect(modelWork(model).expertParameters / expected, model.id).toBeCloseTo(1, 2);
  }
});
