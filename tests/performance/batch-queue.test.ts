import fc from "fast-check";
import { expect, test } from "vitest";
import { batchLatency, batchQueue, latencyQuantile } from "../../planner/performance/encoder/batch-queue.ts";
import { type BatchServer, batchSeconds, largestRate } from "../../planner/performance/encoder/batch-server.ts";
import { quantileOf, simulateBatches } from "./batch-simulation.ts";

const server = (
  fixedSeconds: number,
  requestSeconds: number,
  maxRequests: number,
  variation: number,
  frontSeconds: number,
): BatchServer => ({
  ...{ fixedSeconds, requestSeconds, maxRequests, variation, frontSeconds },
  tokensPerRequest: 100,
});

test.each([
  ["many small requests", server(0.01, 0.0005, 64, 0.3, 0.001)],
  ["requests of mixed length", server(0.003, 0.002, 16, 0.6, 0.0002)],
  ["one request at a time", server(0.003, 0.002, 1, 0.6, 0.0002)],
  ["a slow API server", server(0.001, 0.004, 4, 0.6, 0.0024)],
  ["a GPU that hardly notices its batch", server(0.02, 0.0002, 256, 0.6, 0.0001)],
])("the queue agrees with a simulation: %s", (_, one) => {
  for (const share of [0.1, 0.4, 0.7]) {
    const rate = largestRate(one) * share;
    const queue = batchQueue(one, rate);
    if (queue === null) throw new Error("no balance");
    const latency = batchLatency(queue);
    const simulated = simulateBatches(one, rate, 40_000, 7);
    const mean = simulated.reduce((sum, value) => sum + value, 0) / simulated.length;
    expect(latency.meanSeconds / mean).toBeGreaterThan(0.88);
    expect(latency.meanSeconds / mean).toBeLessThan(1.15);
    expect(latencyQuantile(latency, 0.95) / quantileOf(simulated, 0.95)).toBeGreaterThan(0.8);
    expect(latencyQuantile(latency, 0.95) / quantileOf(simulated, 0.95)).toBeLessThan(1.25);
  }
});

const servers = fc
  .record({
    fixedSeconds: fc.double({ min: 1e-4, max: 0.05, noNaN: true }),
    requestSeconds: fc.double({ min: 1e-5, max: 0.05, noNaN: true }),
    maxRequests: fc.integer({ min: 1, max: 512 }),
    variation: fc.double({ min: 0, max: 1.5, noNaN: true }),
    frontSeconds: fc.double({ min: 1e-5, max: 0.005, noNaN: true }),
  })
  .map((fields): BatchServer => ({ ...fields, tokensPerRequest: 100 }));

test("percentiles are ordered, and never below an idle engine's pass", () => {
  fc.assert(
    fc.property(servers, fc.double({ min: 0.001, max: 0.95, noNaN: true }), (one, share) => {
      const queue = batchQueue(one, largestRate(one) * share);
      if (queue === null) return;
      const latency = batchLatency(queue);
      const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((level) => latencyQuantile(latency, level));
      expect(p50).toBeLessThanOrEqual(p95 + 1e-9);
      expect(p95).toBeLessThanOrEqual(p99 + 1e-9);
      expect(latency.meanSeconds).toBeGreaterThan(one.fixedSeconds);
      expect(latency.meanSeconds).toBeLessThanOrEqual(p99 * 1.5);
      expect(latency.tail(0)).toBeCloseTo(1, 6);
    }),
    { numRuns: 200 },
  );
});

test("more load never makes the 95th percentile better by more than the approximation's grain", () => {
  fc.assert(
    fc.property(servers, fc.double({ min: 0.01, max: 0.8, noNaN: true }), (one, share) => {
      const at = (load: number): number => {
        const queue = batchQueue(one, largestRate(one) * load);
        return queue === null ? Number.POSITIVE_INFINITY : latencyQuantile(batchLatency(queue), 0.95);
      };
      expect(at(share * 1.2)).toBeGreaterThanOrEqual(at(share) * 0.97);
    }),
    { numRuns: 200 },
  );
});

test("more than the largest rate has no balance, and the largest rate is a full batch's", () => {
  const one = server(0.01, 0.002, 32, 0.5, 0.0001);
  expect(largestRate(one)).toBeCloseTo(32 / batchSeconds(one, 32), 9);
  expect(batchQueue(one, largestRate(one))).toBeNull();
});
