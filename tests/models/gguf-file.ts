/** Writes headers of GGUF files, version 3, as ggml's docs/gguf.md describes them. */

export type MetadataValue = number | string | boolean | readonly string[];

export interface TensorInfo {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** ggml's number of the type: 0 F32, 1 F16, 12 Q4_K, 14 Q6_K. */
  readonly type: number;
}

export function ggufHeader(metadata: Readonly<Record<string, MetadataValue>>, tensors: readonly TensorInfo[]): Uint8Array {
  const parts: Buffer[] = [Buffer.from("GGUF"), word(3), long(tensors.length), long(Object.keys(metadata).length)];
  for (const [key, value] of Object.entries(metadata)) parts.push(text(key), ...encoded(value));
  for (const { name, dimensions, type } of tensors)
    parts.push(text(name), word(dimensions.length), ...dimensions.map(long), word(type), long(0));
  return new Uint8Array(Buffer.concat(parts));
}

function encoded(value: MetadataValue): Buffer[] {
  if (typeof value === "number") return [word(4), word(value)];
  if (typeof value === "boolean") return [word(7), Buffer.from([value ? 1 : 0])];
  if (typeof value === "string") return [word(8), text(value)];
  return [word(9), word(8), long(value.length), ...value.map(text)];
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

const text = (value: string): Buffer => Buffer.concat([long(Buffer.byteLength(value)), Buffer.from(value)]);

/** A Llama of `layers` layers in the mixture Q4_K_M: half of attn_v and ffn_down in Q6_K, and the output table. */
export function llamaGguf(layers: number): Uint8Array {
  const [hidden, wide, keys, words] = [4096, 14336, 1024, 128256];
  const q4 = 12;
  const q6 = 14;
  const block = (layer: number): TensorInfo[] => {
    const mixed = layer % 2 === 0 ? q6 : q4;
    const at = (name: string, rows: number, columns: number, type: number) => ({
      name: `blk.${layer}.${name}.weight`,
      dimensions: [columns, rows],
      type,
    });
    return [
      at("attn_norm", hidden, 1, 0),
      at("attn_q", hidden, hidden, q4),
      at("attn_k", keys, hidden, q4),
      at("attn_v", keys, hidden, mixed),
      at("attn_output", hidden, hidden, q4),
      at("ffn_norm", hidden, 1, 0),
      at("ffn_gate", wide, hidden, q4),
      at("ffn_up", wide, hidden, q4),
      at("ffn_down", hidden, wide, mixed),
    ];
  };
  const metadata = {
    "general.architecture": "llama",
    "general.file_type": 15,
    "llama.block_count": layers,
    "llama.context_length": 131072,
    "llama.embedding_length": hidden,
    "llama.feed_forward_length": wide,
    "llama.attention.head_count": 32,
    "llama.attention.head_count_kv": 8,
    "llama.vocab_size": words,
    "tokenizer.ggml.tokens": ["<s>", "</s>", "a"],
  };
  return ggufHeader(metadata, [
    { name: "token_embd.weight", dimensions: [hidden, words], type: q4 },
    ...Array.from({ length: layers }, (_, layer) => block(layer)).flat(),
    { name: "output_norm.weight", dimensions: [hidden], type: 0 },
    { name: "output.weight", dimensions: [hidden, words], type: q6 },
  ]);
}
