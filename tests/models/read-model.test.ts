import fc from "fast-check";
import { expect, test } from "vitest";
import { findModel } from "../../catalog/lookup.ts";
import { readGgufHeader } from "../../planner/models/gguf.ts";
import { type ModelFiles, readModel } from "../../planner/models/read-model.ts";
import { catalog, gpuNamed, release, sized } from "../memory/sizing.ts";
import { ggufHeader, llamaGguf } from "./gguf-file.ts";

const none: ModelFiles = { config: null, index: null, headers: {}, gguf: null };
const reading = { id: "acme/own", place: "./own", asOf: "2026-01-01", architectures: catalog.architectures };
const llama = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  torch_dtype: "bfloat16",
};
const config = JSON.stringify(llama);
const read = (files: Partial<ModelFiles>) => readModel({ ...none, ...files }, reading);
const model = (files: Partial<ModelFiles>) => {
  const found = read(files);
  if ("findings" in found) throw new Error(JSON.stringify(found.findings));
  return found;
};
const codes = (files: Partial<ModelFiles>) => {
  const found = read(files);
  return "findings" in found ? found.findings.map(({ code, path }) => `${code} ${path}`) : [];
};

test("a model from its files is sized as the catalog's own row", () => {
  const own = model({ config }).model;
  const known = findModel(catalog, "meta-llama/Llama-3.1-8B-Instruct");
  if (known === undefined) throw new Error("not in the catalog");
  for (const precision of ["bf16", "fp8", "awq-int4"] as const) {
    const wish = { precision, maxModelLen: 8192 };
    const figures = (of: typeof own) => ({
      ...sized(of, gpuNamed("h100-sxm-80gb"), release("0.19.0"), wish).memory,
      kvBytesPerSequence: null,
    });
    expect(figures(own)).toEqual(figures(known));
  }
});

test("the index of the weights says what a node downloads, and that the files are of another model", () => {
  const index = (total_size: number) => JSON.stringify({ metadata: { total_size }, weight_map: {} });
  const right = model({ config, index: index(16_060_522_496) });
  expect(right.model.checkpointBytes).toBe(16_060_522_496);
  expect(right.notes).toEqual([]);
  expect(model({ config, index: index(32_000_000_000) }).notes).toMatchObject([
    { code: "files-differ-from-config", path: "./own", unit: "weights" },
  ]);
});

test("headers of the weights count for the vision tower, whose shape only says it roughly", () => {
  const vision = {
    model_type: "siglip_vision_model",
    hidden_size: 1152,
    num_hidden_layers: 27,
    intermediate_size: 4304,
    patch_size: 14,
    image_size: 896,
  };
  const multimodal = JSON.stringify({ model_type: "llava", text_config: llama, vision_config: vision });
  const rough = model({ config: multimodal }).model;
  const header = JSON.stringify({
    __metadata__: { format: "pt" },
    all: { dtype: "BF16", shape: [8_030_261_248 + 421_290_864], data_offsets: [0, 1] },
  });
  const exact = model({ config: multimodal, headers: { "model.safetensors": header } }).model;
  expect(rough.visionTower?.params).toBeGreaterThan(0.9 * 421_290_864);
  expect(exact.visionTower?.params).toBe(421_290_864);
  expect(exact.parameters).toBe(8_030_261_248 + 421_290_864);
});

test("files that are cut off, empty or of something else are named", () => {
  expect(codes({})).toEqual(["not-a-model ./own"]);
  for (const end of [1, 40, config.length - 1])
    expect(codes({ config: config.slice(0, end) })).toEqual(["unreadable-model-file ./own/config.json"]);
  for (const text of ["", "[]", "7", "null", "<html>"])
    expect(codes({ config: text })).toEqual(["unreadable-model-file ./own/config.json"]);
  expect(codes({ config, headers: { "model.safetensors": "" } })).toEqual(["unreadable-model-file model.safetensors"]);
  expect(codes({ config, headers: { "a.safetensors": '{"x": {"dtype": "F2", "shape": [1]}}' } })).toEqual([
    "unreadable-model-file a.safetensors",
  ]);
});

test("numbers that Python writes and JSON does not know are read over", () => {
  const python = config.replace("{", '{"time_step_limit": [0.0, Infinity], "nan": NaN, "text": "-Infinity: stays",');
  expect(model({ config: python }).model.parameters).toBe(8_030_261_248);
});

const header = (bytes: Uint8Array) => {
  const found = readGgufHeader(bytes, "model.gguf");
  if (!("tensors" in found)) throw new Error(JSON.stringify(found));
  return found;
};

test("a GGUF header gives the shapes, and its mixture tensor by tensor", () => {
  const own = model({ gguf: { name: "model.gguf", header: header(llamaGguf(32)) } }).model;
  expect(own).toMatchObject({
    parameters: 8_030_261_248,
    numKvHeads: 8,
    headDim: 128,
    tieWordEmbeddings: false,
    nativePrecision: "gguf-q4_k_m",
  });
  // The published Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf has 4,920,734,272 bytes, some 8 MB of them vocabulary.
  expect(own.checkpointBytes).toBeGreaterThan(4.9e9);
  expect(own.checkpointBytes).toBeLessThan(4.920734272e9);
  const { memory } = sized(own, gpuNamed("rtx-4090"), release("0.5.0", "llama.cpp"), { maxModelLen: 8192 });
  expect(Math.abs(memory.weightBytes / (own.checkpointBytes ?? 0) - 1)).toBeLessThan(2e-4);
});

test("the catalog's mixture of Q4_K_M comes to what the tensors of such a file take", () => {
  const bytes = model({ gguf: { name: "model.gguf", header: header(llamaGguf(32)) } }).model.checkpointBytes ?? 0;
  const known = findModel(catalog, "meta-llama/Llama-3.1-8B-Instruct");
  if (known === undefined) throw new Error("not in the catalog");
  const { memory } = sized(known, gpuNamed("rtx-4090"), release("0.5.0", "llama.cpp"), { precision: "gguf-q4_k_m", maxModelLen: 8192 });
  expect(Math.abs(memory.weightBytes / bytes - 1)).toBeLessThan(1e-3);
});

test("a GGUF header that goes on behind the bytes given asks for more, and other bytes are refused", () => {
  const whole = llamaGguf(2);
  fc.assert(
    fc.property(fc.integer({ min: 24, max: whole.length - 1 }), (end) => {
      expect(readGgufHeader(whole.subarray(0, end), "model.gguf")).toEqual({ more: true });
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(readGgufHeader(bytes, "model.gguf")).toMatchObject({ finding: { code: "unreadable-model-file" } });
    }),
  );
  const future = ggufHeader({}, []);
  future[4] = 9;
  expect(readGgufHeader(future, "model.gguf")).toMatchObject({ finding: { code: "unreadable-model-file", path: "model.gguf" } });
});

test("an architecture of GGUF that is not known is answered as one of a config.json is", () => {
  const strange = header(ggufHeader({ "general.architecture": "rwkv7" }, []));
  expect(codes({ gguf: { name: "model.gguf", header: strange } })).toEqual(["unknown-architecture model_type"]);
});
