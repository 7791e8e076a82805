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

const spoken = { model: "Qwen/Qwen3-8B", inputTokens: 500, outputTokens: 100, concurrency: 1 } as const;

test("llama.cpp generates text on processors, named or not, and says that nothing near was measured", () => {
  for (const engine of [{}, { engine: "llama.cpp" }]) {
    const answer = answerEstimate({ ...spoken, ...engine, gpu: "c7i.4xlarge", precision: "gguf-q4_k_m" }, catalog);
    expect(answer).toMatchObject({ engine: "llama.cpp", fits: true, evidence: "none", extrapolations: [{ code: "gpu-not-measured" }] });
    expect(answer).toHaveProperty("interval90.tpotMs");
  }
});

test("in lines and in flags alike, with no word of a GPU", async () => {
  const { code, out } = await gpufleet([
    ...["estimate", "--model", "Qwen/Qwen3-8B", "--gpu", "c8g.16xlarge", "--engine", "llama.cpp", "--precision", "gguf-q8_0"],
    ...["--input-tokens", "500", "--output-tokens", "100", "--concurrency", "1"],
  ]);
  expect(code).toBe(0);
  expect(out).toContain("no generation was measured on c8g.16xlarge");
  expect(out).not.toMatch(/GPU|CUDA/i);
  const line = JSON.stringify({ id: "a", ...spoken, gpu: "c8g.16xlarge", engine: "llama.cpp", precision: "gguf-q8_0" });
  const { out: lines } = await gpufleet(["estimate", "--batch", "-"], { input: `${line}\n` });
  expect(JSON.parse(lines)).toMatchObject({
    id: "a",
    fits: true,
    evidence: "none",
    layout: { gpu: "c8g.16xlarge", precision: "gguf-q8_0" },
  });
  const { out: sizes } = await gpufleet(["size", "--batch", "-"], {
    input: `${JSON.stringify({ id: "b", model: "Qwen/Qwen3-8B", gpu: "c8g.16xlarge", engine: "llama.cpp", precision: "gguf-q8_0" })}\n`,
  });
  expect(JSON.parse(sizes)).toMatchObject({ id: "b", fits: true, finding: null });
});

test("every instance type without GPUs that holds the weights answers", () => {
  for (const { id } of catalog.instanceTypes.filter(({ gpu }) => gpu === null)) {
    const answer = answerEstimate({ ...spoken, gpu: id, precision: "gguf-q4_k_m" }, catalog);
    expect(answer, id).toMatchObject("evidence" in answer ? { fits: true, evidence: "none" } : { finding: { code: "does-not-fit" } });
  }
});

test("within a family the larger type is never slower", () => {
  const speeds = ["c7i.4xlarge", "c7i.8xlarge", "c7i.24xlarge", "c7i.48xlarge"].map((gpu) => {
    const answer = answerEstimate({ ...spoken, gpu, precision: "gguf-q4_k_m" }, catalog);
    return "outputTokensPerSecond" in answer ? (answer.outputTokensPerSecond ?? 0) : 0;
  });
  expect(speeds[0]).toBeGreaterThan(0);
  expect(speeds).toEqual(speeds.toSorted((a, b) => a - b));
});

test("weights that are larger than the host's memory do not fit, in bytes of the host", () => {
  expect(answerSize({ model: "Qwen/Qwen3-32B", gpu: "c7i.4xlarge", precision: "bf16" }, catalog)).toMatchObject({
    fits: false,
    finding: { code: "does-not-fit", unit: "bytes", suggestion: "use a host with more memory" },
  });
});

test("a format that llama.cpp does not read is refused, and a GGUF format named", () => {
  expect(answerEstimate({ ...spoken, gpu: "c7i.8xlarge", precision: "awq-int4" }, catalog)).toMatchObject({
    fits: false,
    finding: { code: "unsupported-precision", value: "awq-int4", suggestion: "use gguf-q4_k_m" },
  });
});

test.each([
  ["vllm", "Qwen/Qwen3-8B", "llama.cpp"],
  ["sglang", "Qwen/Qwen3-8B", "llama.cpp"],
  ["vllm", "BAAI/bge-m3", "tei"],
  ["vllm", "openai/whisper-small", "faster-whisper"],
])("%s does not run %s on a processor, and %s is named", (engine, model, other) => {
  const answer = answerSize({ model, gpu: "c7i.8xlarge", engine }, catalog);
  const suggestion = `use the engine ${other}, or name a GPU`;
  expect(answer).toMatchObject({
    fits: false,
    finding: { code: "gpu-not-supported-by-engine", path: "gpu", value: "c7i.8xlarge", suggestion },
  });
  expect(JSON.stringify(answer)).not.toContain("compute capability");
});

test("weights cannot be offloaded to the memory in which they lie anyway", () => {
  expect(answerSize({ model: "Qwen/Qwen3-32B", gpu: "c7i.4xlarge", cpuOffloadGb: 50 }, catalog)).toMatchObject({
    error: { code: "no-offload-on-host", path: "cpuOffloadGb", value: 50 },
  });
});

test("that a node has two sockets is said where text is generated, and nowhere else", () => {
  const codes = (model: string, gpu: string): string[] => {
    const answer = answerSize({ model, gpu }, catalog);
    return "assumptions" in answer ? answer.assumptions.map(({ code }) => code) : [];
  };
  expect(codes("Qwen/Qwen3-8B", "c7i.48xlarge")).toContain("several-sockets");
  expect(codes("Qwen/Qwen3-8B", "c7i.24xlarge")).not.toContain("several-sockets");
  expect(codes("BAAI/bge-m3", "c7i.48xlarge")).not.toContain("several-sockets");
});
