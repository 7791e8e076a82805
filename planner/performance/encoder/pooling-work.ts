import type { Model } from "../../../catalog/schema/model.ts";
import { modelTensors } from "../../memory/weights/inventory.ts";
import { tensorParameters } from "../../memory/weights/tensor.ts";

/** What one text costs a model that reads it once and pools: counts before any hardware. */
export interface PoolingWork {
  /** FLOP of the matrix products for each token: 2 x the weights of the layers. Tables are looked up, not multiplied. */
  readonly gemmFlopPerToken: number;
  /** FLOP of attention for each token and token of its text. */
  readonly attentionFlopPerPair: number;
  readonly layers: number;
}

const known = new WeakMap<Model, PoolingWork>();

export function poolingWork(model: Model): PoolingWork {
  const found = known.get(model);
  if (found !== undefined) return found;
  const weights = modelTensors(model).groups.reduce((sum, group) => sum + group.layers * tensorParameters(group.tensors), 0);
  // Scores and weighted sum, 2 FLOP each; a causal token sees half of its text on average.
  const pairs = 4 * model.numAttentionHeads * model.headDim * model.numLayers;
  const work = {
    gemmFlopPerToken: 2 * weights,
    attentionFlopPerPair: model.architecture === "encoder" ? pairs : pairs / 2,
    layers: model.numLayers,
  };
  known.set(model, work);
  return work;
}
