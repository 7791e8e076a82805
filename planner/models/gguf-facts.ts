import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import type { Precision } from "../layouts/precision.ts";
import type { GgufHeader, GgufTensor, GgufValue } from "./gguf.ts";
import type { StoredTensors } from "./safetensors.ts";

type Quantization = NonNullable<Model["quantization"]>;
type Role = Quantization["stores"][number]["roles"][number];

/** `general.architecture` of GGUF -> `model_type` of Hugging Face, where they differ. */
const modelTypes: Readonly<Record<string, string>> = {
  deepseek2: "deepseek_v3",
  qwen2moe: "qwen2_moe",
  qwen3moe: "qwen3_moe",
  qwen3next: "qwen3_next",
  qwen35: "qwen3_5",
  qwen35moe: "qwen3_5_moe",
  gemma3: "gemma3_text",
  gemma4: "gemma4_text",
  "gpt-oss": "gpt_oss",
  "command-r": "cohere",
  phi2: "phi",
  granitemoe: "granitemoe",
  glm4moe: "glm4_moe",
  llama4: "llama4_text",
  starcoder2: "starcoder2",
  bert: "bert",
};

/** The keys of a GGUF header, behind the architecture's name, that say what a config.json says. */
const keys: Readonly<Record<string, string>> = {
  block_count: "num_hidden_layers",
  embedding_length: "hidden_size",
  feed_forward_length: "intermediate_size",
  context_length: "max_position_embeddings",
  vocab_size: "vocab_size",
  "attention.head_count": "num_attention_heads",
  "attention.head_count_kv": "num_key_value_heads",
  "attention.key_length": "head_dim",
  "attention.sliding_window": "sliding_window",
  "attention.kv_lora_rank": "kv_lora_rank",
  "attention.q_lora_rank": "q_lora_rank",
  "rope.dimension_count": "rope_dimension_count",
  expert_count: "num_experts",
  expert_used_count: "num_experts_per_tok",
  expert_feed_forward_length: "moe_intermediate_size",
  expert_shared_feed_forward_length: "shared_expert_intermediate_size",
  expert_shared_count: "n_shared_experts",
  leading_dense_block_count: "first_k_dense_replace",
  full_attention_interval: "full_attention_interval",
};

const single = (value: GgufValue | undefined): unknown => (typeof value === "object" ? value.first : value);

/** A config.json that says of the model what the header does. */
export function configOfGguf({ metadata, tensors }: GgufHeader): Readonly<Record<string, unknown>> {
  const name = String(metadata["general.architecture"] ?? "");
  const config: Record<string, unknown> = { model_type: modelTypes[name] ?? name };
  for (const [key, field] of Object.entries(keys)) {
    const value = single(metadata[`${name}.${key}`]);
    if (value !== undefined && value !== null) config[field] = value;
  }
  const tokens = metadata["tokenizer.ggml.tokens"];
  if (config.vocab_size === undefined && typeof tokens === "object") config.vocab_size = tokens.length;
  config.tie_word_embeddings = !tensors.some((tensor) => tensor.name === "output.weight");
  if (name === "llama" && config.num_experts !== undefined) {
    config.model_type = "mixtral";
    config.num_local_experts = config.num_experts;
  }
  if (typeof config.kv_lora_rank === "number") Object.assign(config, latentHeads(config, metadata, name));
  if (tensors.some((tensor) => tensor.name.endsWith("attn_q.bias"))) config.attention_bias = true;
  return config;
}

/** MLA: the key length counts both parts of a key, the rotary dimension is one of them. */
function latentHeads(config: Record<string, unknown>, metadata: GgufHeader["metadata"], name: string): Record<string, unknown> {
  const key = Number(single(metadata[`${name}.attention.key_length_mla`]) ?? config.head_dim ?? 0);
  const rope = Number(config.rope_dimension_count ?? 0);
  const value = single(metadata[`${name}.attention.value_length_mla`]) ?? single(metadata[`${name}.attention.value_length`]);
  return { qk_rope_head_dim: rope, qk_nope_head_dim: key - rope, v_head_dim: value };
}

