import fc from "fast-check";
import { expect, test } from "vitest";
import { capacity } from "../../planner/performance/capacity.ts";
import type { Correction } from "../../planner/performance/correction.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import { replicaOf } from "./replicas.ts";

const lengths = { inputTokens: 1000, outputTokens: 300, inputTokensP95: null, prefixCacheHitRate: 0 };
const none: Correction = { step: 1, ttft: 1, stepNarrowing: 1, ttftNarrowing: 1, sameCell: false };
const closed = { kind: "closed", concurrency: 16 } as const;
const slo = { tpotP95Ms: 15 };
const corrected = (change: Partial<Correction>) => ({ ...replicaOf(), correction: { ...none, ...change } });

test("a correction that says nothing changes nothing", () => {
  expect(estimate(corrected({}), lengths, closed)).toEqual(estimate(replicaOf(), lengths, closed));
});

test("the step factor is the factor on TPOT and, turned over, on the output rate of a closed loop", () => {
  const plain = estimate(replicaOf(), lengths, closed);
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), (step) => {
      const point = estimate(corrected({ step }), lengths, closed);
      expect(point.tpotMs.mean / plain.tpotMs.mean).toBeCloseTo(step, 6);
      expect(plain.outputTokensPerSecond / point.outputTokensPerSecond).toBeCloseTo(step, 6);
    }),
  );
});

test("the TTFT factor moves the TTFT and its interval, and nothing else", () => {
  const plain = estimate(replicaOf(), lengths, closed);
  const point = estimate(corrected({ ttft: 1.5 }), lengths, closed);
  expect(point.ttftMs.p95).toBeCloseTo(1.5 * plain.ttftMs.p95, 9);
  expect(point.interval90.ttftMs[0]).toBeCloseTo(1.5 * plain.interval90.ttftMs[0], 9);
  expect({ ...point, ttftMs: null, interval90: null }).toEqual({ ...plain, ttftMs: null, interval90: null });
  expect(point.tpotMs).toEqual(plain.tpotMs);
});

test("narrower error bars narrow the intervals and raise the capacity", () => {
  const narrow = corrected({ stepNarrowing: 0.4, ttftNarrowing: 0.6, sameCell: true });
  const [plain, point] = [estimate(replicaOf(), lengths, closed), estimate(narrow, lengths, closed)];
  expect(Math.log(point.interval90.tpotMs[1] / point.tpotMs.mean)).toBeCloseTo(
    0.4 * Math.log(plain.interval90.tpotMs[1] / plain.tpotMs.mean),
    9,
  );
  expect(point.evidence).toBe("measured");
  expect(capacity(narrow, lengths, slo, 0.9).requestsPerSecond).toBeGreaterThan(capacity(replicaOf(), lengths, slo, 0.9).requestsPerSecond);
});

test("slower steps and a longer TTFT lower the capacity", () => {
  const plain = capacity(replicaOf(), lengths, slo, 0.9).requestsPerSecond;
  expect(capacity(corrected({ step: 1.3 }), lengths, slo, 0.9).requestsPerSecond).toBeLessThan(plain);
  expect(capacity(corrected({ ttft: 1.2 }), lengths, { ttftP95Ms: 200 }, 0.9).requestsPerSecond).toBeLessThan(
    capacity(replicaOf(), lengths, { ttftP95Ms: 200 }, 0.9).requestsPerSecond,
  );
});
