import type { Architecture } from "../../catalog/schema/architecture.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Fields } from "./fields.ts";
import { layerPattern } from "./layer-kinds.ts";

type Mixture = NonNullable<Model["moe"]>;

export interface FeedForward {
  readonly moe: Mixture | null;
  /** Width of the feed-forward layers without experts; null when every layer has experts. */
  readonly intermediateSize: number | null;
}

/** Experts and dense layers of a decoder. `moeLayers` of Nemotron-H stand in its pattern. */
export function feedForward(config: Fields, architecture: Architecture, numLayers: number): FeedForward {
  const isMixture = architecture.experts !== "none" && config.flag("enable_moe_block") !== false;
  const experts = isMixture
    ? config.optionalCount("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts", "num_routed_experts")
    : null;
  const width = denseWidth(config, architecture);
  if (experts === null) return { moe: null, intermediateSize: width ?? config.count("intermediate_size", "n_inner") };
  const expertWidth =
    architecture.experts === "every-layer" || !hasOwnExpertWidth(config)
      ? config.count("intermediate_size")
      : config.count("moe_intermediate_size", "expert_intermediate_size", "moe_ffn_hidden_size");
  const perToken = config.count(
    "num_experts_per_tok",
    "num_experts_per_token",
    "top_k_experts",
    "experts_per_token",
    "moe_topk",
    "moe_top_k",
    "moe_k",
  );
  if (expertWidth === null || perToken === null) return { moe: null, intermediateSize: null };
  const pattern = layerPattern(config);
  const denseLayers = pattern === null ? denseLayerCount(config, numLayers) : 0;
  const { sharedExperts, sharedWidth } = sharedExpertsOf(config, architecture, expertWidth);
  const latentDim = config.optionalCount("moe_latent_size", "routed_expert_hidden_size");
  const moe: Mixture = {
    numExperts: experts,
    expertsPerToken: perToken,
    expertIntermediateSize: expertWidth,
    sharedExperts,
    sharedExpertIntermediateSize: sharedWidth,
    denseLayers,
    ...(pattern === null ? {} : { layers: [...pattern].filter((letter) => letter === "E").length }),
    ...(latentDim === null ? {} : { latentDim }),
  };
  const dense = denseLayers > 0 || config.flag("enable_moe_block") === true || pattern?.includes("-") === true;
  return { moe, intermediateSize: dense ? width : null };
}

const hasOwnExpertWidth = (config: Fields): boolean =>
  config.has("moe_intermediate_size") || config.has("expert_intermediate_size") || config.has("moe_ffn_hidden_size");

/** Llama 4 and MiniMax M3 name the width of the dense layers apart; Falcon and Bloom are four times as wide as they are deep. */
function denseWidth(config: Fields, architecture: Architecture): number | null {
  const adjusted = adjustedWidth(config);
  if (adjusted !== null) return adjusted;
  const stated = config.optionalCount(
    "intermediate_size_mlp",
    "dense_intermediate_size",
    "ffn_hidden_size",
    "ffn_dim",
    "n_inner",
    "intermediate_size",
  );
  if (stated !== null) return architecture.family === "qwen" ? stated / 2 : stated;
  const hidden = config.optionalCount("hidden_size", "n_embd", "d_model");
  return config.has("intermediate_size") || hidden === null || architecture.layout.mlpGated !== false ? null : 4 * hidden;
}

/** LFM2 states the width before it is cut to two thirds and rounded up. */
function adjustedWidth(config: Fields): number | null {
  const stated = config.optionalCount("block_ff_dim");
  if (stated === null || config.flag("block_auto_adjust_ff_dim") !== true) return stated;
  const factor = config.raw.block_ffn_dim_multiplier;
  const multiple = config.optionalCount("block_multiple_of") ?? 1;
  const width = Math.floor((2 * stated) / 3) * (typeof factor === "number" ? factor : 1);
  return Math.ceil(Math.floor(width) / multiple) * multiple;
}

function denseLayerCount(config: Fields, numLayers: number): number {
  const kinds = config.list("mlp_layer_types")?.slice(0, numLayers);
  if (kinds !== undefined) return kinds.filter((kind) => kind === "dense").length;
  const marks = config.list("moe_layer_freq")?.slice(0, numLayers);
  if (marks !== undefined) return marks.filter((mark) => mark === 0).length;
  const dense = config.optionalCount("first_k_dense_replace", "num_dense_layers", "moe_layer_start_index");
  if (dense !== null) return Math.min(dense, numLayers);
  const only = config.list("mlp_only_layers")?.length ?? 0;
  const interval = config.optionalCount("interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_interval") ?? 1;
  return Math.max(only, numLayers - Math.floor(numLayers / interval));
}

function sharedExpertsOf(config: Fields, architecture: Architecture, expertWidth: number): { sharedExperts: number; sharedWidth: number } {
  if (architecture.family === "llama-4") return { sharedExperts: 1, sharedWidth: expertWidth };
  const width = config.optionalCount(
    "shared_expert_intermediate_size",
    "moe_shared_expert_intermediate_size",
    "share_expert_dim",
    "shared_intermediate_size",
  );
  const count = config.optionalCount("n_shared_experts", "num_shared_experts", "moe_num_shared_experts");
  if (width !== null) return { sharedExperts: count ?? 1, sharedWidth: width };
  return { sharedExperts: count ?? 0, sharedWidth: (count ?? 0) * expertWidth };
}
