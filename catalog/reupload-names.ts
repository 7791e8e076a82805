import type { Precision } from "../planner/layouts/precision.ts";
import { looseName, withoutOrganisation } from "./names.ts";

/**
 * Endings of quantised re-uploads, as RedHatAI, Qwen, unsloth, NVIDIA and the AWQ, GPTQ and GGUF communities write them. The first that
 * fits is taken, so longer ones come first. Null: the ending does not say which format.
 */
const endings: readonly (readonly [ending: string, precision: Precision | null])[] = [
  ["FP8-dynamic", "fp8"],
  ["FP8-block", "fp8"],
  ["FP8-KV", "fp8"],
  ["FP8", "fp8"],
  ["quantized.w4a16", "int4-w4a16"],
  ["quantized.w8a16", "int8-w8a16"],
  ["quantized.w8a8", "int8-w8a8"],
  ["w4a16", "int4-w4a16"],
  ["w8a16", "int8-w8a16"],
  ["w8a8", "int8-w8a8"],
  ["AWQ-INT4", "awq-int4"],
  ["AWQ-4bit", "awq-int4"],
  ["AWQ", "awq-int4"],
  ["GPTQ-Int8", "int8-w8a16"],
  ["GPTQ-Int4", "gptq-int4"],
  ["GPTQ-4bit", "gptq-int4"],
  ["GPTQ", "gptq-int4"],
  ["unsloth-bnb-4bit", "bnb-nf4"],
  ["bnb-4bit", "bnb-nf4"],
  ["NVFP4", "nvfp4"],
  ["MXFP4", "mxfp4"],
  ["INT4", "int4-w4a16"],
  ["Q4_K_M", "gguf-q4_k_m"],
  ["Q5_K_M", "gguf-q5_k_m"],
  ["Q6_K", "gguf-q6_k"],
  ["Q8_0", "gguf-q8_0"],
  ["GGUF", null],
];

/** A name apart from the ending that states a format. */
export interface ReuploadName {
  readonly base: string;
  readonly ending: string;
  readonly precision: Precision | null;
}

/** Reads the ending of a re-upload's name; a remark in parentheses and the `.gguf` of a file name do not count. */
export function splitReuploadName(name: string): ReuploadName {
  const plain = name.replace(/\s*\([^)]*\)\s*$/, "").replace(/\.gguf$/i, "");
  const found = endings.find(([ending]) => new RegExp(`[-_. ]${ending.replaceAll(".", "\\.")}$`, "i").test(plain));
  if (found === undefined) return { base: plain, ending: "", precision: null };
  const [ending, precision] = found;
  return { base: plain.slice(0, -(ending.length + 1)), ending, precision };
}

/** Base and instruction-tuned weights have one shape: names that differ in this only are one model for sizing. */
export const withoutTuning = (name: string): string => looseName(withoutOrganisation(name)).replace(/(instruct|chat|it|base|pt|hf)$/, "");
