import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { answerEstimate, answerSize } from "../../cli/answers.ts";

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

test("three times the cores of one processor put through about three times the tokens, and a GPU far more", () => {
  const ratio = tokensPerSecond("c7i.24xlarge") / tokensPerSecond("c7i.8xlarge");
  expect(ratio).toBeGreaterThan(2.5);
  expect(ratio).toBeLessThan(3.3);
  expect(tokensPerSecond("l4")).toBeGreaterThan(tokensPerSecond("c7i.24xlarge"));
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
