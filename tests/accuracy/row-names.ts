import type { Precision } from "../../planner/layouts/precision.ts";
import type { MeasuredRow } from "./measured-row.ts";

/** Names of the benchmarks -> catalog ids (or, of models, ids of extra-facts.json). Rows with any other name are not scored. */
export const modelIds: Readonly<Record<string, string>> = {
  "Llama-3.1-8B": "meta-llama/Llama-3.1-8B-Instruct",
  "Llama-3.1-70B": "meta-llama/Llama-3.1-70B-Instruct",
  "Llama-3.1-405B": "meta-llama/Llama-3.1-405B-Instruct",
  "Llama-3.2-1B-Instruct": "meta-llama/Llama-3.2-1B-Instruct",
  "Llama-3.3-70B": "meta-llama/Llama-3.3-70B-Instruct",
  "Llama-3-8B": "meta-llama/Meta-Llama-3-8B-Instruct",
  "Llama-3-70B": "meta-llama/Meta-Llama-3-70B-Instruct",
  "Llama-2-7B": "meta-llama/Llama-2-7b-hf",
  "Llama-2-13B": "meta-llama/Llama-2-13b-hf",
  "Llama-2-70B": "meta-llama/Llama-2-70b-hf",
  "Llama-4-Maverick-17B-128E": "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
  "Llama-4-Maverick-17B-128E-Instruct": "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
  "DeepSeek-R1": "deepseek-ai/DeepSeek-R1-0528",
  "DeepSeek-R1-Distill-Llama-8B": "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
  "Mixtral-8x7B": "mistralai/Mixtral-8x7B-Instruct-v0.1",
  "Mixtral-8x22B": "mistralai/Mixtral-8x22B-Instruct-v0.1",
  // Every engine of these runs ignored the sliding window of the first release.
  "Mistral-7B": "mistralai/Mistral-7B-Instruct-v0.2",
  "gpt-oss-120b": "openai/gpt-oss-120b",
  "gpt-oss-20b": "openai/gpt-oss-20b",
  "MiniMax-M2.5": "MiniMaxAI/MiniMax-M2.5",
  "Kimi-K2.5": "moonshotai/Kimi-K2.5",
  "GLM-4.5-Air": "zai-org/GLM-4.5-Air",
  "GLM-4.6": "zai-org/GLM-4.6",
  "Gemma-3-12B": "google/gemma-3-12b-it",
  "Gemma-3-27B": "google/gemma-3-27b-it",
  "gemma-3-4b-pt": "google/gemma-3-4b-it",
  "Gemma-3-1B": "google/gemma-3-1b-it",
  "gemma-3-1b-pt": "google/gemma-3-1b-it",
  "gemma-4-31B-it": "google/gemma-4-31B-it",
  "gemma-4-26B-A4B-it": "google/gemma-4-26B-A4B-it",
  "Nemotron-3-Nano-30B-A3B": "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
  "Falcon-180B": "tiiuae/falcon-180B-chat",
  "Qwen2.5-0.5B": "Qwen/Qwen2.5-0.5B-Instruct",
  "Qwen2.5-1.5B": "Qwen/Qwen2.5-1.5B-Instruct",
  "Qwen2.5-7B": "Qwen/Qwen2.5-7B-Instruct",
  "Qwen2.5-14B": "Qwen/Qwen2.5-14B-Instruct",
  "Qwen3-0.6B": "Qwen/Qwen3-0.6B",
  "Qwen3-1.7B": "Qwen/Qwen3-1.7B",
  "Qwen3-4B": "Qwen/Qwen3-4B",
  "Qwen3-8B": "Qwen/Qwen3-8B",
  "Qwen3-14B": "Qwen/Qwen3-14B",
  "Qwen3-32B": "Qwen/Qwen3-32B",
  "Qwen3-30B-A3B": "Qwen/Qwen3-30B-A3B",
  "Qwen3-30B-A3B-Instruct-2507": "Qwen/Qwen3-30B-A3B-Instruct-2507",
  "Qwen3-30B-A3B-Thinking-2507": "Qwen/Qwen3-30B-A3B",
  "Qwen3-Coder-30B-A3B-Instruct": "Qwen/Qwen3-30B-A3B",
  "Qwen3-235B-A22B": "Qwen/Qwen3-235B-A22B",
  "Qwen3-235B-A22B-Instruct-2507": "Qwen/Qwen3-235B-A22B-Instruct-2507",
  "Qwen3-235B-A22B-Thinking-2507": "Qwen/Qwen3-235B-A22B",
  "Qwen3-Coder-480B-A35B-Instruct": "Qwen/Qwen3-Coder-480B-A35B-Instruct",
  "Qwen3.5-4B": "Qwen/Qwen3.5-4B",
  "Qwen3.5-9B": "Qwen/Qwen3.5-9B",
  "Qwen3.6-27B": "Qwen/Qwen3.6-27B",
  "Qwen3.6-35B-A3B": "Qwen/Qwen3.6-35B-A3B",
  "GPT-J-6B": "EleutherAI/gpt-j-6b",
  "CodeLlama-34B": "codellama/CodeLlama-34b-hf",
  "Yi-34B": "01-ai/Yi-34B",
  "Qwen1.5-72B": "Qwen/Qwen1.5-72B",
};

