import type { Model } from "../../../catalog/schema/model.ts";
import { matrix, type Tensor, vector } from "./tensor.ts";

/** Heads of one kind of attention layer. Models with local layers may shape them differently. */
export interface HeadShape {
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Global layers of Gemma 4 project K once and use it as V. */
  readonly keyIsValue: boolean;
  readonly sinks: boolean;
}

export const globalHeads = (model: Model): HeadShape => {
  const keyDim = model.slidingWindow?.globalHeadDim ?? model.headDim;
  return {
    kvHeads: model.slidingWindow?.globalNumKvHeads ?? model.numKvHeads,
    keyDim,
    valueDim: valueDim(model, keyDim),
    keyIsValue: model.weightLayout.globalKeqV === true,
    sinks: model.weightLayout.attnSinks === true,
  };
};

export const localHeads = (model: Model): HeadShape => ({
  kvHeads: model.slidingWindow?.localNumKvHeads ?? model.numKvHeads,
  keyDim: model.headDim,
  valueDim: valueDim(model, model.headDim),
  keyIsValue: false,
  sinks: model.weightLayout.attnSinks === true || model.weightLayout.attnSinks === "local",
});

const valueDim = (model: Model, keyDim: number): number => {
  const stated = model.weightLayout.vHeadDim;
  return typeof stated === "number" ? stated : keyDim;
};

/** Grouped-query attention (multi-head and multi-query are its ends). */
export function groupedQueryTensors(model: Model, heads: HeadShape): Tensor[] {
  const hidden = model.hiddenSize;
  const layout = model.weightLayout;
  const queryRows = model.numAttentionHeads * heads.keyDim;
  const keyRows = heads.kvHeads * heads.keyDim;
  const valueRows = heads.kvHeads * heads.valueDim;
  const tensors: Tensor[] = [
    matrix("attention", "split", layout.attnOutputGate === true ? 2 * queryRows : queryRows, hidden),
    { ...matrix("attention", "kv", keyRows, hidden), kvHeads: heads.kvHeads },
    { ...matrix("attention", "split", hidden, model.numAttentionHeads * heads.valueDim), part: "output" },
  ];
  if (!heads.keyIsValue) tensors.push({ ...matrix("attention", "kv", valueRows, hidden), kvHeads: heads.kvHeads, part: "value" });
  if (layout.qkvBias === true) tensors.push(vector(queryRows + keyRows + valueRows));
  if (layout.oBias === true) tensors.push(vector(hidden));
  if (layout.qkNorm === "head") tensors.push(vector(2 * heads.keyDim));
  if (layout.qkNorm === "full") tensors.push(vector(queryRows + keyRows));
  if (heads.sinks) tensors.push(vector(model.numAttentionHeads));
  return tensors;
}

/** Multi-head latent attention: the down-projections and their norms are on every GPU, the up-projections are divided by heads. */
export function latentAttentionTensors(model: Model, mla: NonNullable<Model["mla"]>): Tensor[] {
  const hidden = model.hiddenSize;
  const queryRows = model.numAttentionHeads * (mla.qkNopeHeadDim + mla.qkRopeHeadDim);
  const query =
    mla.qLoraRank === null
      ? [matrix("attention", "split", queryRows, hidden)]
      : [
          matrix("attention", "replicated", mla.qLoraRank, hidden),
          vector(mla.qLoraRank),
          matrix("attention", "split", queryRows, mla.qLoraRank),
        ];
  return [
    ...query,
    matrix("attention", "replicated", mla.kvLoraRank + mla.qkRopeHeadDim, hidden),
    vector(mla.kvLoraRank),
    matrix("attention", "split", model.numAttentionHeads * (mla.qkNopeHeadDim + mla.vHeadDim), mla.kvLoraRank),
    matrix("attention", "split", hidden, model.numAttentionHeads * mla.vHeadDim),
  ];
}

/** The indexer of sparse attention (DeepSeek V3.2, GLM 5): on every GPU. */
export function indexerTensors(model: Model, indexer: NonNullable<Model["indexer"]>): Tensor[] {
  return [
    matrix("attention", "replicated", indexer.heads * indexer.headDim, model.mla?.qLoraRank ?? model.hiddenSize),
    matrix("attention", "replicated", indexer.headDim, model.hiddenSize),
    matrix("other", "replicated", indexer.heads, model.hiddenSize),
    vector(2 * indexer.headDim),
  ];
}
