import fc from "fast-check";
import { expect, test } from "vitest";
import { correctedEstimate, correctorOf } from "../../planner/measurements/corrector.ts";
import type { MeasuredRun } from "../../planner/measurements/measured-run.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import { catalog, replicaOf, type Wish } from "../performance/replicas.ts";
import { closed, lengths, runOf, runSlowerBy } from "./runs.ts";

const corrector = (...runs: MeasuredRun[]) => correctorOf(runs, catalog.measurements);
const plain = (wish: Wish = {}, load = closed(16)) => estimate(replicaOf(wish), lengths, load);
const corrected = (runs: MeasuredRun[], wish: Wish = {}, load = closed(16)) =>
  correctedEstimate(replicaOf(wish), lengths, load, corrector(...runs));
/** How far a correction moves the TPOT of a replica, as a logarithm. */
const shift = (runs: MeasuredRun[], wish: Wish = {}, load = closed(16)) =>
  Math.log(corrected(runs, wish, load).tpotMs.mean / plain(wish, load).tpotMs.mean);
const width = ([low, high]: readonly [number, number]) => Math.log(high / low);

test("without runs the prediction is what it was", () => {
  expect(corrected([])).toEqual(plain());
});

test("a run moves the prediction of the same load towards itself, not all the way", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.6, max: 1.8, noNaN: true }), (factor) => {
      const moved = shift([runSlowerBy(factor)]) / Math.log(factor);
      if (Math.abs(Math.log(factor)) < 0.01) return;
      expect(moved).toBeGreaterThan(0.6);
      expect(moved).toBeLessThan(1);
    }),
  );
});

test("one point is not ten: ten alike move further and leave a narrower interval", () => {
  const one = [runSlowerBy(1.4)];
  const ten = Array.from({ length: 10 }, () => runSlowerBy(1.4));
  expect(shift(ten)).toBeGreaterThan(shift(one));
  expect(shift(ten)).toBeLessThan(Math.log(1.4));
  expect(width(corrected(ten).interval90.tpotMs)).toBeLessThan(width(corrected(one).interval90.tpotMs));
  expect(width(corrected(one).interval90.tpotMs)).toBeLessThan(width(plain().interval90.tpotMs));
});

test("evidence is `measured` in the cell of a run and stays what it was beside it", () => {
  expect(corrected([runSlowerBy(1.2)]).evidence).toBe("measured");
  expect(corrected([runSlowerBy(1.2)], { model: "Qwen/Qwen3-8B" }).evidence).toBe(plain({ model: "Qwen/Qwen3-8B" }).evidence);
});

test("it carries over to neighbours, more weakly the less they share, and not to another engine", () => {
  const run = [runSlowerBy(1.4, { tensorParallel: 2 })];
  const same = shift(run, { tensorParallel: 2 });
  const format = shift(run, { tensorParallel: 2, precision: "fp8" });
  const gpu = shift(run, { tensorParallel: 2, gpu: "h200-sxm-141gb" });
  const stranger = shift(run, { tensorParallel: 2, model: "Qwen/Qwen3-8B", precision: "fp8" });
  expect(same).toBeGreaterThan(format);
  expect(same).toBeGreaterThan(gpu);
  expect(format).toBeGreaterThan(stranger);
  expect(gpu).toBeGreaterThan(0);
  expect(stranger).toBeGreaterThan(0);
  expect(shift(run, { tensorParallel: 2, engine: "sglang", version: "0.5.0" })).toBe(0);
});

test("it speaks less of a load the further it is from the one that was measured", () => {
  const run = [runSlowerBy(1.4, { load: closed(8) })];
  const shifts = [8, 32, 128].map((concurrency) => shift(run, {}, closed(concurrency)));
  expect(shifts[0]).toBeGreaterThan(shifts[1] ?? 0);
  expect(shifts[1]).toBeGreaterThan(shifts[2] ?? 0);
});

test("a measured TTFT corrects the TTFT and leaves the TPOT alone", () => {
  const measured = plain().ttftMs.mean * 2;
  const point = corrected([runOf({ ttftMs: measured })]);
  expect(point.ttftMs.mean).toBeGreaterThan(plain().ttftMs.mean * 1.4);
  expect(point.ttftMs.mean).toBeLessThan(measured);
  expect(point.tpotMs).toEqual(plain().tpotMs);
  expect(width(point.interval90.ttftMs)).toBeLessThan(width(plain().interval90.ttftMs));
});

test("an output rate under saturation corrects the rate", () => {
  const full = { kind: "saturated" } as const;
  const before = estimate(replicaOf(), lengths, full).outputTokensPerSecond;
  const run = runOf({ outputTokensPerSecond: before * 0.7 }, { load: full });
  const after = correctedEstimate(replicaOf(), lengths, full, corrector(run)).outputTokensPerSecond;
  expect(after).toBeLessThan(before * 0.8);
  expect(after).toBeGreaterThan(before * 0.7);
});

test("under random arrivals the step factor is the one that explains the measured TPOT, the queue included", () => {
  const load = { kind: "open", requestsPerSecond: 8 } as const;
  const slow = { ...replicaOf(), correction: { step: 1.3, ttft: 1, stepNarrowing: 1, ttftNarrowing: 1, sameCell: false } };
  const runs = Array.from({ length: 40 }, () => runOf({ tpotMs: estimate(slow, lengths, load).tpotMs.mean }, { load }));
  const point = correctedEstimate(replicaOf(), lengths, load, corrector(...runs));
  expect(point.tpotMs.mean / estimate(slow, lengths, load).tpotMs.mean).toBeCloseTo(1, 1);
});

test("the order of the runs does not matter", () => {
  const runs = [runSlowerBy(1.3), runSlowerBy(1.1, { load: closed(64) }), runSlowerBy(0.9, { precision: "fp8" })];
  expect(corrected([...runs].reverse()).tpotMs.mean).toBeCloseTo(corrected(runs).tpotMs.mean, 9);
});
