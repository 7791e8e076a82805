import type { Model } from "../../../catalog/schema/model.ts";
import { globalHeads, groupedQueryTensors } from "./attention.ts";
import { denseTensors, expertTensors } from "./feed-forward.ts";
import { mambaTensors } from "./linear-attention.ts";
import { type LayerGroup, type ModelTensors, matrix, vector } from "./tensor.ts";

/** Nemotron-H: one mixer a layer (Mamba-2, attention or experts), each behind one norm. */
export function nemotronTensors(model: Model, linear: NonNullable<Model["linearAttention"]>): ModelTensors {
  const table = matrix("embedding", "vocabulary", model.vocabSize, model.hiddenSize);
  const groups: LayerGroup[] = [
    { layers: linear.layers, tensors: mambaTensors(model, linear) },
    { layers: linear.attentionLayers, tensors: groupedQueryTensors(model, globalHeads(model)) },
    { layers: model.numLayers, tensors: [vector(model.hiddenSize)] },
  ];
  const expertLayers = model.moe?.layers ?? 0;
  if (model.moe !== null) groups.push({ layers: expertLayers, tensors: expertTensors(model, model.moe) });
  const denseLayers = model.numLayers - linear.layers - linear.attentionLayers - expertLayers;
  if (model.intermediateSize !== null && denseLayers > 0)
    groups.push({ layers: denseLayers, tensors: denseTensors(model, model.intermediateSize) });
  return {
    first: [table],
    groups,
    last: [vector(model.hiddenSize), { ...table, role: "head" }],
    tiedHead: null,
  };
}
