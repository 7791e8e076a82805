import type { Precision } from "../planner/layouts/precision.ts";
import { looseName, withoutOrganisation } from "./names.ts";

/**
 * The one rule by which names of quantised re-uploads are read: the longest ending in this list says the format of the weights, and what
 * stands before it names the model, whoever uploaded it. A remark in parentheses, `.gguf`, and the number of a part of a file do not count.
 * Endings as RedHatAI (neuralmagic), Qwen, unsloth, NVIDIA and the AWQ, GPTQ, AutoRound and GGUF communities write them. Null: the ending
 * does not say which format.
 */
const endings: readonly (readonly [ending: string, precision: Precision | null])[] = (
  [
    ["FP8-dynamic", "fp8"],
    ["FP8-block", "fp8"],
    ["FP8-Static-PerTensor", "fp8"],
    ["FP8-KV", "fp8"],
    ["FP8", "fp8"],
    ["quantized.w4a16", "int4-w4a16"],
    ["quantized.w8a16", "int8-w8a16"],
    ["quantized.w8a8", "int8-w8a8"],
    ["W4A16-G128", "int4-w4a16"],
    ["w4a16", "int4-w4a16"],
    ["w8a16", "int8-w8a16"],
    ["w8a8", "int8-w8a8"],
    ["AWQ-INT4", "awq-int4"],
    ["AWQ-4bit", "awq-int4"],
    ["AWQ-8bit", "int8-w8a16"],
    ["AWQ", "awq-int4"],
    ["GPTQ-Int8", "int8-w8a16"],
    ["GPTQ-8bit", "int8-w8a16"],
    ["GPTQ-Int4", "gptq-int4"],
    ["GPTQ-4bit", "gptq-int4"],
    ["GPTQ-4b-128g", "gptq-int4"],
    ["GPTQ", "gptq-int4"],
    ["int4-AutoRound", "gptq-int4"],
    ["AutoRound", "gptq-int4"],
    ["unsloth-bnb-4bit", "bnb-nf4"],
    ["bnb-4bit", "bnb-nf4"],
    ["bnb-8bit", "bnb-int8"],
    ["NVFP4A16", "nvfp4"],
    ["NVFP4-QAD", "nvfp4"],
    ["NVFP4", "nvfp4"],
    ["FP4", "nvfp4"],
    ["MXFP4", "mxfp4"],
    ["INT8", "int8"],
    ["INT4", "int4-w4a16"],
    ["BF16", "bf16"],
    ["FP16", "fp16"],
    ["F16", "fp16"],
    ["Q2_K", "gguf-q2_k"],
    ["Q2_K_L", "gguf-q2_k"],
    ["Q2_K_XL", "gguf-q2_k"],
    ["Q3_K_S", "gguf-q3_k_s"],
    ["Q3_K_M", "gguf-q3_k_m"],
    ["Q3_K_L", "gguf-q3_k_l"],
    ["Q3_K_XL", "gguf-q3_k_l"],
    ["Q4_0", "gguf-q4_0"],
    ["Q4_1", "gguf-q4_1"],
    ["Q4_K_S", "gguf-q4_k_s"],
    ["Q4_K_M", "gguf-q4_k_m"],
    ["Q4_K_L", "gguf-q4_k_m"],
    ["Q4_K_XL", "gguf-q4_k_m"],
    ["IQ4_XS", "gguf-iq4_xs"],
    ["IQ4_NL", "gguf-iq4_nl"],
    ["Q5_0", "gguf-q5_0"],
    ["Q5_1", "gguf-q5_1"],
    ["Q5_K_S", "gguf-q5_k_s"],
    ["Q5_K_M", "gguf-q5_k_m"],
    ["Q5_K_L", "gguf-q5_k_m"],
    ["Q5_K_XL", "gguf-q5_k_m"],
    ["Q6_K", "gguf-q6_k"],
    ["Q6_K_L", "gguf-q6_k"],
    ["Q6_K_XL", "gguf-q6_k"],
    ["Q8_0", "gguf-q8_0"],
    ["Q8_K_XL", "gguf-q8_0"],
    ["GGUF", null],
  ] as const
).toSorted(([a], [b]) => b.length - a.length);

/** A name apart from the ending that states a format. */
export interface ReuploadName {
  readonly base: string;
  readonly ending: string;
  readonly precision: Precision | null;
}

/** Marks that stand between a model's name and the format: unsloth's dynamic and mradermacher's weighted GGUF files. */
const marks = /[-_.](UD|i1|dynamic|GGUF)$/i;

export function splitReuploadName(name: string): ReuploadName {
  const plain = name
    .replace(/\s*\([^)]*\)\s*$/, "")
    .replace(/\.gguf$/i, "")
    .replace(/-\d{5}-of-\d{5}$/, "");
  const found = endings.find(([ending]) => plain.length > ending.length && isEnding(plain, ending));
  if (found === undefined) return { base: plain, ending: "", precision: null };
  const [ending, precision] = found;
  // `gemma-3-27b-it-qat-q4_0-gguf`: the container's name stands behind that of the format.
  const inner = precision === null ? splitReuploadName(plain.slice(0, -(ending.length + 1))) : null;
  if (inner !== null && inner.precision !== null) return inner;
  return { base: plain.slice(0, -(ending.length + 1)).replace(marks, ""), ending, precision };
}

/** `Qwen3-8B-AWQ`, `Qwen3-8B_awq`, `Qwen3-8B.Q4_K_M`, and a tag of Ollama or llama.cpp: `Qwen3-8B-GGUF:Q4_K_M`. */
function isEnding(name: string, ending: string): boolean {
  const at = name.length - ending.length;
  return /[-_. :]/.test(name.charAt(at - 1)) && name.slice(at).toLowerCase() === ending.toLowerCase();
}

/** Base and instruction-tuned weights have one shape: names that differ in this only are one model for sizing. */
export const withoutTuning = (name: string): string =>
  looseName(withoutOrganisation(name))
    .replace(/^meta(?=llama)/, "")
    .replace(/((instruct|chat|it|base|pt|hf|qat|abliterated)(v\d+(\.\d+)*)?)+$/, "");

/** Formats that a name does not tell apart, or that are one for whoever reads the name: the bytes and the arithmetic are the same. */
const kinds: Partial<Record<Precision, string>> = {
  bf16: "16 bits",
  fp16: "16 bits",
  fp32: "16 bits",
  int8: "int8",
  "int8-w8a8": "int8",
  "int8-w8a16": "int8",
  "bnb-int8": "int8",
  "awq-int4": "int4",
  "gptq-int4": "int4",
  "int4-w4a16": "int4",
};

/** True where a name says one format and the request another. */
export const contradicts = (named: Precision, asked: Precision): boolean => (kinds[named] ?? named) !== (kinds[asked] ?? asked);
