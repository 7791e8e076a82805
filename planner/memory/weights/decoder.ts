import type { Model } from "../../../catalog/schema/model.ts";
import { globalHeads, groupedQueryTensors, indexerTensors, latentAttentionTensors, localHeads } from "./attention.ts";
import { denseTensors, expertTensors } from "./feed-forward.ts";
import { linearTensors } from "./linear-attention.ts";
import { perLayerGroup, perLayerTable } from "./per-layer-inputs.ts";
import { type LayerGroup, type ModelTensors, matrix, type Tensor, vector } from "./tensor.ts";

/** Decoder-only models: input table, equal layers of attention and feed-forward, final norm, output head. */
export function decoderTensors(model: Model): ModelTensors {
  const table = matrix("embedding", "vocabulary", model.vocabSize, model.hiddenSize);
  const hasHead = model.weightLayout.noLmHead !== true;
  const norm = vector(normLength(model));
  return {
    first: [table, ...positionTable(model), ...perLayerTable(model), ...visionTensors(model)],
    groups: [
      ...mixerGroups(model),
      ...feedForwardGroups(model),
      ...perLayerGroup(model),
      { layers: model.numLayers, tensors: normTensors(model) },
    ],
    last: [norm, ...(hasHead && !model.tieWordEmbeddings ? [{ ...table, role: "head" as const }] : []), ...headBias(model)],
    tiedHead: hasHead && model.tieWordEmbeddings ? table : null,
  };
}

/** Which mixer the layers have; a layer appears in exactly one mixer group and one feed-forward group. */
function mixerGroups(model: Model): LayerGroup[] {
  const biases = mixerBiases(model);
  if (model.linearAttention !== null) {
    const whole = model.mla === null ? groupedQueryTensors(model, globalHeads(model)) : latentAttentionTensors(model, model.mla);
    return [
      { layers: model.linearAttention.attentionLayers, tensors: whole },
      { layers: model.linearAttention.layers, tensors: linearTensors(model, model.linearAttention) },
    ];
  }
  if (model.mla !== null) {
    const latent = { layers: model.numLayers, tensors: latentAttentionTensors(model, model.mla) };
    return model.indexer === null ? [latent] : [latent, { layers: model.indexer.layers, tensors: indexerTensors(model, model.indexer) }];
  }
  const attention = [...groupedQueryTensors(model, globalHeads(model)), ...biases];
  if (model.slidingWindow === null) return [{ layers: model.numLayers, tensors: attention }];
  return [
    { layers: model.slidingWindow.layersGlobal, tensors: attention },
    { layers: model.slidingWindow.layersLocal, tensors: groupedQueryTensors(model, localHeads(model)) },
  ];
}

function feedForwardGroups(model: Model): LayerGroup[] {
  const width = model.intermediateSize;
  const dense = width === null ? [] : denseTensors(model, width);
  if (model.moe === null) {
    // Gemma 4 E2B: the layers without a cache of their own have twice the width.
    const wide = typeof model.weightLayout.doubleWideLayers === "number" ? model.weightLayout.doubleWideLayers : 0;
    const single = { layers: model.numLayers - wide, tensors: dense };
    return wide === 0 || width === null ? [single] : [single, { layers: wide, tensors: denseTensors(model, 2 * width) }];
  }
  const experts = expertTensors(model, model.moe);
  const beside = model.weightLayout.denseMlpInMoeLayers === true ? dense : [];
  return [
    { layers: model.moe.denseLayers, tensors: dense },
    { layers: model.numLayers - model.moe.denseLayers, tensors: [...experts, ...beside] },
  ];
}

const normLength = (model: Model): number => (model.weightLayout.normBias === true ? 2 : 1) * model.hiddenSize;

function normTensors(model: Model): Tensor[] {
  const perLayer = model.weightLayout.normsPerLayer;
  return [vector((typeof perLayer === "number" ? perLayer : 2) * normLength(model))];
}

/** Never quantised; divided like everything else (vLLM's default mm_encoder_tp_mode "weights"). */
const visionTensors = (model: Model): Tensor[] =>
  model.visionTower === null ? [] : [matrix("other", "split", model.visionTower.params, 1)];

const headBias = (model: Model): Tensor[] => (model.weightLayout.headBias === true ? [vector(model.vocabSize)] : []);

/** GPT-2 style models learn their positions. */
const positionTable = (model: Model): Tensor[] =>
  model.weightLayout.kind === "gpt2" ? [matrix("embedding", "replicated", model.maxContext, model.hiddenSize)] : [];

/** GPT-2 style models have a bias on every projection. */
const mixerBiases = (model: Model): Tensor[] =>
  model.weightLayout.kind === "gpt2" ? [vector(5 * model.hiddenSize + (model.intermediateSize ?? 0))] : [];
