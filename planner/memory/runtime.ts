import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Layout } from "../layouts/layout.ts";

/** CUDA libraries and collective buffers inside the engine's budget, bytes on one GPU. NVLink brings large all-reduce buffers. */
export function nonTorchBytes(gpu: Gpu, layout: Layout, release: EngineRelease): number {
  const row = release.nonTorch.findLast((candidate) => candidate.tensorParallel <= layout.tensorParallel) ?? release.nonTorch[0];
  if (row === undefined) return 0;
  if (gpu.memoryKind === "unified") return row.unifiedBytes;
  return hasFastLink(gpu) ? row.nvlinkBytes : row.pcieBytes;
}

/** Memory of captured CUDA graphs, bytes on one GPU: by layers and their width, and fewer where the engine runs fewer sequences. */
export function cudaGraphBytes(model: Model, layout: Layout, release: EngineRelease): number {
  if (layout.enforceEager) return 0;
  const { baseBytes, bytesPerLayer, bytesPerLayerAndHidden, tensorParallelExponent, expertBytes, referenceSeqs } = release.cudaGraphs;
  const layers = model.numLayers / layout.pipelineParallel;
  const layerBytes = layers * (bytesPerLayer + bytesPerLayerAndHidden * model.hiddenSize);
  const sharded = layerBytes / layout.tensorParallel ** tensorParallelExponent;
  const atReference = baseBytes + sharded + (model.moe === null ? 0 : expertBytes);
  return Math.round(atReference * Math.sqrt(Math.min(layout.maxNumSeqs, referenceSeqs) / referenceSeqs));
}

/** What CUDA and the communicators take before the engine looks at the device: not in the budget, but it must fit beside it. */
export function contextBytes(gpu: Gpu, layout: Layout, release: EngineRelease): number {
  const { singleBytes, nvlinkBytes, pcieBytes } = release.context;
  if (layout.tensorParallel * layout.pipelineParallel === 1) return singleBytes;
  return hasFastLink(gpu) ? nvlinkBytes : pcieBytes;
}

const hasFastLink = (gpu: Gpu): boolean => gpu.link.startsWith("nvlink") || gpu.link === "xgmi";
