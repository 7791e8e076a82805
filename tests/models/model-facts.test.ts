import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findModel } from "../../catalog/lookup.ts";
import { modelSchema } from "../../catalog/schema/model.ts";
import { modelFacts } from "../../planner/models/model-facts.ts";
import { catalog } from "../memory/sizing.ts";

interface Published {
  readonly catalogModel: string;
  readonly config: Readonly<Record<string, unknown>>;
}
const published: readonly Published[] = JSON.parse(readFileSync(new URL("fixtures/configs.json", import.meta.url), "utf8")).rows;

const read = (config: Readonly<Record<string, unknown>>) =>
  modelFacts({ id: "acme/model", config, architectures: catalog.architectures, source: "test", asOf: "2026-01-01" });
const model = (config: Readonly<Record<string, unknown>>) => {
  const facts = read(config);
  if ("findings" in facts) throw new Error(JSON.stringify(facts.findings));
  return facts.model;
};
const findings = (config: Readonly<Record<string, unknown>>) => {
  const facts = read(config);
  return "findings" in facts ? facts.findings : [];
};

test.each(published.map((row) => [row.catalogModel, row.config] as const))(
  "%s: config.json gives the facts of the catalog",
  (id, config) => {
    const known = findModel(catalog, id);
    const facts = model(config);
    expect(modelSchema.safeParse(facts).error).toBeUndefined();
    const without = <Section extends object>(section: Section | null) =>
      section === null ? null : { ...section, pattern: undefined, type: undefined };
    // A width that no layer has: all layers of Scout have experts.
    const intermediateSize = known?.moe?.denseLayers === 0 && facts.intermediateSize === null ? null : known?.intermediateSize;
    expect({
      ...facts,
      slidingWindow: without(facts.slidingWindow),
      linearAttention: without(facts.linearAttention),
    }).toMatchObject({
      parametersLanguage: known?.parametersLanguage,
      parametersActive: known?.parametersActive,
      attention: known?.attention,
      architecture: known?.architecture,
      numLayers: known?.numLayers,
      hiddenSize: known?.hiddenSize,
      intermediateSize,
      numAttentionHeads: known?.numAttentionHeads,
      numKvHeads: known?.numKvHeads,
      headDim: known?.headDim,
      vocabSize: known?.vocabSize,
      tieWordEmbeddings: known?.tieWordEmbeddings,
      maxContext: known?.maxContext,
      moe: known?.moe ?? null,
      mla: known?.mla ?? null,
      indexer: known?.indexer ?? null,
      kvCache: known?.kvCache,
      slidingWindow: without(known?.slidingWindow ?? null),
      linearAttention: without(known?.linearAttention ?? null),
    });
    if (facts.mtp !== null) expect(facts.mtp.params).toBe(known?.mtp?.params);
  },
);

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

test("a field that is missing is named, and every one of them at once", () => {
  const { hidden_size: _hidden, vocab_size: _vocab, ...rest } = llama;
  expect(findings(rest)).toMatchObject([
    { code: "missing-field", path: "hidden_size" },
    { code: "missing-field", path: "vocab_size" },
  ]);
  const { max_position_embeddings: _context, ...short } = llama;
  expect(findings(short)).toMatchObject([{ code: "missing-field", path: "max_position_embeddings" }]);
});

test("a field of a section is named with its section", () => {
  const { model_type, ...rest } = llama;
  expect(findings({ model_type: "llava", text_config: { model_type, ...rest, hidden_size: "wide" } })).toMatchObject([
    { code: "absurd-field", path: "text_config.hidden_size" },
  ]);
});

test.each([-1, 0, 4096.5, 2 ** 60, "4096", {}, [], true])("an absurd value is named: %j", (value) => {
  expect(findings({ ...llama, hidden_size: value })).toMatchObject([{ code: "absurd-field", path: "hidden_size" }]);
});

test("a mapping that is no model, and an architecture nobody described, are told apart", () => {
  expect(findings({ name: "left-pad", version: "1.0.0" })).toMatchObject([{ code: "not-a-model", path: "model_type" }]);
  const [unknown] = findings({ ...llama, model_type: "retnet" });
  expect(unknown).toMatchObject({ code: "unknown-architecture", path: "model_type", value: "retnet" });
  expect(unknown?.suggestion).toContain("numKvHeads");
});

