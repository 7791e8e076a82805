import type { Architecture } from "../../catalog/schema/architecture.ts";
import type { Fields } from "./fields.ts";

/** What a layer mixes tokens with. */
export type Mixer = "full" | "sliding" | "chunked" | "linear" | "none";

/** Names that configuration files use in `layer_types`. */
const mixerNames: Readonly<Record<string, Mixer>> = {
  full_attention: "full",
  attention: "full",
  hybrid: "full",
  sliding_attention: "sliding",
  chunked_attention: "chunked",
  linear_attention: "linear",
  mamba: "linear",
  mamba2: "linear",
  conv: "linear",
};

/**
 * The mixer of every layer, first to last: from a list in the file where there is one, otherwise by the rule of the architecture.
 * `window` is null when the file asks for none.
 */
export function layerMixers(config: Fields, architecture: Architecture, numLayers: number, window: number | null): Mixer[] {
  return (
    listedMixers(config, numLayers, window) ??
    Array.from({ length: numLayers }, (_, layer) => ruledMixer(config, architecture, layer, window))
  );
}

/**
 * Layers that are one block each (Nemotron-H), a letter a layer: M Mamba, * attention, E experts, - a dense feed-forward. Newer files list
 * the blocks by name.
 */
export function layerPattern(config: Fields): string | null {
  const stated = config.text("hybrid_override_pattern");
  if (stated !== null) return stated;
  const blocks = config.list("layers_block_type")?.map(String);
  if (blocks === undefined || !blocks.some((block) => block === "moe" || block === "mlp")) return null;
  return blocks.map((block) => blockLetters[block] ?? "-").join("");
}

const blockLetters: Readonly<Record<string, string>> = { mamba: "M", attention: "*", moe: "E", mlp: "-" };

function listedMixers(config: Fields, numLayers: number, window: number | null): Mixer[] | null {
  const pattern = layerPattern(config);
  if (pattern !== null) return [...pattern].map((letter) => (letter === "*" ? "full" : letter === "M" ? "linear" : "none"));
  const named = config.list("layer_types", "layers_block_type");
  if (named !== null && named.length >= numLayers) {
    const known = named.slice(0, numLayers).map((name) => mixerNames[String(name)] ?? "full");
    return window === null ? known.map((mixer) => (mixer === "sliding" ? "full" : mixer)) : known;
  }
  // MiMo: 1 marks a windowed layer. MiniMax-Text: 1 marks softmax attention, 0 lightning attention.
  const marked = config.list("hybrid_layer_pattern");
  if (marked !== null) return marked.slice(0, numLayers).map((mark) => (mark === 1 ? "sliding" : "full"));
  const softmax = config.list("attn_type_list");
  if (softmax !== null) return softmax.slice(0, numLayers).map((mark) => (mark === 1 ? "full" : "linear"));
  return numberedMixers(config, numLayers);
}

/** Files that list which layers have attention, by number: LFM2 from 0, Kimi Linear from 1, Bamba from 0. */
function numberedMixers(config: Fields, numLayers: number): Mixer[] | null {
  const kimi = config.section("linear_attn_config")?.list("full_attn_layers");
  const numbers = kimi?.map((layer) => Number(layer) - 1) ?? config.list("full_attn_idxs", "attn_layer_indices")?.map(Number);
  if (numbers === undefined) return null;
  return Array.from({ length: numLayers }, (_, layer) => (numbers.includes(layer) ? "full" : "linear"));
}

/** Every `interval`-th layer, the last of each group. */
const every = (layer: number, interval: number | null): boolean => interval !== null && (layer + 1) % interval === 0;

function ruledMixer(config: Fields, architecture: Architecture, layer: number, window: number | null): Mixer {
  if (architecture.linear !== "none") return linearOrFull(config, layer);
  if (architecture.windows === "chunked") return chunkedOrFull(config, layer);
  return window === null ? "full" : slidingOrFull(config, architecture.windows, layer);
}

function linearOrFull(config: Fields, layer: number): Mixer {
  const interval = config.optionalCount("full_attention_interval");
  if (interval !== null) return every(layer, interval) ? "full" : "linear";
  return config.has("mamba_d_state") || config.has("mamba_n_heads") ? "linear" : "full";
}

/** Llama 4: layers without rotary positions see everything, the others their chunk. */
function chunkedOrFull(config: Fields, layer: number): Mixer {
  if (config.optionalCount("attention_chunk_size") === null) return "full";
  const rope = config.list("no_rope_layers");
  const isListed = rope !== null && rope.length > 0;
  const isGlobal = isListed ? rope[layer] === 0 : every(layer, config.optionalCount("no_rope_layer_interval"));
  return isGlobal ? "full" : "chunked";
}

function slidingOrFull(config: Fields, rule: Architecture["windows"], layer: number): Mixer {
  switch (rule) {
    case "all":
      return "sliding";
    case "by-flag":
      return config.flag("use_sliding_window") === true && layer >= (config.optionalCount("max_window_layers") ?? 0) ? "sliding" : "full";
    case "alternating":
      return layer % 2 === 0 ? "sliding" : "full";
    case "pattern": {
      const names = ["sliding_window_pattern", "_sliding_window_pattern", "global_attn_every_n_layers"];
      return every(layer, config.optionalCount(...names)) ? "full" : "sliding";
    }
    default:
      return "full";
  }
}
