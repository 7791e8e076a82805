import { kvCacheOf } from "../../catalog/kv-cache.ts";
import type { Architecture } from "../../catalog/schema/architecture.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { modelTensors } from "../memory/weights/inventory.ts";
import { modelParameters, tensorParameters } from "../memory/weights/tensor.ts";
import { attentionShape } from "./attention-shape.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { layerMixers, layerPattern } from "./layer-kinds.ts";
import { linearAttention } from "./linear-attention.ts";
import { feedForward } from "./mixture.ts";
import { quantizationOf } from "./quantization.ts";
import { visionTower } from "./vision.ts";
import { layerWindows, weightLayout } from "./weight-layout.ts";
import { whisperEncoder } from "./whisper.ts";

/** A config.json and what is known of it besides. */
export interface ModelConfig {
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly architectures: readonly Architecture[];
  /** Where the file was read and when, for `sources` and `asOf`. */
  readonly source: string;
  readonly asOf: string;
}

export type ModelFacts = { readonly model: Model } | { readonly findings: readonly Finding[] };

/** Catalog facts from a Hugging Face config.json. A figure that cannot be had from it is a finding, never a guess. */
export function modelFacts({ id, config, architectures, source, asOf }: ModelConfig): ModelFacts {
  const findings: Finding[] = [];
  const whole = fieldsOf(config, "", findings);
  const language = languageSection(whole);
  const type = language.text("model_type") ?? whole.text("model_type");
  const architecture = architectures.find(
    (row) => row.modelTypes.includes(type ?? "") || row.modelTypes.includes(whole.text("model_type") ?? ""),
  );
  if (architecture === undefined) return { findings: [unknownArchitecture(type, whole)] };
  const fields = fieldsOf({ ...architecture.defaults, ...withoutNulls(language.raw) }, language === whole ? "" : "text_config", findings);
  const model = describe(id, fields, whole, architecture, findings);
  if (model === null || findings.length > 0) return { findings: unique(findings) };
  return { model: { ...model, sources: [source], asOf } };
}

/** The language model of a multimodal one stands in a section of its own. */
function languageSection(whole: Fields): Fields {
  const thinker = whole.section("thinker_config");
  return thinker?.section("text_config") ?? whole.section("text_config", "llm_config", "language_config", "language_model") ?? whole;
}

const withoutNulls = (raw: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));

const unique = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [`${finding.code} ${finding.path}`, finding])).values(),
];

function unknownArchitecture(type: string | null, whole: Fields): Finding {
  if (type === null && !whole.has("architectures")) {
    return {
      code: "not-a-model",
      path: "model_type",
      message: "is missing, and so is architectures: this is no config.json of a model",
      suggestion: "name the folder of a Hugging Face model, or its config.json",
    };
  }
  return {
    code: "unknown-architecture",
    path: "model_type",
    message: `the architecture ${JSON.stringify(type ?? whole.list("architectures")?.[0] ?? null)} is not known`,
    value: type,
    suggestion:
      "describe the model under `models` in catalogOverrides: id, parameters, numLayers, hiddenSize, numAttentionHeads, numKvHeads, headDim, vocabSize, tieWordEmbeddings and maxContext, and what applies of moe, mla, slidingWindow and linearAttention",
  };
}

function describe(id: string, fields: Fields, whole: Fields, architecture: Architecture, findings: Finding[]): Model | null {
  const numLayers = layerCount(fields);
  const hiddenSize = fields.count("hidden_size", "n_embd", "d_model", "dim");
  const numAttentionHeads = fields.count("num_attention_heads", "n_head", "n_heads", "decoder_attention_heads");
  const vocabSize = fields.count("vocab_size", "padded_vocab_size");
  if (numLayers === null || hiddenSize === null || numAttentionHeads === null || vocabSize === null) return null;
  const shape = attentionShape(fields, architecture, hiddenSize, numAttentionHeads);
  const windows = layerWindows(fields, architecture);
  const mixers = layerMixers(fields, architecture, numLayers, windows.window);
  const linear = linearAttention(fields, architecture, mixers);
  const { moe, intermediateSize } = feedForward(fields, architecture, numLayers);
  const quantization = quantizationOf(
    whole.has("quantization_config") || whole.has("compression_config") ? whole : fields,
    numLayers,
    findings,
  );
  const vision = visionTower(whole, hiddenSize);
  const context = contextOf(fields, architecture);
  if (context === null || findings.length > 0) return null;
  const encoder = architecture.layout.kind === "whisper" ? whisperEncoder(fields) : null;
  const tied = (fields.flag("tie_word_embeddings") ?? whole.flag("tie_word_embeddings")) === true;
  const base = {
    id,
    aliases: [],
    family: architecture.family,
    task: taskOf(architecture, whole),
    architecture: kindOf(architecture, moe !== null, linear !== null),
    ...shape,
    numLayers,
    hiddenSize,
    intermediateSize,
    numAttentionHeads,
    vocabSize,
    tieWordEmbeddings: tied,
    ...context,
    slidingWindow: windows.section(mixers),
    moe,
    linearAttention: linear,
    encoder,
    visionTower: vision,
    indexer: indexerOf(fields, numLayers),
    compressedAttention: null,
    nativePrecision: quantization?.precision ?? nativeType(fields, whole),
    quantization,
    copyOf: null,
    weightLayout: weightLayout(fields, architecture, shape.headDim, context.maxContext, whole),
    quantizedVariants: null,
    deployable: true,
    license: "not stated",
    gated: null,
    note: null,
    published: null,
    checkpointBytes: null,
    checkpointBytesBasis: null,
    sources: [],
    asOf: "",
  };
  return withTotals(
    {
      ...base,
      parameters: 1,
      parametersActive: null,
      parametersReadPerToken: null,
      parametersLanguage: 1,
      mtp: null,
      weightBytesNative: null,
      kvCache: noCache,
    },
    fields,
  );
}

