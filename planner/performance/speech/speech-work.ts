import type { Model } from "../../../catalog/schema/model.ts";
import { modelTensors } from "../../memory/weights/inventory.ts";
import { tensorParameters } from "../../memory/weights/tensor.ts";

/** What one window of audio (30 s) costs a Whisper model: counts before any hardware. */
export interface SpeechWork {
  readonly windowSeconds: number;
  /** One encoder pass over a window's positions, matrix products and attention. */
  readonly encoderFlop: number;
  /** Weights that a decoding step reads: the decoder's layers and the output table. */
  readonly decoderParameters: number;
  readonly decoderLayers: number;
  /** 16-bit keys and values of a window that every step reads: of the encoder's positions, and of each token before. */
  readonly crossBytes: number;
  readonly selfBytesPerToken: number;
}

/** Null for a model without an audio encoder. */
export function speechWork(model: Model): SpeechWork | null {
  const { encoder } = model;
  const [encoderLayers, decoderLayers] = modelTensors(model).groups;
  if (encoder === null || encoderLayers === undefined || decoderLayers === undefined) return null;
  const { positions } = encoder;
  const weights = encoderLayers.layers * tensorParameters(encoderLayers.tensors);
  const attention = 4 * encoder.layers * encoder.hidden * positions ** 2;
  return {
    windowSeconds: encoder.chunkSeconds,
    encoderFlop: 2 * weights * positions + attention,
    decoderParameters: decoderLayers.layers * tensorParameters(decoderLayers.tensors) + model.vocabSize * model.hiddenSize,
    decoderLayers: model.numLayers,
    crossBytes: model.kvCache.perSequence,
    selfBytesPerToken: model.kvCache.perTokenGlobal,
  };
}
