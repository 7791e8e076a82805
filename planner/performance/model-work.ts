import type { Model } from "../../catalog/schema/model.ts";

/** What one token costs a model, before any hardware: counts of weights, FLOP and bytes. */
export interface ModelWork {
  /** Weights every token reads: attention, shared experts, dense layers; without the language-model head. */
  readonly denseParameters: number;
  readonly headParameters: number;
  /** All routed experts; 0 for dense models. */
  readonly expertParameters: number;
  /** Weights stored but not read by decoding: the input embedding when it is not the head, the vision tower. */
  readonly embeddingParameters: number;
  readonly visionParameters: number;
  readonly numExperts: number;
  readonly expertsPerToken: number;
  readonly moeLayers: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly hybrid: boolean;
  /** FLOP per prompt token and token of its context, layers that see the whole context. */
  readonly attentionFlopGlobal: number;
  /** The same for layers that see `window` tokens at most. */
  readonly attentionFlopLocal: number;
  readonly window: number;
  /** KV heads that tensor parallelism can divide; 1 where every rank holds the whole cache. */
  readonly kvHeads: number;
  /** 16-bit cache, whole model: bytes read per decoded token and token of context. */
  readonly kvBytesGlobal: number;
  readonly kvBytesLocal: number;
  readonly stateBytes: number;
}

export function modelWork(model: Model): ModelWork {
  const head = model.vocabSize * model.hiddenSize;
  const embedding = model.tieWordEmbeddings ? 0 : head;
  const vision = model.visionTower?.params ?? 0;
  const read = model.parametersReadPerToken ?? model.parameters - embedding - vision;
  const activeShare = model.moe === null ? 1 : model.moe.expertsPerToken / model.moe.numExperts;
  // parameters - read = embedding + vision + the experts that a token does not visit.
  const experts = model.moe === null ? 0 : Math.max(0, model.parameters - embedding - vision - read) / (1 - activeShare);
  const [attentionFlopGlobal, attentionFlopLocal] = attentionFlop(model);
  return {
    denseParameters: Math.max(0, read - head - experts * activeShare),
    headParameters: head,
    expertParameters: experts,
    embeddingParameters: embedding,
    visionParameters: vision,
    numExperts: model.moe?.numExperts ?? 0,
    expertsPerToken: model.moe?.expertsPerToken ?? 0,
    moeLayers: model.moe === null ? 0 : (model.moe.layers ?? model.numLayers - model.moe.denseLayers),
    layers: model.numLayers,
    hiddenSize: model.hiddenSize,
    hybrid: model.linearAttention !== null,
    attentionFlopGlobal,
    attentionFlopLocal,
    window: model.kvCache.window ?? Number.POSITIVE_INFINITY,
    kvHeads: model.mla === null ? model.numKvHeads : 1,
    kvBytesGlobal: model.kvCache.perTokenGlobal,
    kvBytesLocal: model.kvCache.perTokenLocal,
    stateBytes: model.kvCache.perSequence,
  };
}

/** Scores and weighted sum, 2 FLOP each way: 4 x heads x head size a layer; latent attention 2 x heads x (nope + rope + v). */
function attentionFlop(model: Model): [number, number] {
  const perLayer =
    model.mla === null
      ? 4 * model.numAttentionHeads * model.headDim
      : 2 * model.numAttentionHeads * (model.mla.qkNopeHeadDim + model.mla.qkRopeHeadDim + model.mla.vHeadDim);
  if (model.linearAttention !== null) return [perLayer * model.linearAttention.attentionLayers, 0];
  if (model.slidingWindow !== null && model.kvCache.window !== null) {
    return [perLayer * model.slidingWindow.layersGlobal, perLayer * model.slidingWindow.layersLocal];
  }
  return [perLayer * model.numLayers, 0];
}

/** Bytes of 16-bit cache that one decoded token reads at `context` tokens. */
export const kvBytesRead = (work: ModelWork, context: number): number =>
  work.kvBytesGlobal * context + work.kvBytesLocal * Math.min(context, work.window);
