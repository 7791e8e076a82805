/** Formats in which weights are stored. Their bytes, scales and compute types stand in catalog/engines (formats). */
export const precisions = [
  "bf16",
  "fp16",
  "fp32",
  "fp8",
  "int8",
  "int8-w8a8",
  "int8-w8a16",
  "awq-int4",
  "gptq-int4",
  "int4-w4a16",
  "nvfp4",
  "mxfp4",
  "bnb-nf4",
  "bnb-int8",
  "gguf-q2_k",
  "gguf-q3_k_s",
  "gguf-q3_k_m",
  "gguf-q3_k_l",
  "gguf-q4_0",
  "gguf-q4_1",
  "gguf-q4_k_s",
  "gguf-q4_k_m",
  "gguf-iq4_xs",
  "gguf-iq4_nl",
  "gguf-q5_0",
  "gguf-q5_1",
  "gguf-q5_k_s",
  "gguf-q5_k_m",
  "gguf-q6_k",
  "gguf-q8_0",
] as const;

export type Precision = (typeof precisions)[number];

/** The format whose speed was fitted, for those that nobody measured apart: GGUF mixtures of about the same width, LLM.int8() as W8A16. */
export function fittedAs(precision: Precision): Precision {
  if (precision === "bnb-int8") return "int8-w8a16";
  if (/^gguf-(q[234]|iq)/.test(precision)) return "gguf-q4_k_m";
  return /^gguf-q5/.test(precision) ? "gguf-q5_k_m" : precision;
}
