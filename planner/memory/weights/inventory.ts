import type { Model } from "../../../catalog/schema/model.ts";
import { decoderTensors } from "./decoder.ts";
import { encoderTensors, whisperTensors } from "./encoder.ts";
import { expertTensors } from "./feed-forward.ts";
import { nemotronTensors } from "./nemotron.ts";
import { type ModelTensors, matrix, modelParameters, tensorParameters, vector } from "./tensor.ts";

const known = new WeakMap<Model, ModelTensors>();

/** Every weight tensor of a model. Kept for as long as the catalog's (frozen) model object lives. */
export function modelTensors(model: Model): ModelTensors {
  const found = known.get(model);
  if (found !== undefined) return found;
  const tensors = build(model);
  known.set(model, tensors);
  return tensors;
}

function build(model: Model): ModelTensors {
  const kind = model.weightLayout.kind;
  if (kind === "whisper" && model.encoder !== null) return whisperTensors(model, model.encoder);
  if (kind === "nemotron-h" && model.linearAttention !== null) return nemotronTensors(model, model.linearAttention);
  if (kind === "bert" || kind === "gte-new") return encoderTensors(model);
  if (kind === "deepseek-v4") return outlineTensors(model);
  return decoderTensors(model);
}

/**
 * Models whose attention the catalog does not describe tensor by tensor (DeepSeek V4): tables and experts as they are, the rest of the
 * published total as one divided attention matrix a layer.
 */
function outlineTensors(model: Model): ModelTensors {
  const table = matrix("embedding", "vocabulary", model.vocabSize, model.hiddenSize);
  const experts = model.moe === null ? [] : expertTensors(model, model.moe);
  const ends = { first: [table], last: [vector(model.hiddenSize), { ...table, role: "head" as const }], tiedHead: null };
  const described = modelParameters({ ...ends, groups: [] }) + model.numLayers * tensorParameters(experts);
  const restRows = (model.parameters - described) / model.numLayers / model.hiddenSize;
  return {
    ...ends,
    groups: [{ layers: model.numLayers, tensors: [...experts, matrix("attention", "split", restRows, model.hiddenSize)] }],
  };
}
