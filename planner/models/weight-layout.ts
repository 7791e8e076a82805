import type { Architecture } from "../../catalog/schema/architecture.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Fields } from "./fields.ts";
import type { Mixer } from "./layer-kinds.ts";

export interface LayerWindows {
  readonly window: number | null;
  /** `slidingWindow` of the model, once it is known which layers have one. */
  readonly section: (mixers: readonly Mixer[]) => Model["slidingWindow"];
}

/** The window of local layers, and how their heads differ from those of the others. */
export function layerWindows(fields: Fields, architecture: Architecture): LayerWindows {
  const chunk = architecture.windows === "chunked" ? fields.optionalCount("attention_chunk_size") : null;
  const window = chunk ?? fields.optionalCount("sliding_window", "sliding_window_size");
  const section = (mixers: readonly Mixer[]): Model["slidingWindow"] => {
    const layersLocal = mixers.filter((mixer) => mixer === "sliding" || mixer === "chunked").length;
    if (window === null || layersLocal === 0) return null;
    const globalNumKvHeads = fields.optionalCount("num_global_key_value_heads");
    const globalHeadDim = fields.optionalCount("global_head_dim");
    const localNumKvHeads = fields.optionalCount("swa_num_key_value_heads");
    const shared = sharedLayers(mixers, fields.optionalCount("num_kv_shared_layers") ?? 0);
    return {
      window,
      kind: chunk === null ? "sliding" : "chunked",
      pattern: `${layersLocal} of ${mixers.length} layers`,
      layersGlobal: mixers.filter((mixer) => mixer === "full").length,
      layersLocal,
      ...(globalNumKvHeads === null ? {} : { globalNumKvHeads }),
      ...(globalHeadDim === null ? {} : { globalHeadDim }),
      ...(localNumKvHeads === null ? {} : { localNumKvHeads }),
      ...shared,
    };
  };
  return { window, section };
}

/** The last layers of Gemma 3n and the small Gemma 4 read the cache of an earlier layer and keep none of their own. */
function sharedLayers(mixers: readonly Mixer[], count: number): { sharedGlobal?: number; sharedLocal?: number } {
  if (count === 0) return {};
  const last = mixers.slice(-count);
  return { sharedGlobal: last.filter((mixer) => mixer === "full").length, sharedLocal: last.filter((mixer) => mixer === "sliding").length };
}

/** Which tensors a layer has beyond its matrices: the class of the architecture, and what the file switches on or off. */
export function weightLayout(
  fields: Fields,
  architecture: Architecture,
  headDim: number,
  maxContext: number,
  whole: Fields,
): Model["weightLayout"] {
  return {
    ...architecture.layout,
    ...biases(fields, architecture),
    ...byFamily(fields, architecture, whole),
    ...rotary(fields, headDim, maxContext),
    ...perLayerInputs(fields, architecture),
  };
}

function biases(fields: Fields, { bias }: Architecture): Record<string, boolean> {
  const asked = fields.flag("attention_bias") ?? fields.flag("use_qkv_bias") ?? fields.flag("add_qkv_bias") ?? false;
  const qkv = bias === "qkv" || bias === "qkvo" || bias === "all" || (bias.endsWith("by-flag") && asked);
  const output = bias === "qkvo" || bias === "all" || (bias === "qkvo-by-flag" && asked);
  const mlp = bias === "all" || fields.flag("mlp_bias") === true;
  return { ...(qkv ? { qkvBias: true } : {}), ...(output ? { oBias: true } : {}), ...(mlp ? { mlpBias: true } : {}) };
}

type Flags = Record<string, boolean | number | string>;

