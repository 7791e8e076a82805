import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { answerEstimate, answerSize } from "../../cli/answers.ts";
import { gpufleet } from "./fixtures/run.ts";

const { catalog } = loadCatalog();
const tokensPerSecond = (gpu: string): number => {
  const answer = answerEstimate({ model: "BAAI/bge-base-en-v1.5", gpu, saturated: true }, catalog);
  if (!("tokensPerSecond" in answer) || answer.tokensPerSecond === undefined) throw new Error(`no prediction on ${gpu}`);
  return answer.tokensPerSecond;
};

test("an instance type without GPUs serves embeddings with Text Embeddings Inference in 32 bits", () => {
  expect(answerSize({ model: "BAAI/bge-m3", gpu: "c7i.8xlarge" }, catalog)).toMatchObject({
    engine: "tei",
    layout: { gpu: "c7i.8xlarge", precision: "fp32" },
    fits: true,
  });
});

test("and Whisper with faster-whisper", () => {
  const answer = answerEstimate({ model: "openai/whisper-small", gpu: "c8g.16xlarge", qps: 0.1 }, catalog);
  expect(answer).toMatchObject({ engine: "faster-whisper", fits: true, evidence: "none" });
  expect(answer).toHaveProperty("realTimeFactor");
});

test("on an instance type without GPUs no line speaks of any", async () => {
  const { code, out } = await gpufleet(["size", "--model", "BAAI/bge-m3", "--gpu", "c7i.8xlarge"]);
  expect(code).toBe(0);
  expect(out).toContain("In the host's memory");
  expect(out).not.toMatch(/GPU|CUDA|gpu-memory/i);
  const crowded = ["size", "--model", "BAAI/bge-m3", "--gpu", "c7i.8xlarge", "--max-num-batched-tokens", "60000000"];
  const { code: refused, out: reason } = await gpufleet(crowded);
  expect(refused).toBe(1);
  expect(reason).toContain("on c7i.8xlarge: weights and working memory leave no room for one sequence; use a host with more memory");
  expect(reason).not.toMatch(/GPU|CUDA/);
});

test("Apple GPUs have no CUDA, and AMD's have HIP", async () => {
  const metal = await gpufleet(["size", "--model", "Qwen3-8B", "--gpu", "m4-max", "--engine", "llama.cpp", "--max-model-len", "8192"]);
  expect(metal.out).toContain("Metal");
  expect(metal.out).not.toContain("CUDA");
  const { out } = await gpufleet(["size", "--model", "Qwen3-8B", "--gpu", "mi300x", "--max-model-len", "8192"]);
  expect(out).toContain("HIP and RCCL");
  expect(out).not.toContain("CUDA");
});

test("three times the cores of one processor put through about three times the tokens, and a GPU far more", () => {
  const ratio = tokensPerSecond("c7i.24xlarge") / tokensPerSecond("c7i.8xlarge");
  expect(ratio).toBeGreaterThan(2.5);
  expect(ratio).toBeLessThan(3.3);
  expect(tokensPerSecond("l4")).toBeGreaterThan(tokensPerSecond("c7i.24xlarge"));
});

test.each(["tensorParallel", "pipelineParallel", "dataParallel"] as const)("a replica without GPUs is not divided: %s", (size) => {
  expect(answerSize({ model: "BAAI/bge-m3", gpu: "c7i.8xlarge", [size]: 2 }, catalog)).toMatchObject({
    fits: false,
    finding: { code: "host-not-divisible", path: size, value: 2, limit: 1 },
  });
});

test("what a server takes beside its share of a small host is not called CUDA's", async () => {
  const { out } = await gpufleet(["size", "--model", "openai/whisper-small", "--gpu", "c8g.xlarge"]);
  expect(out).toContain("the server's process needs more than is left beside 95 % of the memory");
  expect(out).not.toMatch(/GPU|CUDA|enforce-eager/);
});

test("generation is not predicted on processors", () => {
  expect(answerEstimate({ model: "Qwen/Qwen3-8B", gpu: "c7i.8xlarge" }, catalog)).toMatchObject({
    fits: false,
    finding: { code: "gpu-not-supported-by-engine" },
  });
});

test("llama.cpp on a processor is refused too", () => {
  expect(answerEstimate({ model: "Qwen/Qwen3-8B", gpu: "c7i.8xlarge", engine: "llama.cpp" }, catalog)).toMatchObject({
    fits: false,
    finding: { code: "gpu-not-supported-by-engine" },
  });
});
