import fc from "fast-check";
import { expect, test } from "vitest";
import { capacity } from "../../planner/performance/capacity.ts";
import { requestService } from "../../planner/performance/request-service.ts";
import { maxRequestsPerSecond } from "../../planner/performance/steady-state.ts";
import type { Slo } from "../../planner/spec/fleet-spec.ts";
import { lengths, usable, wishes } from "./arbitrary.ts";
import { catalog, replicaOf } from "./replicas.ts";

const chat = { inputTokens: 1900, outputTokens: 400, inputTokensP95: 4200, prefixCacheHitRate: 0 };
const defaults: Slo = { ttftP95Ms: 2000, tpotP95Ms: 80 };
const slos: fc.Arbitrary<{ ttftP95Ms: number; tpotP95Ms: number }> = fc.record({
  ttftP95Ms: fc.integer({ min: 100, max: 10_000 }),
  tpotP95Ms: fc.integer({ min: 5, max: 200 }),
});
const confidences = fc.double({ min: 0.5, max: 0.99, noNaN: true });
/** What bisection and batching leave: a larger batch computes short prompts a little cheaper. */
const grain = 1.03;

test("capacity never rises when a limit tightens, confidence rises or requests grow", () => {
  fc.assert(
    fc.property(wishes, lengths, slos, confidences, (wish, size, slo, confidence) => {
      const replica = usable(wish);
      const base = capacity(replica, size, slo, confidence).requestsPerSecond * grain + 0.01;
      expect(capacity(replica, size, { ...slo, ttftP95Ms: slo.ttftP95Ms * 0.7 }, confidence).requestsPerSecond).toBeLessThanOrEqual(base);
      expect(capacity(replica, size, { ...slo, tpotP95Ms: slo.tpotP95Ms * 0.7 }, confidence).requestsPerSecond).toBeLessThanOrEqual(base);
      expect(capacity(replica, size, slo, (confidence + 0.999) / 2).requestsPerSecond).toBeLessThanOrEqual(base);
      const longerPrompt = { ...size, inputTokens: size.inputTokens * 1.3 };
      expect(capacity(replica, longerPrompt, slo, confidence).requestsPerSecond).toBeLessThanOrEqual(base);
      // Under a TPOT limit longer answers may help: each prefill of a neighbour is spread over more tokens.
      const longerAnswer = { ...size, outputTokens: size.outputTokens * 1.3 };
      const free = capacity(replica, size, {}, confidence).requestsPerSecond * grain + 0.01;
      expect(capacity(replica, longerAnswer, {}, confidence).requestsPerSecond).toBeLessThanOrEqual(free);
    }),
    { numRuns: 60 },
  );
});

test("at the planned rate every limit holds, and no rate above the ceiling is planned", () => {
  fc.assert(
    fc.property(wishes, lengths, slos, confidences, (wish, size, slo, confidence) => {
      const replica = usable(wish);
      const answer = capacity(replica, size, slo, confidence);
      if ("finding" in answer) return;
      expect(answer.point.ttftMs.p95).toBeLessThanOrEqual(slo.ttftP95Ms * 1.0002);
      expect(answer.point.tpotMs.p95).toBeLessThanOrEqual(slo.tpotP95Ms * 1.0001);
      const ceiling = catalog.stepTime.serving.utilizationCeiling * maxRequestsPerSecond(requestService(replica, size));
      expect(answer.requestsPerSecond).toBeLessThanOrEqual(ceiling * 1.0001);
      expect(answer.point.requestsPerSecond).toBe(answer.requestsPerSecond);
    }),
  );
});

test("at 90 % confidence the prediction stays below the limit by its error bar", () => {
  const answer = capacity(replicaOf({ gpu: "l4" }), { ...chat, inputTokens: 300, inputTokensP95: 600 }, { tpotP95Ms: 90 }, 0.9);
  if ("finding" in answer) throw new Error(answer.finding.message);
  expect(answer.binding).toBe("tpotP95Ms");
  expect(answer.point.tpotMs.p95 * Math.exp(1.2816 * catalog.stepTime.uncertainty.tpotOpen.gpuAndFamily)).toBeCloseTo(90, 0);
});

test("each limit can bind, and the answer names the one that does", () => {
  const small = replicaOf({ gpu: "l4", precision: "fp8" });
  const tight: readonly [keyof Slo, number][] = [
    ["ttftMeanMs", 500],
    ["ttftP50Ms", 500],
    ["ttftP95Ms", 900],
    ["ttftP99Ms", 1300],
    ["tpotMeanMs", 40],
    ["tpotP50Ms", 40],
    ["tpotP95Ms", 42],
    ["tpotP99Ms", 42],
    ["e2eP95Ms", 32_000],
  ];
  for (const [key, limit] of tight) {
    const free = capacity(small, chat, {}, 0.5);
    const bound = capacity(small, chat, { [key]: limit }, 0.5);
    if ("finding" in free || "finding" in bound) throw new Error(`no capacity under ${key}`);
    expect(bound.requestsPerSecond, key).toBeLessThanOrEqual(free.requestsPerSecond);
    if (bound.requestsPerSecond < free.requestsPerSecond) expect(bound.binding).toBe(key);
  }
});

test("without limits the KV cache or the engine's throughput binds", () => {
  const cache = capacity(replicaOf({ model: "meta-llama/Llama-3.3-70B-Instruct", precision: "fp8", tensorParallel: 2 }), chat, {}, 0.9);
  expect("binding" in cache && cache.binding).toBe("kv-cache");
  const setting = capacity(replicaOf({ maxNumSeqs: 16 }), chat, {}, 0.9);
  expect("binding" in setting && setting.binding).toBe("throughput");
});

test("a limit that an idle replica misses is answered with the best it can do", () => {
  const answer = capacity(replicaOf({ gpu: "l4" }), chat, { ...defaults, tpotP95Ms: 20 }, 0.9);
  expect(answer.requestsPerSecond).toBe(0);
  if (!("finding" in answer)) throw new Error("expected a finding");
  expect(answer.finding).toMatchObject({ code: "slo-unreachable", path: "slo.tpotP95Ms", limit: 20, unit: "ms" });
  expect(Number(answer.finding.value)).toBeGreaterThan(55);
  const relaxed = capacity(replicaOf({ gpu: "l4" }), chat, { ...defaults, tpotP95Ms: Number(answer.finding.value) * 1.01 }, 0.9);
  expect(relaxed.requestsPerSecond).toBeGreaterThan(0);
});

test("a replica without room for one request has no capacity", () => {
  const answer = capacity(replicaOf({ gpu: "l4" }), { ...chat, inputTokens: 200_000 }, defaults, 0.9);
  expect("finding" in answer && answer.finding.code).toBe("request-does-not-fit");
});

test("a GPU whose bandwidth nobody knows has no capacity, and the finding says what is missing", () => {
  const replica = replicaOf();
  const unknown = { ...replica, gpu: { ...replica.gpu, memoryBandwidthGBps: null } };
  const answer = capacity(unknown, chat, defaults, 0.9);
  expect("finding" in answer && answer.finding).toMatchObject({ code: "gpu-figure-unknown", value: null });
});