function byFamily(fields: Fields, architecture: Architecture, whole: Fields): Flags {
  const { family, layout } = architecture;
  const isEncoder = layout.kind === "bert" || layout.kind === "gte-new";
  const valueDim = fields.has("kv_lora_rank") ? null : fields.optionalCount("v_head_dim");
  const normsHeads = family === "glm-4-moe" && fields.flag("use_qk_norm") === true;
  return {
    ...(fields.flag("attention_k_eq_v") === true ? { globalKeqV: true } : {}),
    ...(fields.flag("use_double_wide_mlp") === true ? { doubleWideLayers: fields.optionalCount("num_kv_shared_layers") ?? 0 } : {}),
    ...(family === "gemma-4" && fields.flag("enable_moe_block") === true ? besideExperts(fields) : {}),
    ...(isEncoder ? encoderTables(fields, layout.kind, whole) : {}),
    ...(family === "falcon" && hasOneNorm(fields) ? { normsPerLayer: 1 } : {}),
    ...(valueDim === null ? {} : { vHeadDim: valueDim }),
    ...(normsHeads ? { qkNorm: "head" } : {}),
  };
}

/** In Gemma 4 the experts stand beside a dense feed-forward, with three more norms, scales of the router's input and of each expert. */
const besideExperts = (fields: Fields): Flags => ({
  denseMlpInMoeLayers: true,
  moeExtraPerLayer: 4 * (fields.optionalCount("hidden_size") ?? 0) + (fields.optionalCount("num_experts") ?? 0),
});

/** Falcon before its 40B put attention and feed-forward behind one norm. */
const hasOneNorm = (fields: Fields): boolean =>
  fields.flag("parallel_attn") !== false &&
  (fields.flag("new_decoder_architecture") !== true || fields.optionalCount("num_ln_in_parallel_attn") === 1);

function encoderTables(fields: Fields, kind: string, whole: Fields): Flags {
  const rotates =
    kind === "gte-new" ||
    fields.text("position_embedding_type") === "rotary" ||
    fields.has("rotary_emb_base") ||
    fields.has("global_rope_theta");
  const classifies = String(whole.list("architectures")?.[0] ?? "").endsWith("ForSequenceClassification");
  const hidden = fields.optionalCount("hidden_size") ?? 0;
  return {
    positionEmbeddings: rotates ? 0 : (fields.optionalCount("max_position_embeddings") ?? 0),
    typeEmbeddings: fields.optionalCount("type_vocab_size") ?? 0,
    headParams: classifies ? hidden * hidden + 2 * hidden + 1 : 0,
    ...(classifies ? { pooler: false } : {}),
  };
}

/** The rotary table, where it is narrower than a head or longer than the context. */
function rotary(fields: Fields, headDim: number, maxContext: number): Record<string, number> {
  const scaling = fields.section("rope_scaling");
  const factor = scaling?.raw.factor;
  const isLinear = scaling?.text("rope_type", "type") === "linear" && typeof factor === "number" && factor > 1;
  const share = fields.raw.partial_rotary_factor ?? fields.raw.rotary_pct;
  const width = fields.optionalCount("rotary_dim") ?? (typeof share === "number" && share < 1 ? Math.round(headDim * share) : null);
  const positions = isLinear && fields.raw.max_position_embeddings === maxContext ? Math.round(maxContext * factor) : null;
  return { ...(width === null ? {} : { rotaryDim: width }), ...(positions === null ? {} : { rotaryPositions: positions }) };
}

/** Gemma 3n and the small Gemma 4: a second table with a vector for every token and layer. */
function perLayerInputs(fields: Fields, { layout }: Architecture): Record<string, number> {
  const width = fields.optionalCount("hidden_size_per_layer_input");
  if (width === null) return {};
  const found: Record<string, number> = {
    perLayerInputWidth: width,
    perLayerVocab: fields.optionalCount("vocab_size_per_layer_input") ?? fields.optionalCount("vocab_size") ?? 0,
  };
  if (layout.altup === true) {
    found.altupInputs = fields.optionalCount("altup_num_inputs") ?? 4;
    found.laurelRank = fields.optionalCount("laurel_rank") ?? 64;
  }
  return found;
}
