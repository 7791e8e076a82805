import type { Model } from "../../../catalog/schema/model.ts";
import { globalHeads, groupedQueryTensors } from "./attention.ts";
import { expertTensors } from "./feed-forward.ts";
import { type LayerGroup, type ModelTensors, matrix, type Tensor, vector } from "./tensor.ts";

/** Nemotron-H: one mixer a layer (Mamba-2, attention or experts), each behind one norm. */
export function nemotronTensors(model: Model, linear: NonNullable<Model["linearAttention"]>): ModelTensors {
  const table = matrix("embedding", "vocabulary", model.vocabSize, model.hiddenSize);
  const groups: LayerGroup[] = [
    { layers: linear.layers, tensors: mambaTensors(model, linear) },
    { layers: linear.attentionLayers, tensors: groupedQueryTensors(model, globalHeads(model)) },
    { layers: model.numLayers, tensors: [vector(model.hiddenSize)] },
  ];
  if (model.moe !== null) groups.push({ layers: model.moe.layers ?? 0, tensors: expertTensors(model, model.moe) });
  return {
    first: [table],
    groups,
    last: [vector(model.hiddenSize), { ...table, role: "head" }],
    tiedHead: null,
  };
}

function mambaTensors(model: Model, linear: NonNullable<Model["linearAttention"]>): Tensor[] {
  const inner = linear.numValueHeads * linear.valueHeadDim;
  const groupRows = 2 * (linear.numGroups ?? 1) * (linear.stateSize ?? 0);
  return [
    matrix("attention", "split", 2 * inner + groupRows + linear.numValueHeads, model.hiddenSize),
    matrix("other", "split", inner + groupRows, linear.convKernel + 1),
    vector(3 * linear.numValueHeads + inner),
    matrix("attention", "split", model.hiddenSize, inner),
  ];
}
