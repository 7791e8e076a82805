import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { BenchmarkResult } from "../../planner/measurements/results/benchmark-result.ts";
import { readResults } from "../../planner/measurements/results/read-result.ts";

const text = (name: string) => readFileSync(new URL(`./results/${name}`, import.meta.url), "utf8");
const read = (name: string) => readResults(text(name));

test("vllm bench serve: a closed loop, with the server's side in its metadata", () => {
  expect(read("vllm-bench-serve.json")).toEqual([
    {
      tool: "vllm bench serve",
      fields: {
        model: "Qwen/Qwen3-8B",
        engine: "vllm",
        inputTokens: 1024,
        outputTokens: 256,
        concurrency: 32,
        gpu: "NVIDIA L40S",
        tensorParallel: 1,
      },
      measured: { ttftMs: 1102.71, tpotMs: 46.67, outputTokensPerSecond: 628.84 },
      notes: [],
    },
  ]);
});

test("benchmark_serving.py of 2024: a rate of arrivals", () => {
  const [result] = read("benchmark-serving-2024.json");
  expect(result).toMatchObject({ fields: { qps: 4, inputTokens: 215.2, outputTokens: 208 }, measured: { tpotMs: 17.9 } });
});

test("sglang.bench_serving: one run a line, an infinite rate written as Python writes it, the server's own description", () => {
  const [old, recent] = read("sglang-bench-serving.jsonl");
  expect(old).toMatchObject({
    tool: "sglang.bench_serving",
    fields: { engine: "sglang", concurrency: 16, inputTokens: 1024, outputTokens: 1024 },
    measured: { ttftMs: 402.2, tpotMs: 15.62, outputTokensPerSecond: 997.5 },
  });
  expect(recent).toMatchObject({
    fields: { model: "meta-llama/Llama-3.1-8B-Instruct", engineVersion: "0.5.3", tensorParallel: 2, qps: 2 },
  });
});

test("trtllm-bench: engine, machine, layout and the mean number of requests in flight", () => {
  expect(read("trtllm-bench.json")).toEqual([
    {
      tool: "trtllm-bench",
      fields: {
        engine: "tensorrt-llm",
        model: "meta-llama/Llama-3.1-70B-Instruct",
        engineVersion: "1.0.0",
        precision: "fp8",
        kvCacheDtype: "fp8",
        gpu: "NVIDIA H100 80GB HBM3",
        tensorParallel: 4,
        pipelineParallel: 1,
        maxNumSeqs: 256,
        maxNumBatchedTokens: 8192,
        inputTokens: 1024,
        outputTokens: 1024,
        concurrency: 63.2,
      },
      measured: { ttftMs: 702.4, tpotMs: 23.82, outputTokensPerSecond: 2581.3 },
      notes: [],
    },
  ]);
});

test("AIPerf: figures with their units", () => {
  const [result] = read("aiperf.json");
  expect(result).toMatchObject({ fields: { model: "Qwen/Qwen3-4B", concurrency: 2, inputTokens: 256, outputTokens: 64 } });
  expect(result).toMatchObject({ measured: { ttftMs: 195.8, tpotMs: 35.2, outputTokensPerSecond: 52.7 } });
  const [seconds] = readResults(text("aiperf.json").replace('"unit": "ms", "avg": 35.2', '"unit": "s", "avg": 0.0352'));
  expect(seconds).toMatchObject({ measured: { tpotMs: 35.2 } });
});

test.each([
  ["both a rate and a limit of clients, the rate kept", { request_rate: 2.5, max_concurrency: 32 }, { qps: 2.5 }],
  ["both, and the clients held requests back", { request_rate: 20, max_concurrency: 32 }, { concurrency: 32 }],
  ["neither: all at once", { request_rate: "inf", max_concurrency: null }, { batch: 256 }],
])("the load is what held requests back: %s", (_, change, load) => {
  const result = { ...JSON.parse(text("vllm-bench-serve.json")), ...change };
  const [read] = readResults(JSON.stringify(result)) as [BenchmarkResult];
  const { concurrency, qps, batch } = read.fields;
  expect(JSON.parse(JSON.stringify({ concurrency, qps, batch }))).toEqual(load);
});

test.each([
  ["no request was answered", { completed: 0, total_output_tokens: 0 }, /no request was answered/],
  ["the server drafted tokens", { spec_decode_acceptance_rate: 71.2 }, /drafted tokens/],
])("%s: there is nothing to learn", (_, change, message) => {
  const [finding] = readResults(JSON.stringify({ ...JSON.parse(text("vllm-bench-serve.json")), ...change }));
  expect(finding).toMatchObject({ code: "unusable-result", message: expect.stringMatching(message) });
});

test.each([
  ["failed requests", { completed: 250 }, "failed-requests"],
  ["a run of two rounds", { completed: 64, num_prompts: 64 }, "short-run"],
])("%s are noted", (_, change, code) => {
  const [result] = readResults(JSON.stringify({ ...JSON.parse(text("vllm-bench-serve.json")), ...change }));
  expect(result).toMatchObject({ notes: [{ code }] });
});

test.each([[""], ["{}"], ["[1, 2]"], ["no JSON"], ["null"], ['{"latency": 3}']])("%j is said to be no result", (content) => {
  for (const finding of readResults(content)) expect(finding).toMatchObject({ code: "unusable-result" });
  expect(readResults(content).length).toBeGreaterThan(0);
});

test("a measurement line reads as it stands", () => {
  const line = { model: "Qwen3-8B", gpu: "l4", concurrency: 4, measured: { tpotMs: 75 } };
  expect(readResults(JSON.stringify(line))).toMatchObject([{ fields: { model: "Qwen3-8B", concurrency: 4 }, measured: { tpotMs: 75 } }]);
});