const noCache: Model["kvCache"] = { perTokenGlobal: 0, perTokenLocal: 0, window: null, perSequence: 0 };

/** Depth: of the decoder where there is an encoder beside it. Some files repeat a pattern instead of stating a number. */
function layerCount(fields: Fields): number | null {
  const pattern = layerPattern(fields);
  return (
    fields.optionalCount("decoder_layers") ??
    (pattern === null ? null : pattern.length) ??
    fields.count("num_hidden_layers", "n_layer", "n_layers", "num_layers")
  );
}

function taskOf(architecture: Architecture, whole: Fields): Model["task"] {
  const name = String(whole.list("architectures")?.[0] ?? "");
  return architecture.task === "embed" && name.endsWith("ForSequenceClassification") ? "rerank" : architecture.task;
}

function kindOf(architecture: Architecture, hasExperts: boolean, isLinear: boolean): Model["architecture"] {
  if (architecture.task === "embed") return "encoder";
  if (architecture.task === "transcribe") return "encoder-decoder";
  return isLinear ? "hybrid" : hasExperts ? "moe" : "dense";
}

/** Tokens the model reads. Files state the scaled length, except where linear or dynamic scaling multiplies it. */
function contextOf(fields: Fields, architecture: Architecture): Pick<Model, "maxContext" | "contextWithoutScaling"> | null {
  const stated = fields.count(
    "max_position_embeddings",
    "max_target_positions",
    "n_positions",
    "n_ctx",
    "seq_length",
    "max_seq_len",
    "model_max_length",
  );
  if (stated === null) return null;
  const scaling = fields.section("rope_scaling");
  const factor = scaling?.raw.factor;
  const kind = scaling?.text("rope_type", "type");
  const multiplies =
    (kind === "linear" || kind === "dynamic") && typeof factor === "number" && factor > 1 && !architecture.family.startsWith("gemma-3");
  const usable = architecture.family === "xlm-roberta" ? Math.max(1, stated - 2) : stated;
  const trained = scaling?.optionalCount("original_max_position_embeddings") ?? fields.optionalCount("original_max_position_embeddings");
  return {
    maxContext: multiplies ? Math.round(usable * factor) : usable,
    contextWithoutScaling: trained !== null && trained < usable ? trained : null,
  };
}

/** Weights published in 32 bits are served in 16 by every engine here, but that is what the files hold. */
function nativeType(fields: Fields, whole: Fields): string {
  const type = fields.text("torch_dtype", "dtype") ?? whole.text("torch_dtype", "dtype");
  return type === "float16" ? "fp16" : type === "float32" ? "fp32" : "bf16";
}

function indexerOf(fields: Fields, numLayers: number): Model["indexer"] {
  const heads = fields.optionalCount("index_n_heads");
  const headDim = fields.optionalCount("index_head_dim");
  if (heads === null || headDim === null || !fields.has("kv_lora_rank")) return null;
  const kinds = fields.list("indexer_types")?.slice(0, numLayers);
  const layers = kinds === undefined ? numLayers : kinds.filter((kind) => kind === "full").length;
  return { layers, heads, headDim, topk: fields.optionalCount("index_topk") ?? 2048 };
}

/** Counts what the shapes add up to: parameters, those read for one token, the draft block and the cache. */
function withTotals(model: Model, fields: Fields): Model {
  const tensors = modelTensors(model);
  const parameters = modelParameters(tensors);
  const language = parameters - (model.visionTower?.params ?? 0);
  const table = model.tieWordEmbeddings || model.weightLayout.noLmHead === true ? 0 : model.vocabSize * model.hiddenSize;
  const idle = model.moe === null ? 0 : idleExperts(model, model.moe);
  const read = Math.max(1, language - table - idle);
  const counted: Model = {
    ...model,
    parameters,
    parametersLanguage: language,
    parametersActive: model.moe === null ? null : read,
    parametersReadPerToken: read,
    mtp: draftBlock(model, fields),
    weightBytesNative: model.quantization === null ? parameters * (model.nativePrecision === "fp32" ? 4 : 2) : null,
  };
  return { ...counted, kvCache: kvCacheOf(counted) ?? noCache };
}

/** Weights of the experts that one token does not use. */
function idleExperts(model: Model, moe: NonNullable<Model["moe"]>): number {
  const matrices = model.weightLayout.mlpGated === false ? 2 : 3;
  const layers = moe.layers ?? model.numLayers - moe.denseLayers;
  const inner = moe.latentDim ?? model.hiddenSize;
  const width = moe.expertIntermediateSize;
  const biases = model.weightLayout.expertBias === true ? (matrices - 1) * width + inner : 0;
  return layers * (moe.numExperts - moe.expertsPerToken) * (matrices * width * inner + biases);
}

/** Multi-token prediction: layers like the model's own, each behind a projection of two hidden vectors onto one and three norms. */
function draftBlock(model: Model, fields: Fields): Model["mtp"] {
  const layers = fields.optionalCount("num_nextn_predict_layers", "mtp_num_hidden_layers");
  if (layers === null || model.weightLayout.kind !== "decoder") return null;
  const one: Model = {
    ...model,
    numLayers: 1,
    linearAttention: null,
    slidingWindow: null,
    moe: model.moe === null ? null : { ...model.moe, denseLayers: 0 },
    indexer: model.indexer === null ? null : { ...model.indexer, layers: 1 },
  };
  const layer = modelTensors(one).groups.reduce((sum, group) => sum + group.layers * tensorParameters(group.tensors), 0);
  return { layers, params: layers * (layer + 2 * model.hiddenSize ** 2 + 3 * model.hiddenSize) };
}
