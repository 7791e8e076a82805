import type { Model } from "../../../catalog/schema/model.ts";
import { matrix, type Tensor, vector } from "./tensor.ts";

type LinearAttention = NonNullable<Model["linearAttention"]>;

/** The mixer of a layer without attention, by its kind. */
export function linearTensors(model: Model, linear: LinearAttention): Tensor[] {
  switch (linear.type) {
    case "mamba2":
      return mambaTensors(model, linear);
    case "kda":
      return deltaAttentionTensors(model, linear);
    case "short-conv":
      return shortConvolutionTensors(model, linear);
    case "lightning":
      return lightningTensors(model, linear);
    default:
      return gatedDeltaNetTensors(model, linear);
  }
}

/** Gated delta net (Qwen3-Next, Qwen3.5): projections of q, k, v and z, the gates b and a, a short convolution, a norm, the output. */
function gatedDeltaNetTensors(model: Model, linear: LinearAttention): Tensor[] {
  const keyRows = (linear.numKeyHeads ?? linear.numValueHeads) * (linear.keyHeadDim ?? linear.valueHeadDim);
  const valueRows = linear.numValueHeads * linear.valueHeadDim;
  return [
    matrix("attention", "split", 2 * keyRows + 2 * valueRows, model.hiddenSize),
    matrix("other", "split", 2 * linear.numValueHeads, model.hiddenSize),
    matrix("other", "split", 2 * keyRows + valueRows, linear.convKernel),
    vector(2 * linear.numValueHeads + linear.valueHeadDim),
    matrix("attention", "split", model.hiddenSize, valueRows),
  ];
}

/** Mamba-2: one projection of x, z, B, C and the step sizes, a short convolution, and the output. */
export function mambaTensors(model: Model, linear: LinearAttention): Tensor[] {
  const inner = linear.numValueHeads * linear.valueHeadDim;
  const groupRows = 2 * (linear.numGroups ?? 1) * (linear.stateSize ?? 0);
  return [
    matrix("attention", "split", 2 * inner + groupRows + linear.numValueHeads, model.hiddenSize),
    matrix("other", "split", inner + groupRows, linear.convKernel + 1),
    vector(3 * linear.numValueHeads + inner),
    matrix("attention", "split", model.hiddenSize, inner),
  ];
}

/** Kimi delta attention: q, k and v, each behind a convolution; gates of decay and output through a bottleneck of one head. */
function deltaAttentionTensors(model: Model, linear: LinearAttention): Tensor[] {
  const hidden = model.hiddenSize;
  const rows = linear.numValueHeads * linear.valueHeadDim;
  return [
    matrix("attention", "split", 3 * rows, hidden),
    matrix("attention", "replicated", 2 * linear.valueHeadDim, hidden),
    matrix("attention", "split", 2 * rows, linear.valueHeadDim),
    matrix("attention", "split", linear.numValueHeads, hidden),
    matrix("other", "split", 3 * rows, linear.convKernel),
    vector(linear.numValueHeads + rows + linear.valueHeadDim),
    matrix("attention", "split", hidden, rows),
  ];
}

/** LFM2: three gates of the width of the model around a short convolution. */
function shortConvolutionTensors(model: Model, linear: LinearAttention): Tensor[] {
  const hidden = model.hiddenSize;
  return [
    matrix("attention", "split", 3 * hidden, hidden),
    matrix("other", "split", hidden, linear.convKernel),
    matrix("attention", "split", hidden, hidden),
  ];
}

/** MiniMax-Text: q, k, v and an output gate, a norm, the output. */
function lightningTensors(model: Model, linear: LinearAttention): Tensor[] {
  const rows = linear.numValueHeads * linear.valueHeadDim;
  return [matrix("attention", "split", 4 * rows, model.hiddenSize), vector(rows), matrix("attention", "split", model.hiddenSize, rows)];
}
