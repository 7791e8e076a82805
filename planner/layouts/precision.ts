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
  "gguf-q4_k_m",
  "gguf-q5_k_m",
  "gguf-q6_k",
  "gguf-q8_0",
] as const;

export type Precision = (typeof precisions)[number];
