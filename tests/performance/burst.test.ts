import { expect, test } from "vitest";
import { batchDrain } from "../../planner/performance/burst.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import { decodeStepSeconds, mixedStepSeconds } from "../../planner/performance/prefill.ts";
import { type RequestService, requestService } from "../../planner/performance/request-service.ts";
import { replicaOf, type Wish } from "./replicas.ts";

const lengths = { inputTokens: 220, outputTokens: 200, inputTokensP95: null, prefixCacheHitRate: 0 };
const serviceOf = (wish: Wish = {}): RequestService => requestService(replicaOf(wish), lengths);

/** Chunk after chunk, each with prompts that all start to decode in the next step; answers of these lengths. Mean over requests of seconds per token. */
function chunkByChunk(service: RequestService, requests: number, answer: (share: number) => number): number {
  const steps = Math.ceil((requests * service.prefillTokens) / service.chunkTokens);
  const chunk = mixedStepSeconds(service, (requests * service.prefillTokens) / steps, 0);
  const samples = 2000;
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    for (let sample = 0; sample < samples; sample++) {
      const tokens = answer((sample + 0.5) / samples);
      sum += (Math.min(tokens, steps - step - 0.5) / tokens) * chunk;
    }
  }
  return decodeStepSeconds(service, requests) + sum / steps / samples;
}

test("a burst of equal answers takes what each finds left of the others' chunks", () => {
  const service = serviceOf();
  const stepped = chunkByChunk(service, 800, () => lengths.outputTokens);
  expect(batchDrain(service, 800, 1).tpotSeconds / stepped).toBeCloseTo(1, 1);
});

test("answers that vary meet more of them in the mean over requests: short ones little else", () => {
  const service = serviceOf();
  const varying = batchDrain(service, 800, 5.7).tpotSeconds;
  const stepped = chunkByChunk(service, 800, (share) => -lengths.outputTokens * Math.log(1 - share));
  expect(varying / stepped).toBeCloseTo(1, 1);
  expect(varying).toBeGreaterThan(1.15 * batchDrain(service, 800, 1).tpotSeconds);
});

test("an engine that computes all prompts first keeps the first answers waiting for the last prompt", () => {
  const { timing } = serviceOf({ engine: "sglang", version: "0.5" }).costs;
  expect(timing.generation.prefillsFirst).toBe(true);
  const sglang = serviceOf({ engine: "sglang", version: "0.5" });
  const mixing = {
    ...sglang,
    costs: { ...sglang.costs, timing: { ...timing, generation: { ...timing.generation, prefillsFirst: false } } },
  };
  expect(batchDrain(sglang, 800, 5.7).tpotSeconds).toBeGreaterThan(batchDrain(mixing, 800, 5.7).tpotSeconds);
});

test("latencies of a burst have error bars of their own, wider than those of a closed loop", () => {
  const width = (load: Parameters<typeof estimate>[2]): number => {
    const { interval90 } = estimate(replicaOf(), lengths, load);
    return interval90.tpotMs[1] / interval90.tpotMs[0];
  };
  expect(width({ kind: "batch", requests: 200 })).toBeGreaterThan(width({ kind: "closed", concurrency: 200 }));
});
