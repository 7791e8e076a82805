import fc from "fast-check";
import { expect, test } from "vitest";
import { estimate } from "../../planner/performance/estimate.ts";
import { requestService } from "../../planner/performance/request-service.ts";
import type { LatencySummary, Load } from "../../planner/performance/serving-point.ts";
import { maxRequestsPerSecond } from "../../planner/performance/steady-state.ts";
import { lengths, usable, wishes } from "./arbitrary.ts";
import { catalog, replicaOf } from "./replicas.ts";

const chat = { inputTokens: 1900, outputTokens: 400, inputTokensP95: 4200, prefixCacheHitRate: 0 };

const ordered = ({ mean, p50, p95, p99 }: LatencySummary): boolean =>
  p50 <= p95 && p95 <= p99 && mean >= 0.999 * Math.min(p50, mean) && mean <= p99 * 1.0001;

test("percentiles are ordered under every kind of load", () => {
  const loads: fc.Arbitrary<Load> = fc.oneof(
    fc.record({ kind: fc.constant("closed" as const), concurrency: fc.integer({ min: 1, max: 500 }) }),
    fc.record({ kind: fc.constant("batch" as const), requests: fc.integer({ min: 1, max: 500 }) }),
    fc.constant({ kind: "saturated" as const }),
  );
  fc.assert(
    fc.property(wishes, lengths, loads, (wish, size, load) => {
      const replica = usable(wish);
      const point = estimate(replica, size, load);
      expect(point.fits).toBe(true);
      expect(ordered(point.ttftMs)).toBe(true);
      expect(ordered(point.tpotMs)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(wishes, lengths, fc.double({ min: 0.001, max: 0.99, noNaN: true }), (wish, size, share) => {
      const replica = usable(wish);
      const requestsPerSecond = share * maxRequestsPerSecond(requestService(replica, size));
      const point = estimate(replica, size, { kind: "open", requestsPerSecond });
      fc.pre(point.limitedBy === "load");
      expect(point.ttftMs.p50).toBeLessThanOrEqual(point.ttftMs.p95);
      expect(point.ttftMs.p95).toBeLessThanOrEqual(point.ttftMs.p99);
      expect(ordered(point.tpotMs)).toBe(true);
      expect(point.utilization).toBeCloseTo(share, 6);
    }),
  );
});

test("a client more in the closed loop never lowers anyone's TPOT", () => {
  fc.assert(
    fc.property(wishes, lengths, fc.integer({ min: 1, max: 400 }), (wish, size, clients) => {
      const replica = usable(wish);
      const tpot = (concurrency: number): number => estimate(replica, size, { kind: "closed", concurrency }).tpotMs.mean;
      expect(tpot(clients + 8)).toBeGreaterThanOrEqual(tpot(clients) * (1 - 1e-3));
    }),
  );
});

test("TTFT and TPOT grow with the request rate", () => {
  fc.assert(
    fc.property(wishes, lengths, fc.double({ min: 0.01, max: 0.8, noNaN: true }), (wish, size, share) => {
      const replica = usable(wish);
      const ceiling = maxRequestsPerSecond(requestService(replica, size));
      const at = (rate: number) => estimate(replica, size, { kind: "open", requestsPerSecond: rate });
      const low = at(share * ceiling);
      const high = at((share + 0.1) * ceiling);
      fc.pre(high.limitedBy === "load");
      expect(high.ttftMs.p95).toBeGreaterThanOrEqual(0.999 * low.ttftMs.p95);
      expect(high.tpotMs.mean).toBeGreaterThanOrEqual(0.999 * low.tpotMs.mean);
      // Near the ceiling the batch is nearly always full: the spread shrinks while the mean grows.
      expect(high.tpotMs.p95).toBeGreaterThanOrEqual(0.95 * low.tpotMs.p95);
    }),
  );
});

test("output never exceeds what the memory bandwidth lets through", () => {
  fc.assert(
    fc.property(wishes, lengths, (wish, size) => {
      const replica = usable(wish);
      fc.pre(replica.model.moe === null);
      const service = requestService(replica, size);
      const point = estimate(replica, size, { kind: "saturated" });
      const { gpu, layout, memory } = replica;
      const bandwidth = (gpu.memoryBandwidthGBps ?? 0) * 1e9 * layout.tensorParallel * layout.pipelineParallel;
      const embedding = 2 * replica.model.vocabSize * replica.model.hiddenSize;
      const batch = service.maxRunning;
      const seconds = Math.max(0, memory.weightBytes - 2 * embedding) / bandwidth;
      expect(point.outputTokensPerSecond).toBeLessThan(batch / seconds);
    }),
  );
});

test("cached prompt tokens shorten TTFT and cost no memory", () => {
  const replica = replicaOf();
  const at = (prefixCacheHitRate: number) => estimate(replica, { ...chat, prefixCacheHitRate }, { kind: "open", requestsPerSecond: 3 });
  expect(at(0.8).ttftMs.p95).toBeLessThan(at(0).ttftMs.p95);
  expect(at(0.8).tpotMs.mean).toBeLessThan(at(0).tpotMs.mean);
  const running = (prefixCacheHitRate: number): number => requestService(replica, { ...chat, prefixCacheHitRate }).maxRunning;
  expect(running(0.8)).toBe(running(0));
});

test("max-num-seqs caps the batch and is named as the limit", () => {
  const point = estimate(replicaOf({ maxNumSeqs: 4 }), chat, { kind: "closed", concurrency: 64 });
  expect(point.limitedBy).toBe("max-num-seqs");
  expect(point.outputTokensPerSecond).toBeLessThan(estimate(replicaOf(), chat, { kind: "closed", concurrency: 64 }).outputTokensPerSecond);
});

test("more requests than can be answered are named, with the rate that can", () => {
  const point = estimate(replicaOf({ gpu: "l4" }), chat, { kind: "open", requestsPerSecond: 50 });
  expect(point.limitedBy).toBe("saturated");
  expect(point.finding).toMatchObject({ code: "overloaded", value: 50, unit: "requests/s" });
  expect(point.ttftMs.p95).toBe(Number.POSITIVE_INFINITY);
  expect(point.outputTokensPerSecond).toBeLessThan(1000);
});

test("a request larger than the cache does not fit, and the finding says by how much", () => {
  const point = estimate(replicaOf({ gpu: "l4" }), { ...chat, inputTokens: 200_000 }, { kind: "closed", concurrency: 1 });
  expect(point.fits).toBe(false);
  expect(point.finding?.code).toBe("request-does-not-fit");
  expect(Number(point.finding?.value)).toBeGreaterThan(Number(point.finding?.limit));
});

test("the 90 % interval is centred on the prediction and wider where less was measured", () => {
  const width = (model: string, precision: "bf16" | "fp8" = "bf16"): number => {
    const point = estimate(replicaOf({ model, precision }), chat, { kind: "closed", concurrency: 16 });
    const [low, high] = point.interval90.tpotMs;
    expect(Math.sqrt(low * high)).toBeCloseTo(point.tpotMs.mean, 6);
    return high / low;
  };
  expect(width("Qwen/Qwen3.5-9B")).toBeGreaterThan(width("Qwen/Qwen3-8B"));
  const { gpuAndFamily } = catalog.stepTime.uncertainty.tpotClosed;
  expect(width("Qwen/Qwen3-8B")).toBeCloseTo(Math.exp(2 * 1.6449 * gpuAndFamily), 2);
  // Hardly any room beside the weights: an error in memory becomes a large one in the batch.
  expect(width("meta-llama/Llama-3.3-70B-Instruct", "fp8")).toBeCloseTo(
    width("Qwen/Qwen3-8B") * catalog.stepTime.uncertainty.smallKvRoomFactor ** 2,
    2,
  );
});

test("Little's law holds in the closed loop", () => {
  const point = estimate(replicaOf(), chat, { kind: "closed", concurrency: 32 });
  const stay = (point.ttftMs.mean + 400 * point.tpotMs.mean) / 1e3;
  expect(Math.abs(point.requestsPerSecond * stay - 32) / 32).toBeLessThan(0.15);
});
