import type { EngineRelease, KvFormat } from "../../catalog/schema/engine.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { globalHeads, type HeadShape, localHeads } from "./weights/attention.ts";

/** Layers of one kind, as the KV cache sees them on one GPU. */
export interface CacheLayers {
  readonly kind: "full" | "sliding" | "chunked" | "recurrent" | "cross";
  readonly layers: number;
  /** K and V of one token in one layer; 0 for recurrent layers. */
  readonly bytesPerToken: number;
  /** Tokens a sliding or chunked layer keeps, or the encoder positions that cross attention reads. */
  readonly window: number;
  /** State of one sequence in one recurrent layer, whatever its length. */
  readonly stateBytes: number;
}

/** What the cache holds: `auto` is the type of the scales that the files bring for it, where the engine heeds them. */
export function cacheDtype(asked: KvFormat["dtype"] | "auto", model: Model, release: EngineRelease): KvFormat["dtype"] | "auto" {
  return asked === "auto" && release.calibratedKvCache ? (model.quantization?.kvCacheDtype ?? "auto") : asked;
}

/** Bytes of one cached element. `auto` follows the activations. */
export const kvElementBytes = (dtype: KvFormat["dtype"] | "auto", kvFormats: readonly KvFormat[], activationBytes: number): number =>
  dtype === "auto" ? activationBytes : (kvFormats.find((format) => format.dtype === dtype)?.bytesPerElement ?? activationBytes);

/** Every kind of layer that caches something, before pipeline parallelism. Empty for encoders. */
export function cacheLayers(model: Model, tensorParallel: number, elementBytes: number): CacheLayers[] {
  if (model.architecture === "encoder") return [];
  if (model.compressedAttention !== null) return compressedLayers(model, elementBytes);
  const attention =
    model.mla === null ? headBytes(globalHeads(model), tensorParallel, elementBytes) : latentBytes(model, model.mla, elementBytes);
  if (model.linearAttention !== null) {
    const stateBytes = model.kvCache.perSequence / model.linearAttention.layers / tensorParallel;
    return [
      full(model.linearAttention.attentionLayers, attention),
      { kind: "recurrent", layers: model.linearAttention.layers, bytesPerToken: 0, window: 0, stateBytes },
    ];
  }
  if (model.mla !== null) return [full(model.numLayers, attention)];
  if (model.encoder !== null) {
    const cross: CacheLayers = {
      kind: "cross",
      layers: model.numLayers,
      bytesPerToken: attention,
      window: model.encoder.positions,
      stateBytes: 0,
    };
    return [full(model.numLayers, attention), cross];
  }
  const local = model.slidingWindow;
  if (local === null) return [full(model.numLayers, attention)];
  const windowed: CacheLayers = {
    kind: local.kind,
    layers: local.layersLocal - (local.sharedLocal ?? 0),
    bytesPerToken: headBytes(localHeads(model), tensorParallel, elementBytes),
    window: local.window,
    stateBytes: 0,
  };
  const globalLayers = local.layersGlobal - (local.sharedGlobal ?? 0);
  return globalLayers === 0 ? [windowed] : [full(globalLayers, attention), windowed];
}

const full = (layers: number, bytesPerToken: number): CacheLayers => ({ kind: "full", layers, bytesPerToken, window: 0, stateBytes: 0 });

/** KV heads are divided by t until one is left; then every GPU keeps a copy of one. */
const headBytes = (heads: HeadShape, tensorParallel: number, elementBytes: number): number =>
  Math.max(1, Math.ceil(heads.kvHeads / tensorParallel)) * (heads.keyDim + heads.valueDim) * elementBytes;

/** The latent is on every GPU. An indexer keeps an 8-bit key and a 32-bit scale beside it, in its own layers. */
function latentBytes(model: Model, mla: NonNullable<Model["mla"]>, elementBytes: number): number {
  const indexer = model.indexer === null ? 0 : ((model.indexer.headDim + 4) * model.indexer.layers) / model.numLayers;
  return (mla.kvLoraRank + mla.qkRopeHeadDim) * elementBytes + indexer;
}

/** DeepSeek V4: compressed entries that grow with the sequence and a short window in every layer; on every GPU. */
function compressedLayers(model: Model, elementBytes: number): CacheLayers[] {
  const perLayer = elementBytes / 2 / model.numLayers;
  return [
    full(model.numLayers, model.kvCache.perTokenGlobal * perLayer),
    {
      kind: "sliding",
      layers: model.numLayers,
      bytesPerToken: model.kvCache.perTokenLocal * perLayer,
      window: model.kvCache.window ?? 0,
      stateBytes: 0,
    },
  ];
}
