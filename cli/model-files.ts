import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { Finding } from "../planner/finding.ts";
import { type ModelFiles, type ReadModel, readGgufHeader, readModel } from "../planner/models/read-model.ts";

/** A model is named by its files when the name is a path: `./my-model`, `../x/config.json`, `/models/y.gguf`. */
export const isModelPath = (name: string): boolean => /^(\.{1,2})?\//.test(name);

/** Bytes of a GGUF header at first, and at most: vocabularies make it long, tensors are never in it. */
const firstBytes = 2 ** 24;
const mostBytes = 2 ** 29;
/** The length of a safetensors header stands in its first eight bytes; its format allows no more than this. */
const mostHeaderBytes = 100_000_000;

/**
 * Reads what a folder, a config.json or a .gguf file says of a model. `name` is how it is called, relative to `directory`; without an id of
 * its own the model is called after its folder or file.
 */
export function readModelPath(name: string, directory: string, catalog: Catalog, id?: string): ReadModel {
  const path = resolve(directory, name);
  try {
    const files = filesAt(path);
    if ("finding" in files) return { findings: [files.finding] };
    const called = id ?? basename(path.endsWith("config.json") ? dirname(path) : path).replace(/\.gguf$/i, "");
    const read = readModel(files, { id: called, place: name, asOf: catalog.asOf, architectures: catalog.architectures });
    return "model" in read ? { ...read, model: { ...read.model, aliases: called === name ? [] : [name] } } : read;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return { findings: [unreadable(name, code)] };
  }
}

/** What is wrong with a model's files, said of the field that names the model: what follows the field's name tells which part of which file. */
export const ofNamingField = (finding: Finding, field: string, name: string): Finding => ({
  ...finding,
  path: field,
  message: `${finding.path || name}: ${finding.message}`,
});

function filesAt(path: string): ModelFiles | { readonly finding: Finding } {
  const none: ModelFiles = { config: null, index: null, headers: {}, gguf: null };
  if (statSync(path).isFile()) {
    if (/\.gguf$/i.test(path)) return withGguf(none, path);
    const beside = dirname(path);
    return { ...none, config: readFileSync(path, "utf8"), ...weightFiles(beside, readdirSync(beside)) };
  }
  const names = readdirSync(path).toSorted();
  if (names.includes("config.json")) {
    return { ...none, config: readFileSync(join(path, "config.json"), "utf8"), ...weightFiles(path, names) };
  }
  const gguf = names.find((file) => /\.gguf$/i.test(file));
  return gguf === undefined ? none : withGguf(none, join(path, gguf));
}

function weightFiles(folder: string, names: readonly string[]): Pick<ModelFiles, "index" | "headers"> {
  const index = names.find((file) => file === "model.safetensors.index.json");
  if (index !== undefined) return { index: readFileSync(join(folder, index), "utf8"), headers: {} };
  const weights = names.filter((file) => file.endsWith(".safetensors"));
  return { index: null, headers: Object.fromEntries(weights.map((file) => [file, safetensorsHeader(join(folder, file))])) };
}

/** The JSON at the beginning of a .safetensors file; an empty text when there is none. */
function safetensorsHeader(path: string): string {
  const start = head(path, 8);
  const length = start.byteLength < 8 ? 0 : Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length === 0 || length > mostHeaderBytes) return "";
  return new TextDecoder().decode(head(path, 8 + length).subarray(8));
}

function withGguf(files: ModelFiles, path: string): ModelFiles | { readonly finding: Finding } {
  const name = basename(path);
  for (let length = firstBytes; ; length *= 4) {
    const bytes = head(path, length);
    const header = readGgufHeader(bytes, name);
    if ("finding" in header) return header;
    if (!("more" in header)) return { ...files, gguf: { name, header } };
    if (bytes.byteLength < length || length >= mostBytes) {
      const message = "is cut off: its header goes on behind the end of the file";
      return { finding: { code: "unreadable-model-file", path: name, message, suggestion: "fetch the file again" } };
    }
  }
}

/** The first bytes of a file, fewer where it is shorter. */
function head(path: string, length: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(Math.min(length, fstatSync(file).size));
    let filled = 0;
    while (filled < bytes.byteLength) {
      const read = readSync(file, bytes, filled, bytes.byteLength - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

const unreadable = (name: string, code: string): Finding => ({
  code: "unreadable-file",
  path: name,
  message: code === "ENOENT" ? "there is no such file or folder" : `cannot be read (${code})`,
  suggestion: "name the folder of a Hugging Face model, its config.json, or a .gguf file",
});
