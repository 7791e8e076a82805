import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { gpusPerReplica, type Layout } from "../layouts/layout.ts";
import { type Beside, nothingBeside } from "./beside.ts";
import { fitFinding, fitWarning, unsizedBudget } from "./fit.ts";
import { prefillBlocks, reportedTokens, sequenceBlocks } from "./kv-cache.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { bindingStage, type StageBudget } from "./stage-budget.ts";
import { weightBytes } from "./weights/weights.ts";

/**
 * Where the memory of each GPU goes and what is left for the KV cache. With pipeline parallelism the terms are those of the stage that can
 * hold the fewest blocks. Legality is not asked here: see layouts/legality.ts.
 */
export function memoryBudget(model: Model, gpu: Gpu, release: EngineRelease, layout: Layout, beside: Beside = nothingBeside): MemoryBudget {
  const format = release.formats.find((candidate) => candidate.precision === layout.precision);
  if (format === undefined || gpu.cudaMemoryBytes === null) return unsizedBudget(gpu, release, layout);
  const stage = bindingStage(model, gpu, release, layout, format, gpu.cudaMemoryBytes, beside);
  const sized = { model, gpu, release, layout, stage, beside };
  const finding = fitFinding(sized);
  return {
    totalBytesPerGpu: stage.totalBytes,
    requestedBytesPerGpu: stage.requestedBytes,
    weightBytesPerGpu: Math.round(stage.weightBytes),
    activationBytesPerGpu: Math.round(stage.activationBytes),
    nonTorchBytesPerGpu: stage.nonTorchBytes,
    cudaGraphBytesPerGpu: stage.cudaGraphBytes,
    kvCacheBytesPerGpu: stage.paging === null ? 0 : Math.max(0, Math.floor(stage.kvBytes)),
    fits: finding === null,
    finding,
    warning: finding === null ? fitWarning(sized) : null,
    weightBytes: Math.round(weightBytes(model, format)),
    ...sequenceRoom(stage, layout, release),
  };
}

type SequenceRoom = Pick<MemoryBudget, "kvCacheTokens" | "maxConcurrency" | "kvCacheBytes" | "kvBytesPerSequence">;

/** Room for sequences, whole replica. A block counts on every GPU that keeps a part of it; every data-parallel rank has its own pool. */
function sequenceRoom({ paging, blocks }: StageBudget, layout: Layout, release: EngineRelease): SequenceRoom {
  const ranks = layout.dataParallel;
  if (paging === null) return { kvCacheTokens: 0, maxConcurrency: layout.maxNumSeqs * ranks, kvCacheBytes: 0, kvBytesPerSequence: () => 0 };
  const maxConcurrency = blocks / sequenceBlocks(paging, layout.maxModelLen, layout.maxNumBatchedTokens);
  const blockBytes = paging.blockBytes * (gpusPerReplica(layout) / ranks);
  // One block is the null block; windowed layers need room for the prompt tokens of one step beside their windows.
  const free = Math.max(0, blocks - 1);
  const reading = Math.min(prefillBlocks(paging, layout.maxNumBatchedTokens), Math.floor(free / 2));
  return {
    kvCacheTokens: reportedTokens(paging, blocks, maxConcurrency, layout.maxModelLen, release.reportedTokens) * ranks,
    maxConcurrency: maxConcurrency * ranks,
    kvCacheBytes: (free - reading) * blockBytes * ranks,
    kvBytesPerSequence: (tokens) => sequenceBlocks(paging, Math.max(1, tokens), 1) * blockBytes,
  };
}
