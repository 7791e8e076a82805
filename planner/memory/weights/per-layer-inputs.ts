import type { Model } from "../../../catalog/schema/model.ts";
import { type LayerGroup, matrix, type Tensor, vector } from "./tensor.ts";

const stated = (model: Model, name: string): number => {
  const value = model.weightLayout[name];
  return typeof value === "number" ? value : 0;
};

/** Gemma 3n and the small Gemma 4: a vector for every token and layer, and the projection of the hidden vector onto all of them. */
export function perLayerTable(model: Model): Tensor[] {
  const width = stated(model, "perLayerInputWidth");
  if (width === 0) return [];
  const inputs = stated(model, "altupInputs");
  const mixing = inputs === 0 ? [] : [matrix("other", "replicated", 2 * (inputs - 1) * model.hiddenSize, model.hiddenSize)];
  return [
    matrix("embedding", "vocabulary", stated(model, "perLayerVocab"), model.numLayers * width),
    matrix("other", "replicated", model.numLayers * width, model.hiddenSize),
    vector(width),
    ...mixing,
  ];
}

/** In each layer: a gate onto the vector, the way back with its norm; for Gemma 3n also the low-rank detour (LAuReL) and AltUp. */
export function perLayerGroup(model: Model): LayerGroup[] {
  const width = stated(model, "perLayerInputWidth");
  if (width === 0) return [];
  const hidden = model.hiddenSize;
  const rank = stated(model, "laurelRank");
  const inputs = stated(model, "altupInputs");
  const detour = rank === 0 ? [] : [matrix("other", "replicated", 2 * rank, hidden), vector(hidden)];
  const altup = inputs === 0 ? [] : [matrix("other", "replicated", inputs, hidden), vector(2 * hidden + inputs * inputs * (inputs + 1))];
  return [{ layers: model.numLayers, tensors: [matrix("other", "replicated", 2 * width, hidden), vector(hidden), ...detour, ...altup] }];
}
