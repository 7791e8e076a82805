import type { Architecture } from "../../catalog/schema/architecture.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { type GgufHeader, readGgufHeader } from "./gguf.ts";
import { configOfGguf, storageOfGguf } from "./gguf-facts.ts";
import { modelFacts } from "./model-facts.ts";
import { readJsonMapping } from "./read-json.ts";
import { headerTotal, indexTotal, type StoredTensors } from "./safetensors.ts";

/** The files of one model, as far as they were found. Reading them is the shell's work. */
export interface ModelFiles {
  /** Text of config.json. */
  readonly config: string | null;
  /** Text of model.safetensors.index.json. */
  readonly index: string | null;
  /** Headers of .safetensors files, JSON text, by file name; only where there is no index. */
  readonly headers: Readonly<Record<string, string>>;
  readonly gguf: { readonly name: string; readonly header: GgufHeader } | null;
}

export interface ModelReading {
  readonly id: string;
  /** What messages and `sources` call the place: `./my-model`. */
  readonly place: string;
  readonly asOf: string;
  readonly architectures: readonly Architecture[];
}

export type ReadModel = { readonly model: Model; readonly notes: readonly Finding[] } | { readonly findings: readonly Finding[] };

export { readGgufHeader };

/** Share by which the bytes of the files may differ from the sum over the shapes before it is said. */
const tolerance = 0.02;

/** A model from its own files: the shapes from config.json or the GGUF header, the bytes from whatever counts them. */
export function readModel(files: ModelFiles, reading: ModelReading): ReadModel {
  if (files.config === null) return files.gguf === null ? { findings: [noModel(reading.place)] } : readGguf(files.gguf, reading);
  const config = readJsonMapping(files.config, `${reading.place}/config.json`);
  if ("finding" in config) return { findings: [config.finding] };
  const { id, architectures, asOf, place } = reading;
  const facts = modelFacts({ id, config: config.value, architectures, source: `${place}/config.json`, asOf });
  if ("findings" in facts) return facts;
  const stored = storedTensors(files);
  if (stored !== null && "finding" in stored) return { findings: [stored.finding] };
  return withStored(facts.model, stored, place);
}

function readGguf({ name, header }: NonNullable<ModelFiles["gguf"]>, { id, architectures, asOf, place }: ModelReading): ReadModel {
  const facts = modelFacts({ id, config: configOfGguf(header), architectures, source: `${place}: header of ${name}`, asOf });
  if ("findings" in facts) return facts;
  const storage = storageOfGguf(header, name);
  if ("finding" in storage) return { findings: [storage.finding] };
  const { precision, quantization, total } = storage;
  const weightBytesNative = Math.round(total.bytes);
  const model = { ...facts.model, nativePrecision: precision, quantization, weightBytesNative };
  return { model: withCheckpoint(model, total, name), notes: mismatch(facts.model.parameters, total.weights, place) };
}

const noModel = (place: string): Finding => ({
  code: "not-a-model",
  path: place,
  message: "there is neither a config.json nor a GGUF file",
  suggestion: "name the folder of a Hugging Face model, its config.json, or a .gguf file",
});

function storedTensors(files: ModelFiles): StoredTensors | { readonly finding: Finding } | null {
  if (files.index !== null) return indexTotal(files.index);
  const headers = Object.entries(files.headers);
  let bytes = 0;
  let weights = 0;
  for (const [file, text] of headers) {
    const header = headerTotal(text, file);
    if ("finding" in header) return header;
    bytes += header.bytes;
    weights += header.weights ?? 0;
  }
  return headers.length === 0 ? null : { bytes, weights };
}

const withCheckpoint = (model: Model, { bytes }: StoredTensors, from: string): Model => ({
  ...model,
  checkpointBytes: Math.round(bytes),
  checkpointBytesBasis: `tensors listed in ${from}`,
});

/** The files' own count corrects the vision tower, which is the one part that the shapes only approximate; other differences are said. */
function withStored(model: Model, stored: StoredTensors | null, place: string): ReadModel {
  if (stored === null) return { model, notes: [] };
  const counted = withCheckpoint(model, stored, place);
  if (model.quantization !== null) return { model: counted, notes: [] };
  const bytesPerWeight = model.nativePrecision === "fp32" ? 4 : 2;
  const weights = stored.weights ?? stored.bytes / bytesPerWeight;
  const vision = model.visionTower;
  if (vision === null) return { model: counted, notes: mismatch(model.parameters + (model.mtp?.params ?? 0), weights, place) };
  const params = Math.round(weights - model.parametersLanguage - (model.mtp?.params ?? 0));
  if (params <= 0) return { model: counted, notes: mismatch(model.parameters, weights, place) };
  const parameters = model.parametersLanguage + params;
  return {
    model: { ...counted, visionTower: { ...vision, params }, parameters, weightBytesNative: parameters * bytesPerWeight },
    notes: [],
  };
}

function mismatch(computed: number, stored: number | null, place: string): Finding[] {
  if (stored === null || Math.abs(stored / computed - 1) <= tolerance) return [];
  return [
    {
      code: "files-differ-from-config",
      path: place,
      message: `the files hold ${Math.round(stored)} weights, the shapes add up to ${computed}`,
      value: Math.round(stored),
      limit: computed,
      unit: "weights",
      suggestion: "check that the files and config.json are of one model; sizes are computed from the shapes",
    },
  ];
}
