import fc from "fast-check";
import { expect, test } from "vitest";
import { findGpu, findInstanceType, findModel, resolveModelName, suggest } from "../../catalog/lookup.ts";
import { bundled, withRow } from "./fixtures.ts";

const recase = fc.func(fc.boolean());
const reshape = (name: string, upper: (index: number) => boolean, separator: string): string =>
  [...name]
    .map((letter, index) => (upper(index) ? letter.toUpperCase() : letter.toLowerCase()))
    .join("")
    .replace(/[-_ ]/g, separator);

test("every id and alias of a model finds it, however it is cased and separated", () => {
  const named = bundled.models.flatMap((model) => [model.id, ...model.aliases].map((name) => ({ name, id: model.id })));
  fc.assert(
    fc.property(fc.constantFrom(...named), recase, fc.constantFrom("-", "_", " ", ""), ({ name, id }, upper, separator) => {
      expect(findModel(bundled, reshape(name, upper, separator))?.id).toBe(id);
    }),
  );
});

test("every id and alias of a GPU finds it", () => {
  for (const gpu of bundled.gpus) for (const name of [gpu.id, ...gpu.aliases]) expect(findGpu(bundled, name)?.id, name).toBe(gpu.id);
});

test.each([
  ["NVIDIA H100 80GB HBM3", "h100-sxm-80gb"],
  ["NVIDIA A100-SXM4-40GB", "a100-sxm-40gb"],
  ["NVIDIA GeForce RTX 4090", "rtx-4090"],
  ["Tesla T4", "t4"],
  ["NVIDIA L40S", "l40s"],
  ["nvidia-h100-mega-80gb", "h100-sxm-80gb"],
])("what nvidia-smi or a cloud calls %s is %s", (name, id) => {
  expect(findGpu(bundled, name)?.id).toBe(id);
});

test("an A10 is not an A10G and an H100 NVL is not an H100", () => {
  expect(findGpu(bundled, "NVIDIA A10")?.id).toBe("a10");
  expect(findGpu(bundled, "NVIDIA H100 NVL")?.id).toBe("h100-nvl-94gb");
});

test("a name without its organisation is enough while one model answers to it, and nothing when two do", () => {
  expect(findModel(bundled, "Llama-3.3-70B-Instruct")?.id).toBe("meta-llama/Llama-3.3-70B-Instruct");
  const twin = bundled.models
    .filter((model) => model.id === "Qwen/Qwen3-8B")
    .map((model) => ({ ...model, id: "acme/Qwen3-8B", aliases: [] }));
  const catalog = { ...bundled, models: [...bundled.models, ...twin] };
  expect(findModel(catalog, "Qwen3-8B")).toBeUndefined();
  expect(findModel(catalog, "acme/Qwen3-8B")?.id).toBe("acme/Qwen3-8B");
});

test("an id wins over another model's alias", () => {
  const catalog = { ...bundled, models: withRow(bundled.models, "Qwen/Qwen3-14B", { aliases: ["Qwen/Qwen3-8B"] }) };
  expect(findModel(catalog, "Qwen/Qwen3-8B")?.id).toBe("Qwen/Qwen3-8B");
});

test("instance types are found by their exact id only", () => {
  expect(findInstanceType(bundled, "p5.48xlarge")?.gpuCount).toBe(8);
  expect(findInstanceType(bundled, "P5.48xlarge")).toBeUndefined();
});

test.each([
  ["RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "meta-llama/Llama-3.3-70B-Instruct", "fp8"],
  ["RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", "meta-llama/Llama-3.1-8B-Instruct", "int4-w4a16"],
  ["RedHatAI/Qwen2.5-7B-Instruct-quantized.w8a8", "Qwen/Qwen2.5-7B-Instruct", "int8-w8a8"],
  ["casperhansen/deepseek-r1-distill-qwen-14b-awq", "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", "awq-int4"],
  ["Qwen/Qwen3.5-122B-A10B-GPTQ-Int4", "Qwen/Qwen3.5-122B-A10B", "gptq-int4"],
  ["unsloth/Qwen2.5-Coder-7B-Instruct-bnb-4bit", "Qwen/Qwen2.5-Coder-7B-Instruct", "bnb-nf4"],
  ["nvidia/Gemma-4-31B-IT-NVFP4", "google/gemma-4-31B-it", "nvfp4"],
  ["Qwen3.6-35B-A3B NVFP4 (modelopt)", "Qwen/Qwen3.6-35B-A3B", "nvfp4"],
  ["Qwen3.5-0.8B-Q8_0.gguf", "Qwen/Qwen3.5-0.8B", "gguf-q8_0"],
  ["meta-llama/Llama-3.1-405B-FP8", "meta-llama/Llama-3.1-405B-Instruct", "fp8"],
])("the re-upload %s is %s in %s", (name, id, precision) => {
  const resolved = resolveModelName(bundled, name);
  expect(resolved?.model.id).toBe(id);
  expect(resolved?.impliedPrecision).toBe(precision);
  expect(resolved?.rule).toContain("ending -");
});

test("an id of the catalog is never read as a re-upload", () => {
  const resolved = resolveModelName(bundled, "zai-org/GLM-5.2-FP8");
  const model = findModel(bundled, "zai-org/GLM-5.2-FP8");
  expect(resolved).toEqual({ model, row: model });
});

test("a name of no model in the catalog resolves to nothing, with or without an ending", () => {
  for (const name of ["acme/Foo-7B", "acme/Foo-7B-FP8", "FP8", "", "-AWQ", "llama"])
    expect(resolveModelName(bundled, name), name).toBeUndefined();
});

test("a typing error gets the name that was meant, and nonsense gets none", () => {
  const ids = bundled.models.map((model) => model.id);
  expect(suggest("meta-lama/Llama-3.3-70B-Instuct", ids)).toBe("meta-llama/Llama-3.3-70B-Instruct");
  expect(
    suggest(
      "g6e.12xlrge",
      bundled.instanceTypes.map((instance) => instance.id),
    ),
  ).toBe("g6e.12xlarge");
  expect(suggest("zzzzzzzzzzzz", ids)).toBeUndefined();
  expect(suggest("x", [])).toBeUndefined();
});