/** Names of the benchmarks -> catalog ids where lower case and the catalog's spelling are not enough. */
export const gpuIds: Readonly<Record<string, string>> = {
  MI300X: "mi300x-192gb",
  "B300-SXM-288GB": "b300-sxm-270gb",
  "GB300-288GB": "gb300-278gb",
  "RTX-PRO-6000-Server-96GB": "rtx-pro-6000-server",
};

const precisionNames: Readonly<Record<string, Precision>> = {
  fp8: "fp8",
  fp16: "fp16",
  bf16: "bf16",
  fp32: "fp32",
  nvfp4: "nvfp4",
  mxfp4: "mxfp4",
  q4_k_m: "gguf-q4_k_m",
  q6_k: "gguf-q6_k",
  q8_0: "gguf-q8_0",
  int4: "int4-w4a16",
  "int4 (w4a16)": "int4-w4a16",
  "int4 (awq)": "awq-int4",
  "int4 (awq-marlin)": "awq-int4",
  "int4 (gptq)": "gptq-int4",
  "int4 (gptq-marlin)": "gptq-int4",
  int8: "int8-w8a8",
  "int8 (w8a8)": "int8-w8a8",
  "int8 (w8a16)": "int8-w8a16",
  "int8 (gptq)": "int8-w8a16",
  "int8 (gptq-marlin)": "int8-w8a16",
};

export const precisionOf = (row: MeasuredRow): Precision | undefined => precisionNames[row.precision ?? ""];

/** Engine name and version; a release without a number gets the one that was current when it was measured. */
export function releaseOf(row: MeasuredRow): { engine: string; version: string } | undefined {
  const name = row.engine.toLowerCase();
  const version = row.engine_version ?? "";
  if (row.group.startsWith("mlperf") && row.gpu.startsWith("MI3")) return { engine: "rocm-mlperf", version: "0" };
  if (row.group.startsWith("mlperf") && name.startsWith("tensorrt")) return { engine: "tensorrt-mlperf", version: "0" };
  if (name.includes("tensorrt-llm")) return { engine: "tensorrt-llm", version: tensorrtVersion(row, version) };
  if (name.includes("vllm")) return { engine: "vllm", version: vllmVersion(row, version) };
  if (name === "sglang")
    return {
      engine: "sglang",
      version: /^\d/.test(version) && !version.startsWith("20") ? version : row.group === "arc53" ? "0.2" : "0.5",
    };
  if (name.includes("llama.cpp") || name === "ollama") return { engine: "llama.cpp", version: "0" };
  return undefined;
}

function tensorrtVersion(row: MeasuredRow, version: string): string {
  if (row.group === "trtllm-1.x") return "1.0";
  if (row.group === "nim-docs") return version.includes("1.14") ? "1.0" : "0.17";
  if (/^\d+\.\d+/.test(version)) return (/^\d+\.\d+/.exec(version) ?? ["0"])[0];
  if (version === "2024-H2") return "0.12";
  if (version === "2024-05" || version === "") return row.group === "aic-silicon" ? "1.0" : "0.9";
  return "1.0";
}

function vllmVersion(row: MeasuredRow, version: string): string {
  const number = /(\d+\.\d+(\.\d+)?)/.exec(version)?.[1];
  if (row.group === "nm-vllm") return "0.5";
  if (/^20\d\d/.test(version)) return { "2023-11": "0.2", "2024-04": "0.4", "2025-05": "0.8", "2025-09": "0.10" }[version] ?? "0.6";
  return number ?? "0.12";
}
