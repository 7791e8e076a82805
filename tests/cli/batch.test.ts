import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gpufleet, jsonLines } from "./fixtures/run.ts";

const batch = async (command: "size" | "estimate", lines: readonly string[]) => {
  const outcome = await gpufleet([command, "--batch", "-"], { input: lines.join("\n") });
  return { ...outcome, answers: jsonLines(outcome.out) };
};
const line = (fields: object): string => JSON.stringify(fields);
const qwen = { model: "Qwen/Qwen3-8B", gpu: "l40s", maxModelLen: 8192 };

const sizeFields = [
  "weightBytesPerGpu",
  "activationBytesPerGpu",
  "nonTorchBytesPerGpu",
  "cudaGraphBytesPerGpu",
  "kvCacheBytesPerGpu",
  "kvCacheTokens",
  "maxConcurrency",
];

test("every size answer has the fields other programs rely on", async () => {
  const { code, answers } = await batch("size", [line({ id: 1, ...qwen })]);
  expect(code).toBe(0);
  const [answer = {}] = answers;
  for (const field of sizeFields) expect(answer[field], field).toEqual(expect.any(Number));
  expect(answer).toMatchObject({ id: 1, fits: true, finding: null });
});

test("every estimate answer has the fields other programs rely on", async () => {
  const { code, answers } = await batch("estimate", [line({ id: "a", ...qwen, inputTokens: 900, outputTokens: 300, qps: 1 })]);
  expect(code).toBe(0);
  const [answer = {}] = answers;
  const summary = { mean: expect.any(Number), p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) };
  const interval = [expect.any(Number), expect.any(Number)];
  expect(answer).toMatchObject({
    id: "a",
    ttftMs: summary,
    tpotMs: summary,
    outputTokensPerSecond: expect.any(Number),
    totalTokensPerSecond: expect.any(Number),
    requestsPerSecond: expect.any(Number),
    concurrency: expect.any(Number),
    limitedBy: expect.any(String),
    fits: true,
    finding: null,
    interval90: { ttftMs: interval, tpotMs: interval, outputTokensPerSecond: interval },
    evidence: expect.any(String),
  });
});

test.each([{ concurrency: 8 }, { qps: 0.5 }, { saturated: true }, { batch: 16 }])("requests may arrive as %j", async (load) => {
  const { answers } = await batch("estimate", [line({ ...qwen, inputTokens: 900, outputTokens: 300, ...load })]);
  expect(answers[0]).toMatchObject({ fits: true });
  expect(answers[0]).not.toHaveProperty("error");
});

test("answers come in order, one a line, and ids come back unchanged", async () => {
  const id = fc.jsonValue({ depthSize: "small", maxDepth: 2 });
  await fc.assert(
    fc.asyncProperty(fc.array(id, { maxLength: 12 }), async (ids) => {
      const { answers } = await batch(
        "size",
        ids.map((each, index) => line({ id: each, ...(index % 3 === 2 ? { model: "no such model", gpu: "l4" } : qwen) })),
      );
      // What JSON cannot say (-0) was lost before it came to us.
      expect(answers.map((answer) => answer.id)).toEqual(JSON.parse(JSON.stringify(ids)));
    }),
    { numRuns: 30 },
  );
});

test.each(["12345678901234567890", "1.0", "1e2", "-0"])("the numeric id %s is not rounded or rewritten", async (id) => {
  const { out } = await gpufleet(["size", "--batch", "-"], { input: `{"id": ${id}, "model": "Qwen/Qwen3-8B", "gpu": "l4"}` });
  expect(out).toMatch(new RegExp(`^{"id":${id.replace(".", "\\.")},`));
});

