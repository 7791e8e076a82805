import { expect, test } from "vitest";
import { loadTable } from "../../planner/performance/load-table.ts";
import { queueAt, ttftMean, ttftQuantile, ttftTail } from "../../planner/performance/queueing.ts";
import { requestService } from "../../planner/performance/request-service.ts";
import { maxRequestsPerSecond } from "../../planner/performance/steady-state.ts";
import { replicaOf, type Wish } from "./replicas.ts";
import { percentile, simulate } from "./simulation.ts";

/** Description, replica, input and output tokens, seed of the simulation. */
type Case = readonly [string, Wish, number, number, number];

/** Three terms of the queue were chosen to match these. */
const seen: readonly Case[] = [
  ["8B on one H100", {}, 1900, 400, 11],
  ["8B on one H100, long prompts", {}, 8000, 200, 11],
  ["8B on an L4", { gpu: "l4" }, 1000, 200, 11],
  ["70B on four H100", { model: "meta-llama/Llama-3.3-70B-Instruct", tensorParallel: 4, precision: "fp8" }, 1900, 400, 11],
  ["experts on one H100", { model: "Qwen/Qwen3-30B-A3B" }, 1900, 400, 11],
  ["a batch of 32 at most", { maxNumSeqs: 32 }, 1000, 300, 11],
];
/** These were not looked at then. */
const unseen: readonly Case[] = [
  ["8B on one H100, another seed", {}, 1900, 400, 29],
  ["32B on two A100", { model: "Qwen/Qwen3-32B", gpu: "a100-sxm-80gb", tensorParallel: 2 }, 1200, 350, 5],
  ["4B on an L40S, short prompts", { model: "Qwen/Qwen3-4B", gpu: "l40s" }, 300, 250, 17],
  ["14B on one H200 with SGLang", { model: "Qwen/Qwen3-14B", gpu: "h200-sxm-141gb", engine: "sglang", version: "0.5.6" }, 3000, 600, 23],
];
const cases = [...seen, ...unseen];
const serviceOf = (wish: Wish, inputTokens: number, outputTokens: number) =>
  requestService(replicaOf(wish), { inputTokens, outputTokens, inputTokensP95: null, prefixCacheHitRate: 0 });

test.each(cases)("percentiles follow a step-by-step simulation: %s", (_, wish, input, output, seed) => {
  const service = serviceOf(wish, input, output);
  const table = loadTable(service);
  for (const share of [0.3, 0.6]) {
    const rate = share * maxRequestsPerSecond(service);
    const queue = queueAt(table, rate);
    if (queue === null) throw new Error("the queue has no balance");
    const simulated = simulate(service, rate, 2500, seed);
    for (const quantile of [0.5, 0.95]) {
      const ratio = ttftQuantile(queue, quantile) / percentile(simulated.ttft, quantile);
      expect(Math.abs(Math.log(ratio)), `TTFT at ${quantile} and load ${share}`).toBeLessThan(Math.log(1.25));
    }
    const tpot = simulated.tpot.reduce((sum, seconds) => sum + seconds, 0) / simulated.tpot.length;
    expect(queue.tpotMean / tpot).toBeGreaterThan(0.9);
    expect(queue.tpotMean / tpot).toBeLessThan(1.1);
  }
});

test.each(cases)("the ceiling is what a simulated replica reaches under far too many requests: %s", (_, wish, input, output) => {
  const service = serviceOf(wish, input, output);
  const ceiling = maxRequestsPerSecond(service);
  const simulated = simulate(service, 3 * ceiling, 800 + 10 * Math.floor(service.maxRunning), 3);
  expect(simulated.requestsPerSecond / ceiling).toBeGreaterThan(0.9);
  expect(simulated.requestsPerSecond / ceiling).toBeLessThan(1.1);
});

test("a quantile is where the tail has that much left, and the mean is the area under the tail", () => {
  const service = serviceOf({ gpu: "l4" }, 1000, 200);
  const queue = queueAt(loadTable(service), 0.6 * maxRequestsPerSecond(service));
  if (queue === null) throw new Error("the queue has no balance");
  for (const quantile of [0.5, 0.9, 0.99]) {
    const seconds = ttftQuantile(queue, quantile);
    expect(ttftTail(queue, seconds)).toBeLessThanOrEqual(1 - quantile);
    expect(ttftTail(queue, seconds * 0.999)).toBeGreaterThan(1 - quantile);
  }
  let area = 0;
  const step = 0.001;
  for (let seconds = 0; seconds < 60; seconds += step) area += ttftTail(queue, seconds + step / 2) * step;
  expect(area / ttftMean(queue)).toBeCloseTo(1, 2);
});

test("with one place in the batch the chain is an M/M/1 queue", () => {
  const service = serviceOf({ maxNumSeqs: 1 }, 100, 100);
  const table = loadTable(service);
  const rate = 0.5 * maxRequestsPerSecond(service);
  const queue = queueAt(table, rate);
  if (queue === null) throw new Error("the queue has no balance");
  const load = rate / (rate + (queue.admissionRate * (1 + service.outputVariation ** 2)) / 2);
  expect(queue.running).toBeCloseTo(load, 6);
  expect(queue.admissionShare).toBeCloseTo(load, 6);
  expect(queue.waiting).toBeCloseTo((load * load) / (1 - load), 6);
});

test("there is no balance at or above the ceiling", () => {
  const service = serviceOf({}, 1900, 400);
  expect(queueAt(loadTable(service), 1.1 * maxRequestsPerSecond(service))).toBeNull();
});
