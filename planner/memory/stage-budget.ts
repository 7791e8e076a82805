import type { EngineRelease, WeightFormat } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Layout } from "../layouts/layout.ts";
import { activationBytes } from "./activations.ts";
import { adapterBytes } from "./adapters.ts";
import { type Beside, draftBytes, nothingBeside, withDraftLayers } from "./beside.ts";
import { type CacheLayers, cacheDtype, cacheLayers, kvElementBytes } from "./cache-layers.ts";
import { type CachePaging, pageCache } from "./kv-cache.ts";
import { contextBytes, cudaGraphBytes, nonTorchBytes } from "./runtime.ts";
import { stageLayers, weightBytesPerGpu } from "./weights/weights.ts";

/** What one GPU of one pipeline stage holds, bytes. */
export interface StageBudget {
  readonly totalBytes: number;
  /** What the engine allows itself of it. */
  readonly requestedBytes: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly nonTorchBytes: number;
  readonly cudaGraphBytes: number;
  readonly contextBytes: number;
  /** May be negative: then by how much the budget is overdrawn. */
  readonly kvBytes: number;
  /** Null for models without a KV cache. */
  readonly paging: CachePaging | null;
  readonly blocks: number;
}

/** The stage that can hold the fewest blocks: it decides for all. */
export function bindingStage(
  model: Model,
  gpu: Gpu,
  release: EngineRelease,
  layout: Layout,
  format: WeightFormat,
  totalBytes: number,
  beside: Beside = nothingBeside,
): StageBudget {
  const element = kvElementBytes(cacheDtype(layout.kvCacheDtype, model, release), release.kvFormats, format.activationBytes);
  const layers = withDraftLayers(cacheLayers(model, layout.tensorParallel, element), model, beside, layout.tensorParallel, element);
  const states = release.recurrentStatesPerSequence + (beside.draft?.tokens ?? 0);
  const rules = { ...release, recurrentStatesPerSequence: states };
  let binding = stageBudget(0);
  for (let stage = 1; stage < layout.pipelineParallel; stage++) {
    const candidate = stageBudget(stage);
    if (candidate.blocks < binding.blocks || (candidate.blocks === binding.blocks && candidate.kvBytes < binding.kvBytes))
      binding = candidate;
  }
  return binding;

  function stageBudget(stage: number): StageBudget {
    const terms = {
      weightBytes: stageWeightBytes(model, format, layout, beside, stage),
      activationBytes: activationBytes(model, format, layout, release, stage === layout.pipelineParallel - 1),
      nonTorchBytes: nonTorchBytes(gpu, layout, release),
      cudaGraphBytes: cudaGraphBytes(model, layout, release),
      contextBytes: contextBytes(gpu, layout, release),
    };
    const { requestedBytes, kvBytes } = divide(totalBytes, terms, release, layout.gpuMemoryUtilization);
    const paging = pageCache(layersOfStage(layers, model.numLayers, layout.pipelineParallel, stage), rules);
    const blocks = paging === null ? 0 : Math.max(0, Math.floor(kvBytes / paging.blockBytes));
    return { totalBytes, requestedBytes, ...terms, kvBytes, paging, blocks };
  }
}

/** The model's weights less what stays in the host's memory, with adapters, and on the last stage with what drafts tokens. */
function stageWeightBytes(model: Model, format: WeightFormat, layout: Layout, beside: Beside, stage: number): number {
  const { tensorParallel, pipelineParallel } = layout;
  const own = weightBytesPerGpu(model, format, layout, stage);
  if (beside === nothingBeside) return own;
  const share = stageLayers(model.numLayers, pipelineParallel, stage) / model.numLayers;
  const draft = stage === pipelineParallel - 1 ? draftBytes(model, beside, tensorParallel) : 0;
  const { adapters } = beside;
  const adapted = adapters === null ? 0 : Math.round(share * adapters.onGpu * adapterBytes(model, adapters.rank, tensorParallel));
  return Math.max(0, own - beside.cpuOffloadBytes) + adapted + draft;
}

type Terms = Pick<StageBudget, "weightBytes" | "activationBytes" | "nonTorchBytes" | "cudaGraphBytes" | "contextBytes">;

/** The engine's own rule for what its memory share covers. */
function divide(totalBytes: number, terms: Terms, release: EngineRelease, share: number): Pick<StageBudget, "requestedBytes" | "kvBytes"> {
  const graphs = release.cudaGraphs.charged ? terms.cudaGraphBytes : 0;
  const peak = terms.weightBytes + terms.activationBytes + terms.nonTorchBytes + graphs;
  const allowed = Math.floor(totalBytes * share);
  switch (release.budgetRule) {
    case "utilization":
      return { requestedBytes: allowed, kvBytes: allowed - peak };
    case "static":
      return { requestedBytes: allowed, kvBytes: allowed - terms.weightBytes };
    case "free": {
      const kvBytes = (totalBytes - terms.contextBytes - peak) * share;
      return { requestedBytes: Math.floor(peak + Math.max(0, kvBytes)), kvBytes };
    }
  }
}

function layersOfStage(layers: readonly CacheLayers[], numLayers: number, pipelineParallel: number, stage: number): readonly CacheLayers[] {
  if (pipelineParallel === 1) return layers;
  const share = stageLayers(numLayers, pipelineParallel, stage) / numLayers;
  return layers.map((kind) => ({ ...kind, layers: Math.ceil(kind.layers * share) }));
}