test("a line that cannot be answered gets an error, the others their answer, and all were read: exit code 0", async () => {
  const { code, answers } = await batch("size", [
    line({ id: 1, ...qwen }),
    line({ id: 2, ...qwen, model: "Qwen/Qwen3-8BB" }),
    line({ id: 3, ...qwen, gpu: "l400s" }),
    line({ id: 4, ...qwen, precision: "fp9" }),
    line({ id: 5, ...qwen, tensorParallel: "two" }),
    line({ id: 6, gpu: "l4" }),
    line({ id: 7, ...qwen, engine: "vlm" }),
    line({ id: 8, ...qwen }),
  ]);
  expect(code).toBe(0);
  expect(answers.map((answer) => answer.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(answers.map((answer) => "error" in answer)).toEqual([false, true, true, true, true, true, true, false]);
  expect(answers[1]?.error).toMatchObject({ code: "unknown-model", path: "model", suggestion: "did you mean Qwen/Qwen3-8B?" });
  expect(answers[3]?.error).toMatchObject({ path: "precision", suggestion: "did you mean fp8?" });
  expect(answers[4]?.error).toMatchObject({ path: "tensorParallel" });
  expect(answers[5]?.error).toMatchObject({ code: "missing-field", path: "model" });
});

test.each(["not json", "[1, 2]", "3", '"text"', "null", "{"])(
  "%j is no JSON object: its answer says so and the exit code is 2",
  async (bad) => {
    const { code, answers } = await batch("size", [line({ id: 1, ...qwen }), bad, line({ id: 3, ...qwen })]);
    expect(code).toBe(2);
    expect(answers).toHaveLength(3);
    expect(answers[1]?.error).toMatchObject({ code: "not-a-json-object", path: "line 2" });
    expect(answers[2]).toMatchObject({ id: 3, fits: true });
  },
);

test("blank lines, a byte order mark, Windows line ends and chunks cut anywhere change nothing", async () => {
  const text = `${line({ id: 1, ...qwen })}\r\n\r\n${line({ id: "é", ...qwen })}\r\n`;
  const bytes = [...`\uFEFF${text}`];
  const { code, out } = await gpufleet(["size", "--batch", "-"], { input: bytes });
  expect(code).toBe(0);
  expect(jsonLines(out).map((answer) => answer.id)).toEqual([1, "é"]);
});

test("a layout that does not fit is an answer, not an error", async () => {
  const { code, answers } = await batch("size", [line({ model: "Llama-3.3-70B-Instruct", gpu: "l4" })]);
  expect(code).toBe(0);
  expect(answers[0]).toMatchObject({ fits: false, finding: { code: expect.any(String), message: expect.any(String) } });
  expect(answers[0]).not.toHaveProperty("error");
});

test("a layout that the engine refuses does not fit, and the finding says why", async () => {
  const { answers } = await batch("size", [line({ model: "Llama-3.3-70B-Instruct", gpu: "h100", tensorParallel: 3 })]);
  expect(answers[0]).toMatchObject({ fits: false, finding: { path: expect.stringContaining("tensorParallel") } });
});

test("only model and gpu are needed; what was taken for the rest is in the answer", async () => {
  const { answers } = await batch("estimate", [line({ model: "Qwen3-8B", gpu: "NVIDIA H100 80GB HBM3" })]);
  expect(answers[0]).toMatchObject({
    fits: true,
    model: "Qwen/Qwen3-8B",
    engine: "vllm",
    layout: { gpu: "h100-sxm-80gb", tensorParallel: 1 },
    lengths: { inputTokens: 1024, outputTokens: 128 },
    load: { kind: "saturated" },
  });
});

test("the name of a quantised re-upload says the precision", async () => {
  const { answers } = await batch("size", [line({ model: "Qwen/Qwen2.5-7B-Instruct-AWQ", gpu: "l4", maxModelLen: 4096 })]);
  expect(answers[0]).toMatchObject({ fits: true, layout: { precision: "awq-int4" } });
  const { answers: told } = await batch("size", [
    line({ model: "Qwen/Qwen2.5-7B-Instruct-AWQ", gpu: "l4", maxModelLen: 4096, precision: "bf16" }),
  ]);
  expect(told[0]?.error).toMatchObject({ code: "precision-contradicts-name", path: "precision", value: "bf16", limit: "awq-int4" });
});

test.each([{ tp: 2 }, { tensor_parallel: 2 }, { tensorParalel: 2 }, { "max-model-len": 4096 }])(
  "a misspelt field is an error, never a default: %j",
  async (fields) => {
    const { answers } = await batch("size", [line({ ...qwen, ...fields })]);
    expect(answers[0]?.error).toMatchObject({ code: "unknown-field", suggestion: expect.stringMatching(/^did you mean \w+\?$/) });
  },
);

test("remarks of one's own and null for not given are let through", async () => {
  const { answers } = await batch("size", [line({ ...qwen, source: "log 17", measured: { kvCacheTokens: 1 }, precision: null })]);
  expect(answers[0]).toMatchObject({ fits: true });
});

test("a request that is longer than the engine allows is an error", async () => {
  const { answers } = await batch("estimate", [line({ ...qwen, inputTokens: 8000, outputTokens: 300, concurrency: 1 })]);
  expect(answers[0]?.error).toMatchObject({ code: "longer-than-max-model-len", value: 8300, limit: 8192 });
});

test("two kinds of load at once are an error", async () => {
  const { answers } = await batch("estimate", [line({ ...qwen, concurrency: 4, qps: 1 })]);
  expect(answers[0]?.error).toMatchObject({ code: "several-loads" });
});

test("a file and standard input give the same answers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gpufleet-"));
  try {
    const text = `${line({ id: 1, ...qwen })}\n${line({ id: 2, ...qwen, tensorParallel: 2 })}\n`;
    await writeFile(join(folder, "lines.jsonl"), text);
    const fromFile = await gpufleet(["size", "--batch", "lines.jsonl"], { directory: folder });
    const fromInput = await gpufleet(["size", "--batch", "-"], { input: text });
    expect(fromFile).toEqual(fromInput);
    expect(jsonLines(fromFile.out)).toHaveLength(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("an empty batch has no answers and is no failure", async () => {
  expect(await gpufleet(["estimate", "--batch", "-"])).toEqual({ code: 0, out: "", err: "" });
});

test.each([
  [["size", "--batch", "nowhere.jsonl"], "nowhere.jsonl: there is no such file"],
  [["size", "--batch", "."], ".: the file cannot be read"],
  [["size", "--batch", "-", "--gpu", "l4"], "--gpu: cannot be combined with --batch"],
])("%j is bad input", async (argv, message) => {
  const { code, err } = await gpufleet(argv);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test.each([
  { asked: "int4", meant: "gguf-q4_0" },
  { asked: "int4-w4a16", meant: "gguf-q4_0" },
  { asked: "int8", meant: "gguf-q8_0" },
  { asked: "int8-w8a8", meant: "gguf-q8_0" },
])("$asked on llama.cpp is read as $meant and says so", async ({ asked, meant }) => {
  const fields = { model: "Qwen/Qwen3-4B", gpu: "rtx-4090", engine: "llama.cpp", maxModelLen: 4096, batch: 1 };
  const { answers } = await batch("estimate", [line({ ...fields, precision: asked }), line({ ...fields, precision: meant })]);
  const [read, named] = answers;
  expect(read).toMatchObject({ fits: true, layout: { precision: meant }, assumptions: [{ code: "precision-read-as", value: meant }] });
  expect(named).toMatchObject({ assumptions: [], tpotMs: read?.tpotMs });
});

test("int4 alone is the format that the model's name says, or 4 bits beside activations of 16", async () => {
  const small = { gpu: "l4", maxModelLen: 4096, precision: "int4" };
  const { answers } = await batch("size", [
    line({ ...small, model: "Qwen/Qwen2.5-7B-Instruct" }),
    line({ ...small, model: "Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4" }),
    line({ ...small, model: "Qwen/Qwen2.5-7B-Instruct-GGUF:Q4_K_M", engine: "llama.cpp" }),
    line({ ...small, model: "Qwen/Qwen2.5-7B-Instruct-FP8" }),
  ]);
  expect(answers.slice(0, 3).map((answer) => answer.layout)).toMatchObject([
    { precision: "int4-w4a16" },
    { precision: "gptq-int4" },
    { precision: "gguf-q4_k_m" },
  ]);
  for (const { assumptions } of answers.slice(0, 3))
    expect(assumptions).toContainEqual(expect.objectContaining({ code: "precision-read-as", path: "precision" }));
  expect(answers[3]?.error).toMatchObject({ code: "precision-contradicts-name", value: "int4", limit: "fp8" });
});

test("int4-w4a16 and int8 stay what they are where the engine has kernels for them", async () => {
  const { answers } = await batch("size", [line({ ...qwen, precision: "int4-w4a16" }), line({ ...qwen, precision: "int8-w8a8" })]);
  expect(answers.map((answer) => answer.layout)).toMatchObject([{ precision: "int4-w4a16" }, { precision: "int8-w8a8" }]);
  expect(answers.map((answer) => answer.assumptions)).toEqual([[], []]);
});

test("a dense model has no experts to deal out: expert parallel is read as 1, and its ranks serve as replicas do", async () => {
  const two = { ...qwen, engineVersion: "0.19.0", dataParallel: 2, inputTokens: 900, outputTokens: 300, concurrency: 8 };
  const one = { ...two, dataParallel: 1, concurrency: 4 };
  const { answers } = await batch("estimate", [line({ ...two, expertParallel: 2 }), line(one)]);
  const [ranks, replica] = answers as { fits: boolean; tpotMs: { mean: number }; outputTokensPerSecond: number }[];
  expect(ranks).toMatchObject({ fits: true, layout: { expertParallel: 1 }, assumptions: [{ code: "expert-parallel-read-as", value: 1 }] });
  expect((ranks?.tpotMs.mean ?? 0) / (replica?.tpotMs.mean ?? 0)).toBeCloseTo(1, 1);
  expect((ranks?.outputTokensPerSecond ?? 0) / (replica?.outputTokensPerSecond ?? 0)).toBeCloseTo(2, 1);
});

test("an int8 cache takes one byte an element where the engine has one, and is refused elsewhere", async () => {
  const trt = { ...qwen, engine: "tensorrt-llm" };
  const { answers } = await batch("size", [
    line({ ...trt, kvCacheDtype: "int8" }),
    line({ ...trt, kvCacheDtype: "fp8" }),
    line({ ...qwen, kvCacheDtype: "int8" }),
  ]);
  expect(answers[0]).toMatchObject({ fits: true, kvCacheTokens: answers[1]?.kvCacheTokens });
  expect(answers[2]).toMatchObject({ fits: false, finding: { code: "kv-cache-dtype-not-on-this-gpu" } });
});

test("SGLang's graphs are a matter of estimates: the answer warns and does not refuse", async () => {
  const glm = { model: "zai-org/GLM-4.6", gpu: "h100-sxm-80gb", engine: "sglang", precision: "fp8", tensorParallel: 8, expertParallel: 8 };
  const { answers } = await batch("estimate", [line({ ...glm, engineVersion: "0.5.9", gpuMemoryUtilization: 0.9, concurrency: 4 })]);
  expect(answers[0]).toMatchObject({ fits: true, assumptions: [{ code: "cuda-graphs-do-not-fit", path: "gpuMemoryUtilization" }] });
});
