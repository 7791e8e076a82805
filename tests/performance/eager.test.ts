import fc from "fast-check";
import { expect, test } from "vitest";
import { estimate } from "../../planner/performance/estimate.ts";
import { stepCosts, stepTime } from "../../planner/performance/step-time.ts";
import { catalog, replicaOf, type Wish } from "./replicas.ts";

const lengths = { inputTokens: 500, outputTokens: 200, inputTokensP95: null, prefixCacheHitRate: 0 };
const { layerMicroseconds } = catalog.stepTime.eager;
const tpotMs = (wish: Wish, concurrency: number): number => estimate(replicaOf(wish), lengths, { kind: "closed", concurrency }).tpotMs.mean;

test("without CUDA graphs a step takes no less than the CPU needs to start the kernels of every layer", () => {
  const small: Wish = { model: "meta-llama/Llama-3.1-8B-Instruct", precision: "fp8", gpu: "h200-sxm-141gb" };
  const costs = stepCosts(replicaOf({ ...small, enforceEager: true }));
  expect(stepTime(costs, 0, 1, 0, 500).seconds).toBeCloseTo(32 * layerMicroseconds * 1e-6, 12);
  expect(tpotMs({ ...small, enforceEager: true }, 1)).toBeGreaterThan(2 * tpotMs(small, 1));
});

test("a step that keeps the GPU busy for longer than that is no slower eager", () => {
  const large: Wish = { model: "meta-llama/Llama-3.1-70B-Instruct", precision: "bf16", gpu: "a100-sxm-80gb", tensorParallel: 2 };
  const prefill = (wish: Wish): number => stepTime(stepCosts(replicaOf(wish)), 8192, 0, 4096, 0).seconds;
  expect(prefill({ ...large, enforceEager: true })).toBe(prefill(large));
});

test("eager mode never makes a step shorter, and its parts still add up", () => {
  fc.assert(
    fc.property(fc.nat(4096), fc.integer({ min: 1, max: 256 }), (prefill, decodes) => {
      const [graphs, eager] = [false, true].map((enforceEager) =>
        stepTime(stepCosts(replicaOf({ enforceEager })), prefill, decodes, 500, 500),
      );
      if (graphs === undefined || eager === undefined) throw new Error("two steps were asked for");
      expect(eager.seconds).toBeGreaterThanOrEqual(graphs.seconds);
      const { dense, experts, attention, communication, overhead, adapters } = eager;
      expect(dense + experts + attention + communication + overhead + adapters).toBeCloseTo(eager.seconds, 12);
    }),
  );
});

test("nothing measured stands behind eager mode", () => {
  expect(estimate(replicaOf({ enforceEager: true }), lengths, { kind: "closed", concurrency: 4 }).evidence).toBe("none");
});
