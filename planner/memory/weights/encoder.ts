import type { Model } from "../../../catalog/schema/model.ts";
import { denseTensors } from "./feed-forward.ts";
import { type ModelTensors, matrix, type Tensor, vector } from "./tensor.ts";

const stated = (model: Model, name: string): number => {
  const value = model.weightLayout[name];
  return typeof value === "number" ? value : 0;
};

/** Bidirectional encoders (BERT, XLM-R, and the gated, rotary variant of GTE): tables, layers, pooler, classification head. */
export function encoderTensors(model: Model): ModelTensors {
  const hidden = model.hiddenSize;
  const width = model.intermediateSize ?? 4 * hidden;
  const gated = model.weightLayout.mlpGated !== false;
  // ModernBERT and Nomic have neither biases nor learnt positions.
  const biased = model.weightLayout.encoderBias !== false;
  const pooler = model.weightLayout.pooler === true ? [matrix("other", "replicated", hidden, hidden + 1)] : [];
  return {
    first: [
      matrix("embedding", "vocabulary", model.vocabSize, hidden),
      matrix("embedding", "replicated", stated(model, "positionEmbeddings") + stated(model, "typeEmbeddings"), hidden),
      vector((biased ? 2 : 1) * hidden),
    ],
    groups: [
      {
        layers: model.numLayers,
        tensors: [
          matrix("attention", "split", 4 * hidden, hidden),
          ...denseTensors(model, width),
          ...(biased ? [vector(4 * hidden), vector((gated ? 0 : width) + hidden)] : []),
          vector((biased ? 4 : 2) * hidden),
        ],
      },
    ],
    last: [...pooler, vector(stated(model, "headParams"))],
    tiedHead: null,
  };
}

/** Whisper: convolutions and an encoder over audio, a decoder with self and cross attention. K projections have no bias. */
export function whisperTensors(model: Model, encoder: NonNullable<Model["encoder"]>): ModelTensors {
  const hidden = model.hiddenSize;
  const width = model.intermediateSize ?? 4 * hidden;
  const attention: Tensor[] = [matrix("attention", "split", 4 * hidden, hidden), vector(3 * hidden), vector(2 * hidden)];
  const mlp: Tensor[] = [
    matrix("mlp", "split", width, hidden),
    matrix("mlp", "split", hidden, width),
    vector(width + hidden),
    vector(2 * hidden),
  ];
  const table = matrix("embedding", "vocabulary", model.vocabSize, hidden);
  return {
    first: [
      matrix("other", "replicated", hidden, 3 * encoder.melBins + 1),
      matrix("other", "replicated", hidden, 3 * hidden + 1),
      matrix("other", "replicated", encoder.positions + model.maxContext, hidden),
      table,
    ],
    groups: [
      { layers: encoder.layers, tensors: [...attention, ...mlp] },
      { layers: model.numLayers, tensors: [...attention, ...attention, ...mlp] },
    ],
    last: [vector(4 * hidden)],
    tiedHead: table,
  };
}
