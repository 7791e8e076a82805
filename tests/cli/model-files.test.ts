import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { llamaGguf } from "../models/gguf-file.ts";
import { gpufleet, jsonLines } from "./fixtures/run.ts";

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

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "gpufleet-models-"));
  const folder = (name: string, files: Readonly<Record<string, string | Uint8Array>>) => {
    mkdirSync(join(directory, name));
    for (const [file, content] of Object.entries(files)) writeFileSync(join(directory, name, file), content);
  };
  folder("own-llama", { "config.json": JSON.stringify(llama) });
  folder("weights", { "config.json": JSON.stringify(llama), "model.safetensors": safetensors(8_030_261_248) });
  folder("gguf", { "own-Q4_K_M.gguf": llamaGguf(32) });
  folder("cut", { "config.json": JSON.stringify(llama).slice(0, 60) });
  folder("empty", {});
  folder("strange", { "config.json": JSON.stringify({ ...llama, model_type: "retnet" }) });
  folder("absurd", { "config.json": JSON.stringify({ ...llama, num_hidden_layers: 1e12 }) });
  writeFileSync(join(directory, "own.fleet.yaml"), spec("./own-llama", "bf16", "weights: { source: s3, uri: s3://models/own }"));
  writeFileSync(join(directory, "hub.fleet.yaml"), spec("./own-llama", "bf16"));
  writeFileSync(join(directory, "cut.fleet.yaml"), spec("./cut", "bf16", "weights: { source: s3, uri: s3://models/own }"));
  writeFileSync(join(directory, "copy.fleet.yaml"), spec("RedHatAI/Llama-3.1-8B-Instruct-FP8-dynamic", "fp8"));
  writeFileSync(join(directory, "contradiction.fleet.yaml"), spec("RedHatAI/Llama-3.1-8B-Instruct-FP8-dynamic", "awq-int4"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const spec = (model: string, precision: string, more = "") => `fleet: acme
workloads:
  - { name: chat, model: ${model}, precision: ${precision}, qps: 1, averageContext: 1000${more === "" ? "" : `, ${more}`} }
`;

/** A file with one tensor of so many 16-bit weights; the weights themselves are not in it, and nobody reads them. */
function safetensors(weights: number): Uint8Array {
  const header = Buffer.from(JSON.stringify({ all: { dtype: "BF16", shape: [weights], data_offsets: [0, 2 * weights] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([length, header]));
}

const run = (...argv: string[]) => gpufleet(argv, { directory });

test("add-model prints a row that overrides take", async () => {
  const { code, out, err } = await run("catalog", "add-model", "./own-llama", "--id", "acme/own-llama");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(parse(out).models).toMatchObject([
    { id: "acme/own-llama", parameters: 8_030_261_248, numKvHeads: 8, weightLayout: { kind: "decoder" } },
  ]);
});

test("add-model --write adds the row once, keeps the rest of the file, and a spec can then name it", async () => {
  const file = join(directory, "catalog.local.yaml");
  writeFileSync(file, "# ours\ndiscounts: [{ cloud: aws, market: on-demand, percent: 12 }]\n");
  const add = () => run("catalog", "add-model", "./weights", "--id", "acme/own", "--write", "catalog.local.yaml");
  expect(await add()).toMatchObject({ code: 0, out: "Added acme/own in catalog.local.yaml\n" });
  expect(await add()).toMatchObject({ code: 0, out: "Replaced acme/own in catalog.local.yaml\n" });
  const written = readFileSync(file, "utf8");
  expect(written).toMatch(/^# ours\n/);
  expect(parse(written)).toMatchObject({ discounts: [{ percent: 12 }], models: [{ id: "acme/own", checkpointBytes: 16_060_522_496 }] });
  writeFileSync(join(directory, "local.fleet.yaml"), `catalogOverrides: catalog.local.yaml\n${spec("acme/own", "fp8")}`);
  expect(await run("validate", "local.fleet.yaml")).toMatchObject({ code: 0 });
});

test.each([
  ["./cut", "cut/config.json: is cut off"],
  ["./empty", "./empty: there is neither a config.json nor a GGUF file"],
  ["./strange", 'model_type: the architecture "retnet" is not known'],
  ["./absurd", "num_hidden_layers: expected a whole number from 1 to 16384"],
  ["./nowhere", "./nowhere: there is no such file or folder"],
])("add-model %s says what is wrong with it", async (path, message) => {
  const { code, out, err } = await run("catalog", "add-model", path);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
});

test.each([
  ["./cut", "--model: ./cut/config.json: is cut off"],
  ["./strange", '--model: model_type: the architecture "retnet" is not known'],
  ["./nowhere", "--model: ./nowhere: there is no such file or folder"],
])("size and estimate of %s name the flag that led there", async (path, message) => {
  for (const command of ["size", "estimate"]) {
    const { code, out, err } = await run(command, "--model", path, "--gpu", "h100");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.startsWith(message)).toBe(true);
  }
});

test("size takes a folder, a config.json and a GGUF file, also in a batch", async () => {
  const lines = ["./own-llama", "./own-llama/config.json", "./gguf", "./gguf/own-Q4_K_M.gguf", "meta-llama/Llama-3.1-8B-Instruct", "./cut"]
    .map((model) => JSON.stringify({ model, gpu: "h100", maxModelLen: 8192, engineVersion: "0.19.0" }))
    .join("\n");
  const { code, out } = await gpufleet(["size", "--batch", "-"], { directory, input: lines });
  expect(code).toBe(0);
  const [folder, file, gguf, same, known, cut] = jsonLines(out);
  expect(folder?.kvCacheTokens).toBe(known?.kvCacheTokens);
  expect(file).toEqual(folder);
  expect(gguf).toMatchObject({ layout: { precision: "gguf-q4_k_m" }, model: "gguf" });
  expect(same?.weightBytesPerGpu).toBe(gguf?.weightBytesPerGpu);
  expect(cut?.error).toMatchObject({ code: "unreadable-model-file" });
});

test("a spec may name a model by its files, when it says where the servers get the weights", async () => {
  const { code, out, err } = await run("plan", "own.fleet.yaml", "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(JSON.parse(out).workloads).toMatchObject([{ model: "own-llama", deployments: [{ weights: { uri: "s3://models/own" } }] }]);
  expect(await run("validate", "hub.fleet.yaml")).toMatchObject({
    code: 2,
    err: expect.stringContaining("workloads[0].weights: where the servers get the weights is missing"),
  });
});

test("a model file that cannot be read is a mistake at the place that names it", async () => {
  const { code, err } = await run("validate", "cut.fleet.yaml");
  expect(code).toBe(2);
  expect(err.split("\n")[0]).toMatch(/^cut\.fleet\.yaml:3:\d+ workloads\[0\]\.model: \.\/cut\/config\.json: is cut off/);
});

test("a re-upload in a spec is planned and deployed as itself, and the plan says how its name was read", async () => {
  const { code, out } = await run("plan", "copy.fleet.yaml", "--json");
  expect(code).toBe(0);
  const plan = JSON.parse(out);
  expect(plan.workloads).toMatchObject([{ model: "RedHatAI/Llama-3.1-8B-Instruct-FP8-dynamic", deployments: [{ precision: "fp8" }] }]);
  expect(plan.assumptions).toContainEqual({
    code: "model-name-read-as",
    path: "workloads[0].model",
    message: "RedHatAI/Llama-3.1-8B-Instruct-FP8-dynamic is read as meta-llama/Llama-3.1-8B-Instruct in fp8 (ending -FP8-dynamic)",
    value: "meta-llama/Llama-3.1-8B-Instruct",
  });
});

test("a name that says one format and a precision that says another cannot both be meant", async () => {
  const inSpec = await run("validate", "contradiction.fleet.yaml");
  expect(inSpec).toMatchObject({
    code: 2,
    err: expect.stringContaining("holds fp8 weights by its name (ending -FP8-dynamic), and not awq-int4"),
  });
  const size = (precision: string) =>
    run(
      "size",
      "--model",
      "RedHatAI/Llama-3.1-8B-Instruct-quantized.w4a16",
      "--gpu",
      "h100",
      "--precision",
      precision,
      "--max-model-len",
      "8192",
    );
  expect(await size("gptq-int4")).toMatchObject({ code: 0 });
  expect(await size("bf16")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--precision: RedHatAI/Llama-3.1-8B-Instruct-quantized.w4a16 holds int4-w4a16 weights"),
  });
});