/** Bytes of a block and the weights in it, by ggml's number of the type (ggml-common.h). */
const blocks: Readonly<Record<number, readonly [bytes: number, weights: number]>> = {
  0: [4, 1],
  1: [2, 1],
  2: [18, 32],
  3: [20, 32],
  6: [22, 32],
  7: [24, 32],
  8: [34, 32],
  10: [84, 256],
  11: [110, 256],
  12: [144, 256],
  13: [176, 256],
  14: [210, 256],
  16: [66, 256],
  17: [74, 256],
  18: [98, 256],
  19: [50, 256],
  20: [18, 32],
  21: [110, 256],
  22: [82, 256],
  23: [136, 256],
  29: [56, 256],
  30: [2, 1],
  39: [17, 32],
};

/** `general.file_type` -> the precision it goes by here. */
const fileTypes: Readonly<Record<number, Precision>> = {
  0: "fp32",
  1: "fp16",
  2: "gguf-q4_0",
  3: "gguf-q4_1",
  7: "gguf-q8_0",
  8: "gguf-q5_0",
  9: "gguf-q5_1",
  10: "gguf-q2_k",
  11: "gguf-q3_k_s",
  12: "gguf-q3_k_m",
  13: "gguf-q3_k_l",
  14: "gguf-q4_k_s",
  15: "gguf-q4_k_m",
  16: "gguf-q5_k_s",
  17: "gguf-q5_k_m",
  18: "gguf-q6_k",
  25: "gguf-iq4_nl",
  30: "gguf-iq4_xs",
  32: "bf16",
  38: "mxfp4",
};

export interface GgufStorage {
  readonly total: StoredTensors;
  readonly precision: Precision;
  /** Null for files in 16 or 32 bits. */
  readonly quantization: Quantization | null;
}

/** What the tensors of the file take, role by role: mixtures are counted, not looked up. */
export function storageOfGguf({ metadata, tensors }: GgufHeader, file: string): GgufStorage | { readonly finding: Finding } {
  const unknown = tensors.find((tensor) => blocks[tensor.type] === undefined);
  if (unknown !== undefined) {
    const message = `the tensor ${JSON.stringify(unknown.name)} has the type ${unknown.type}, which is not known`;
    return { finding: { code: "unreadable-model-file", path: file, message, suggestion: "use a file of another quantisation" } };
  }
  const bytes = tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  const weights = tensors.reduce((sum, tensor) => sum + tensor.weights, 0);
  const precision = fileTypes[Number(metadata["general.file_type"] ?? -1)] ?? nearestType(bytes / weights);
  const total = { bytes, weights };
  if (precision === "fp32" || precision === "fp16" || precision === "bf16") return { total, precision, quantization: null };
  const stores = (["attention", "mlp", "expert", "embedding", "head"] as const).flatMap((role) => {
    const own = tensors.filter((tensor) => roleOf(tensor.name) === role);
    const count = own.reduce((sum, tensor) => sum + tensor.weights, 0);
    if (count === 0) return [];
    const bytesPerWeight = own.reduce((sum, tensor) => sum + bytesOf(tensor), 0) / count;
    return [{ roles: [role], bytesPerWeight, scale: { per: "none" as const, size: null, bytes: 0 } }];
  });
  return {
    total,
    precision,
    quantization: { precision, stores, tile: null, expertTile: null, kvCacheDtype: null, source: `tensors of ${file}` },
  };
}

function bytesOf(tensor: GgufTensor): number {
  const [bytes, weights] = blocks[tensor.type] ?? [2, 1];
  return (tensor.weights / weights) * bytes;
}

/** Files made by hand carry no type of their own: the one whose width is next. */
function nearestType(bytesPerWeight: number): Precision {
  const widths: readonly (readonly [Precision, number])[] = [
    ["gguf-q2_k", 0.39],
    ["gguf-q3_k_m", 0.5],
    ["gguf-q4_k_m", 0.61],
    ["gguf-q5_k_m", 0.71],
    ["gguf-q6_k", 0.82],
    ["gguf-q8_0", 1.06],
    ["fp16", 2],
    ["fp32", 4],
  ];
  return widths.reduce((best, next) => (Math.abs(next[1] - bytesPerWeight) < Math.abs(best[1] - bytesPerWeight) ? next : best))[0];
}

function roleOf(name: string): Role | null {
  if (name === "token_embd.weight") return "embedding";
  if (name === "output.weight") return "head";
  if (/norm|\.bias$|rope_freqs|ffn_gate_inp/.test(name)) return null;
  if (/_exps\./.test(name)) return "expert";
  if (/\.ffn_/.test(name)) return "mlp";
  return /\.(attn|ssm)_/.test(name) ? "attention" : null;
}
