import type { Model } from "./schema/model.ts";

const bytesPerValue = 2;
const convolutionStateBytes = 2;

/** The architecture fields that decide the cache of one sequence. */
export type CacheShape = Pick<
  Model,
  | "architecture"
  | "numLayers"
  | "numKvHeads"
  | "headDim"
  | "hiddenSize"
  | "slidingWindow"
  | "mla"
  | "linearAttention"
  | "encoder"
  | "compressedAttention"
  | "weightLayout"
>;

/**
 * Bytes of a 16-bit cache, from the architecture alone: keys and values of each layer, the latent of MLA, windows apart, the recurrent
 * state of linear attention and the cross-attention of an encoder-decoder per sequence. Null for forms that have no such formula
 * (compressed attention), so that nobody takes a guess for a fact.
 */
export function kvCacheOf(model: CacheShape): Model["kvCache"] | null {
  if (model.compressedAttention !== null) return null;
  const none = { perTokenGlobal: 0, perTokenLocal: 0, window: null, perSequence: 0 };
  if (model.architecture === "encoder") return none;
  if (model.mla !== null) {
    const latent = (model.mla.kvLoraRank + model.mla.qkRopeHeadDim) * bytesPerValue;
    const linear = model.linearAttention;
    if (linear === null) return { ...none, perTokenGlobal: model.numLayers * latent };
    return { ...none, perTokenGlobal: linear.attentionLayers * latent, perSequence: recurrentStateBytes(linear) };
  }
  const layer = (kvHeads: number, headDim: number, valueDim: number) => kvHeads * (headDim + valueDim) * bytesPerValue;
  const valueDim = typeof model.weightLayout.vHeadDim === "number" ? model.weightLayout.vHeadDim : null;
  const whole = layer(model.numKvHeads, model.headDim, valueDim ?? model.headDim);
  const { slidingWindow, linearAttention, encoder } = model;
  if (slidingWindow !== null) {
    const globalHeadDim = slidingWindow.globalHeadDim ?? model.headDim;
    return {
      ...none,
      perTokenGlobal:
        (slidingWindow.layersGlobal - (slidingWindow.sharedGlobal ?? 0)) *
        layer(slidingWindow.globalNumKvHeads ?? model.numKvHeads, globalHeadDim, valueDim ?? globalHeadDim),
      perTokenLocal:
        (slidingWindow.layersLocal - (slidingWindow.sharedLocal ?? 0)) *
        layer(slidingWindow.localNumKvHeads ?? model.numKvHeads, model.headDim, valueDim ?? model.headDim),
      window: slidingWindow.window,
    };
  }
  if (linearAttention !== null) {
    return { ...none, perTokenGlobal: linearAttention.attentionLayers * whole, perSequence: recurrentStateBytes(linearAttention) };
  }
  const crossAttention = encoder === null ? 0 : model.numLayers * encoder.positions * whole;
  return { ...none, perTokenGlobal: model.numLayers * whole, perSequence: crossAttention };
}

/** State matrices at their own dtype and the convolution's last inputs at 16 bits (gated delta rule, Mamba-2). */
function recurrentStateBytes(linear: NonNullable<Model["linearAttention"]>): number {
  const values = linear.numValueHeads * linear.valueHeadDim;
  const keyHeads = linear.numKeyHeads ?? linear.numGroups ?? 0;
  const keyDim = linear.keyHeadDim ?? linear.stateSize ?? 0;
  const stateBytes = linear.stateDtype.startsWith("fp32") ? 4 : 2;
  const convolution = (values + 2 * keyHeads * keyDim) * (linear.convKernel - 1) * convolutionStateBytes;
  return linear.layers * (values * keyDim * stateBytes + convolution);
}
