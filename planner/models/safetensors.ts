import type { Finding } from "../finding.ts";
import { isMapping } from "./fields.ts";
import { readJsonMapping } from "./read-json.ts";

/** Bytes and weights in the files of a model. */
export interface StoredTensors {
  readonly bytes: number;
  /** Null where only the bytes are known. */
  readonly weights: number | null;
}

/** `metadata.total_size` of model.safetensors.index.json: bytes of all tensors; null when the file does not say. */
export function indexTotal(text: string): StoredTensors | null {
  const read = readJsonMapping(text, "model.safetensors.index.json");
  if (!("value" in read) || !isMapping(read.value.metadata)) return null;
  const bytes = read.value.metadata.total_size;
  const weights = read.value.metadata.total_parameters;
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes <= 0) return null;
  return { bytes, weights: typeof weights === "number" && Number.isSafeInteger(weights) && weights > 0 ? weights : null };
}

/** Bits of one element by safetensors' names of types. */
const elementBits: Readonly<Record<string, number>> = {
  F64: 64,
  I64: 64,
  U64: 64,
  F32: 32,
  I32: 32,
  U32: 32,
  F16: 16,
  BF16: 16,
  I16: 16,
  U16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  I8: 8,
  U8: 8,
  BOOL: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
};

/** The header of one .safetensors file, without the eight bytes of its length: every tensor with its type and shape. */
export function headerTotal(text: string, file: string): StoredTensors | { readonly finding: Finding } {
  const read = readJsonMapping(text, file);
  if (!("value" in read)) return read;
  let bytes = 0;
  let weights = 0;
  for (const [name, tensor] of Object.entries(read.value)) {
    if (name === "__metadata__") continue;
    const bits = isMapping(tensor) ? elementBits[String(tensor.dtype)] : undefined;
    const shape = isMapping(tensor) && Array.isArray(tensor.shape) ? tensor.shape : null;
    if (bits === undefined || shape === null || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      const message = `the tensor ${JSON.stringify(name)} has no known dtype or no shape`;
      return { finding: { code: "unreadable-model-file", path: file, message, suggestion: "fetch the file again" } };
    }
    const count = shape.reduce<number>((product, size) => product * Number(size), 1);
    bytes += (count * bits) / 8;
    weights += count;
  }
  return { bytes, weights };
}
