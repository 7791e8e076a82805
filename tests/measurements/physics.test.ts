import { expect, test } from "vitest";
import type { Measured } from "../../planner/measurements/measured-run.ts";
import { physicsFindings } from "../../planner/measurements/physics.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import { catalog, replicaOf, type Wish } from "../performance/replicas.ts";
import { closed, lengths, runOf } from "./runs.ts";

const check = (measured: Measured, wish: Parameters<typeof runOf>[1] = {}) =>
  physicsFindings(runOf(measured, wish), catalog.measurements.farthestFactor);
const predicted = estimate(replicaOf(), lengths, closed(16));

test("what the model predicts is believed, on every GPU that can be predicted", () => {
  for (const gpu of catalog.gpus.filter(
    ({ memoryBandwidthGBps, cudaMemoryBytes }) => memoryBandwidthGBps !== null && (cudaMemoryBytes ?? 0) > 2e10,
  )) {
    for (const concurrency of [1, 64]) {
      const wish: Wish = { gpu: gpu.id };
      const point = estimate(replicaOf(wish), lengths, closed(concurrency));
      if (!point.fits) continue;
      const measured = { ttftMs: point.ttftMs.mean, tpotMs: point.tpotMs.mean, outputTokensPerSecond: point.outputTokensPerSecond };
      expect(check(measured, { ...wish, load: closed(concurrency) }), gpu.id).toEqual([]);
    }
  }
});

test.each([
  ["a negative figure", { tpotMs: -3 }, "above 0", 0],
  ["a figure that is no number", { outputTokensPerSecond: Number.NaN }, "above 0", 0],
  ["TPOT below one reading of the weights", { tpotMs: 3 }, "read the weights once", 4.48],
  ["an output rate above the arithmetic peak", { outputTokensPerSecond: 1e6 }, "arithmetic peak", 16_360],
  ["TTFT below the arithmetic of the prompt", { ttftMs: 7 }, "arithmetic at the GPUs' peak", 14.1],
  ["more output than the clients take", { tpotMs: 10, outputTokensPerSecond: 3000 }, "16 requests put out at 10 ms", 1600],
  ["TPOT in microseconds", { tpotMs: predicted.tpotMs.mean * 1000 }, "20 times off", predicted.tpotMs.mean],
])("%s is refused, with the bound that it breaks", (_, measured, message, limit) => {
  const [finding, ...others] = check(measured);
  expect(others).toEqual([]);
  expect(finding?.code).toBe("measurement-refused");
  expect(finding?.message).toContain(message);
  expect(Math.abs(Number(finding?.limit) - limit)).toBeLessThanOrEqual(0.02 * limit);
});

test("seconds in the place of milliseconds are called so", () => {
  expect(check({ tpotMs: predicted.tpotMs.mean / 1000 })[0]?.suggestion).toBe("give milliseconds, not seconds");
  expect(check({ ttftMs: predicted.ttftMs.mean / 1000 })[0]?.suggestion).toBe("give milliseconds, not seconds");
});
