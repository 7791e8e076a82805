import type { Finding } from "../finding.ts";

/** One tensor of a GGUF file. */
export interface GgufTensor {
  readonly name: string;
  /** Number of weights. */
  readonly weights: number;
  /** ggml's number of the type. */
  readonly type: number;
}

export interface GgufHeader {
  readonly metadata: Readonly<Record<string, GgufValue>>;
  readonly tensors: readonly GgufTensor[];
}

/** Lists are kept as their length: what is long in a header is the vocabulary, and only its size counts here. */
export type GgufValue = string | number | boolean | { readonly length: number; readonly first: number | null };

/** `more` when the header goes on beyond these bytes. */
export type GgufReading = GgufHeader | { readonly more: true } | { readonly finding: Finding };

const magic = 0x46554747;
const oldestVersion = 2;
const newestVersion = 3;
/** No model has as many; a larger number means that this is no header. */
const mostEntries = 2 ** 22;

const sizes: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const stringType = 8;
const arrayType = 9;

class EndOfBytes extends Error {}

/** Reads metadata and tensor list of a GGUF file (ggml docs/gguf.md) from the bytes at its beginning. */
export function readGgufHeader(bytes: Uint8Array, file: string): GgufReading {
  const refuse = (message: string): GgufReading => ({
    finding: {
      code: "unreadable-model-file",
      path: file,
      message,
      suggestion: "fetch the file again, or name the folder with config.json",
    },
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 24) return refuse("is too short to be a GGUF file");
  if (view.getUint32(0, true) !== magic) return refuse("is no GGUF file: it does not begin with GGUF");
  const version = view.getUint32(4, true);
  if (version < oldestVersion || version > newestVersion)
    return refuse(`has GGUF version ${version}; ${oldestVersion} and ${newestVersion} can be read`);
  try {
    const cursor = new Cursor(view, 8);
    const tensorCount = cursor.long();
    const entryCount = cursor.long();
    if (tensorCount > mostEntries || entryCount > mostEntries) return refuse("has an absurd number of tensors or of metadata entries");
    const metadata: Record<string, GgufValue> = {};
    for (let index = 0; index < entryCount; index++) {
      const key = cursor.text();
      metadata[key] = cursor.value(cursor.word());
    }
    const tensors = Array.from({ length: tensorCount }, () => cursor.tensor());
    return { metadata, tensors };
  } catch (error) {
    if (error instanceof EndOfBytes) return { more: true };
    if (error instanceof RangeError) return refuse("is damaged: an entry of its header cannot be read");
    throw error;
  }
}

class Cursor {
  readonly #view: DataView;
  #offset: number;

  constructor(view: DataView, offset: number) {
    this.#view = view;
    this.#offset = offset;
  }

  #take(length: number): number {
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError("length");
    if (this.#offset + length > this.#view.byteLength) throw new EndOfBytes();
    const start = this.#offset;
    this.#offset += length;
    return start;
  }

  word(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  long(): number {
    const value = this.#view.getBigUint64(this.#take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError("number");
    return Number(value);
  }

  text(): string {
    const length = this.long();
    const start = this.#take(length);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length));
  }

  value(type: number): GgufValue {
    if (type === stringType) return this.text();
    if (type === arrayType) return this.#list();
    const size = sizes[type];
    if (size === undefined || size === 0) throw new RangeError("type");
    return this.#scalar(type, this.#take(size));
  }

  #list(): GgufValue {
    const type = this.word();
    const length = this.long();
    const size = sizes[type];
    if (type === stringType) for (let index = 0; index < length; index++) this.#take(this.long());
    else if (size === undefined || size === 0) throw new RangeError("type");
    else {
      const start = this.#take(size * length);
      const first = length > 0 ? Number(this.#scalar(type, start)) : null;
      return { length, first };
    }
    return { length, first: null };
  }

  #scalar(type: number, at: number): number | boolean {
    const view = this.#view;
    switch (type) {
      case 0:
        return view.getUint8(at);
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getUint16(at, true);
      case 3:
        return view.getInt16(at, true);
      case 4:
        return view.getUint32(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getFloat32(at, true);
      case 7:
        return view.getUint8(at) !== 0;
      case 10:
        return Number(view.getBigUint64(at, true));
      case 11:
        return Number(view.getBigInt64(at, true));
      default:
        return view.getFloat64(at, true);
    }
  }

  tensor(): GgufTensor {
    const name = this.text();
    const dimensions = this.word();
    if (dimensions > 8) throw new RangeError("dimensions");
    let weights = 1;
    for (let index = 0; index < dimensions; index++) weights *= this.long();
    const type = this.word();
    this.#take(8);
    return { name, weights, type };
  }
}
