import type { EngineRelease, WeightFormat } from "../../catalog/schema/engine.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Layout } from "../layouts/layout.ts";

/**
 * Peak of temporary tensors on one GPU, bytes. On the last stage the sampler usually sets it: logits of every sequence over the whole
 * vocabulary, gathered on each GPU, so tensor parallelism does not divide them.
 */
export function activationBytes(model: Model, format: WeightFormat, layout: Layout, release: EngineRelease, isLastStage: boolean): number {
  const { samplerBytesPerLogit, hiddenStatesPerToken, forwardWidthsPerToken, forwardHiddenPerToken, fixedBytes, expertWorkspace } =
    release.activation;
  const tokens = layout.maxNumBatchedTokens;
  const element = format.activationBytes;
  const hidden = tokens * model.hiddenSize * element;
  const samples = isLastStage && model.task !== "embed" && model.task !== "rerank";
  const sampler = samples
    ? samplerBytesPerLogit * Math.min(layout.maxNumSeqs, tokens) * model.vocabSize + hiddenStatesPerToken * hidden + fixedBytes
    : 0;
  const widths = tokens * forwardWidthsPerToken * (forwardWidth(model) / layout.tensorParallel) * element;
  const forward = widths + forwardHiddenPerToken * hidden + fixedBytes;
  const encoder = release.encoderPeak.find(({ kind }) => kind === model.visionTower?.kind)?.bytes ?? 0;
  const experts = format.expertWorkspace ? expertBufferBytes(model, layout, element) : 0;
  const language = expertWorkspace === "held" ? Math.max(sampler, forward) + experts : Math.max(sampler, forward + experts);
  return Math.max(language, encoder);
}

/** Width of the widest feed-forward layer that every token passes through. */
function forwardWidth(model: Model): number {
  const dense = model.moe === null || model.moe.denseLayers > 0 || model.weightLayout.denseMlpInMoeLayers === true;
  return Math.max(dense ? (model.intermediateSize ?? 0) : 0, model.moe?.sharedExpertIntermediateSize ?? 0);
}

/** Inputs, gate, up and output of the chosen experts, for every batched token. */
function expertBufferBytes(model: Model, layout: Layout, element: number): number {
  if (model.moe === null) return 0;
  const width = (3 * model.moe.expertIntermediateSize) / layout.tensorParallel + (model.moe.latentDim ?? model.hiddenSize);
  return layout.maxNumBatchedTokens * model.moe.expertsPerToken * width * element;
}
