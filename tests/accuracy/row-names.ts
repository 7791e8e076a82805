import type { Precision } from "../../planner/layouts/precision.ts";
import type { MeasuredRow } from "./measured-row.ts";

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
  if (row.group.startsWith("mlperf") && row.gpu.startsWith("MI3"))
    return { engine: "vllm", version: row.group === "mlperf-v5.1" ? "0.9" : "0.5" };
  // The submissions name the version of TensorRT underneath.
  if (row.group.startsWith("mlperf") && name.startsWith("tensorrt"))
    return { engine: "tensorrt-llm", version: /\d+\.\d+/.exec(name)?.[0] ?? "10.0" };
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