test("whatever a file says, the answer is a model or findings", () => {
  const anything = fc.oneof(fc.jsonValue(), fc.integer(), fc.constantFrom("llama", "qwen3_moe", "deepseek_v3", "nemotron_h"));
  fc.assert(
    fc.property(fc.constantFrom(...published), fc.array(fc.nat(), { maxLength: 3 }), anything, (row, places, value) => {
      const names = Object.keys(row.config);
      const config = { ...row.config };
      for (const place of places) config[names[place % names.length] ?? ""] = value;
      const facts = read(config);
      if ("findings" in facts) expect(facts.findings.length).toBeGreaterThan(0);
      else expect(facts.model.parameters).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["fp8 blocks", { quant_method: "fp8", weight_block_size: [128, 128] }, "fp8", 1, { per: "block", size: 128, bytes: 4 }],
  ["fp8 channels", { quant_method: "fbgemm_fp8" }, "fp8", 1, { per: "row", size: null, bytes: 4 }],
  [
    "AWQ in groups of 32",
    { quant_method: "awq", bits: 4, group_size: 32, zero_point: true },
    "awq-int4",
    0.5,
    { per: "group", size: 32, bytes: 2.5 },
  ],
  [
    "symmetric GPTQ",
    { quant_method: "gptq", bits: 4, group_size: 128, sym: true },
    "gptq-int4",
    0.5,
    { per: "group", size: 128, bytes: 2 },
  ],
  ["GPTQ of 8 bits", { quant_method: "gptq", bits: 8, group_size: -1, sym: true }, "int8-w8a16", 1, { per: "row", size: null, bytes: 4 }],
  ["bitsandbytes", { quant_method: "bitsandbytes", load_in_4bit: true }, "bnb-nf4", 0.5, { per: "group", size: 64, bytes: 1 }],
  ["LLM.int8()", { quant_method: "bitsandbytes", load_in_8bit: true }, "bnb-int8", 1, { per: "row", size: null, bytes: 4 }],
  ["ModelOpt NVFP4", { quant_method: "modelopt", quant_algo: "NVFP4" }, "nvfp4", 0.5, { per: "group", size: 16, bytes: 1 }],
] as const)("quantization_config: %s", (_, quantization_config, precision, bytesPerWeight, scale) => {
  const { nativePrecision, quantization } = model({ ...llama, quantization_config });
  expect(nativePrecision).toBe(precision);
  expect(quantization?.stores.map((store) => store.roles[0])).toEqual(["attention", "mlp", "expert"]);
  expect(quantization?.stores[0]).toMatchObject({ bytesPerWeight, scale });
});

const compressed = (weights: object, input_activations: object | null = null) => ({
  quant_method: "compressed-tensors",
  config_groups: { group_0: { targets: ["Linear"], weights, input_activations } },
});

test.each([
  [{ num_bits: 8, type: "float", strategy: "channel" }, { num_bits: 8 }, "fp8"],
  [{ num_bits: 8, type: "int", strategy: "channel" }, { num_bits: 8 }, "int8-w8a8"],
  [{ num_bits: 8, type: "int", strategy: "channel" }, null, "int8-w8a16"],
  [{ num_bits: 4, type: "int", strategy: "group", group_size: 128, symmetric: true }, null, "int4-w4a16"],
  [{ num_bits: 4, type: "float", strategy: "tensor_group", group_size: 16 }, { num_bits: 4 }, "nvfp4"],
  [{ num_bits: 4, type: "float", strategy: "group", group_size: 32 }, null, "mxfp4"],
] as const)("compressed-tensors: %j with activations %j is %s", (weights, activations, precision) => {
  expect(model({ ...llama, quantization_config: compressed(weights, activations) }).nativePrecision).toBe(precision);
});

test("what a file leaves out of the quantisation stays in 16 bits, layer by layer", () => {
  const weights = { num_bits: 8, type: "float", strategy: "channel" };
  const ignore = [
    "lm_head",
    "re:.*self_attn.*",
    "model.layers.0.mlp.down_proj",
    "model.layers.31.mlp.down_proj",
    "model.layers.3.mlp.gate",
  ];
  const { quantization } = model({ ...llama, quantization_config: { ...compressed(weights), ignore } });
  expect(quantization?.stores.map((store) => store.roles[0])).toEqual(["mlp", "expert"]);
  expect(quantization?.stores[0]?.bytesPerWeight).toBeCloseTo(1 + 2 / 32, 12);
});

test("a method without a rule is named, not guessed", () => {
  expect(findings({ ...llama, quantization_config: { quant_method: "hqq" } })).toMatchObject([
    { code: "unknown-quantization", path: "quantization_config.quant_method" },
  ]);
});

test("scales for the cache are found", () => {
  const calibrated = { ...compressed({ num_bits: 8, type: "float" }), kv_cache_scheme: { num_bits: 8, type: "float" } };
  expect(model({ ...llama, quantization_config: calibrated }).quantization?.kvCacheDtype).toBe("fp8");
  expect(model(llama).quantization).toBeNull();
});

test.each([
  [
    "microsoft/phi-2",
    2_779_683_840,
    {
      model_type: "phi",
      hidden_size: 2560,
      intermediate_size: 10240,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      vocab_size: 51200,
      max_position_embeddings: 2048,
      partial_rotary_factor: 0.4,
    },
  ],
  [
    "ibm-granite/granite-3.1-8b-instruct",
    8_170_848_256,
    {
      model_type: "granite",
      hidden_size: 4096,
      intermediate_size: 12800,
      num_hidden_layers: 40,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      vocab_size: 49155,
      max_position_embeddings: 131072,
      tie_word_embeddings: true,
    },
  ],
  [
    "Qwen/Qwen1.5-MoE-A2.7B",
    14_315_784_192,
    {
      model_type: "qwen2_moe",
      hidden_size: 2048,
      intermediate_size: 5632,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      num_experts: 60,
      num_experts_per_tok: 4,
      moe_intermediate_size: 1408,
      shared_expert_intermediate_size: 5632,
      vocab_size: 151936,
      max_position_embeddings: 8192,
      decoder_sparse_step: 1,
    },
  ],
  [
    "EleutherAI/gpt-j-6b",
    6_050_882_784,
    { model_type: "gptj", n_embd: 4096, n_layer: 28, n_head: 16, n_positions: 2048, rotary_dim: 64, vocab_size: 50400 },
  ],
  [
    "bigcode/starcoder2-7b",
    7_173_923_840,
    {
      model_type: "starcoder2",
      hidden_size: 4608,
      intermediate_size: 18432,
      num_hidden_layers: 32,
      num_attention_heads: 36,
      num_key_value_heads: 4,
      vocab_size: 49152,
      max_position_embeddings: 16384,
    },
  ],
  [
    "allenai/OLMo-2-1124-7B",
    7_298_617_344,
    {
      model_type: "olmo2",
      hidden_size: 4096,
      intermediate_size: 11008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      vocab_size: 100352,
      max_position_embeddings: 4096,
    },
  ],
  [
    "tiiuae/falcon-7b",
    6_921_720_704,
    {
      model_type: "falcon",
      hidden_size: 4544,
      num_hidden_layers: 32,
      num_attention_heads: 71,
      vocab_size: 65024,
      multi_query: true,
      new_decoder_architecture: false,
      parallel_attn: true,
      bias: false,
    },
  ],
  [
    "LiquidAI/LFM2-1.2B",
    1_170_340_608,
    {
      model_type: "lfm2",
      hidden_size: 2048,
      block_ff_dim: 12288,
      block_auto_adjust_ff_dim: true,
      block_ffn_dim_multiplier: 1.0,
      block_multiple_of: 256,
      intermediate_size: 12288,
      num_hidden_layers: 16,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      full_attn_idxs: [2, 5, 8, 10, 12, 14],
      conv_L_cache: 3,
      vocab_size: 65536,
      max_position_embeddings: 128000,
    },
  ],
] as const)("%s adds up to its published %i parameters", (_, parameters, config) => {
  expect(model(config).parameters).toBe(parameters);
});
