import type { Model } from "../../catalog/schema/model.ts";
import type { Fields } from "./fields.ts";

/** Seconds of audio in one window and spectrogram frames per second, fixed by Whisper's feature extractor. */
const windowSeconds = 30;
const framesPerSecond = 100;

export function whisperEncoder(fields: Fields): Model["encoder"] {
  const layers = fields.count("encoder_layers");
  const hidden = fields.count("d_model");
  const heads = fields.count("encoder_attention_heads");
  const intermediate = fields.count("encoder_ffn_dim");
  const melBins = fields.count("num_mel_bins");
  const positions = fields.count("max_source_positions");
  if (layers === null || hidden === null || heads === null || intermediate === null || melBins === null || positions === null) return null;
  return {
    layers,
    hidden,
    heads,
    intermediate,
    melBins,
    maxFrames: windowSeconds * framesPerSecond,
    positions,
    chunkSeconds: windowSeconds,
  };
}
