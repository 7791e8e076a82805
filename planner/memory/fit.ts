import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { isHost } from "../layouts/host.ts";
import { type Layout, mostNodesPerReplica } from "../layouts/layout.ts";
import { layoutFindings } from "../layouts/legality.ts";
import type { Precision } from "../layouts/precision.ts";
import type { Beside } from "./beside.ts";
import { type CachePaging, sequenceBlocks } from "./kv-cache.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { bindingStage, type StageBudget } from "./stage-budget.ts";

export interface SizedLayout {
  readonly model: Model;
  readonly gpu: Gpu;
  readonly release: EngineRelease;
  readonly layout: Layout;
  readonly stage: StageBudget;
  readonly beside: Beside;
}

/** Why the layout would not start; null when it would. Values and limits are bytes on one GPU. */
export function fitFinding(sized: SizedLayout): Finding | null {
  const { release, layout, stage } = sized;
  const shortage = shortageOf(stage, layout, release);
  if (shortage === null) return null;
  const subject = subjectOf(sized);
  const { value, limit } = shortage;
  const bytes = { path: "", value: Math.ceil(value), limit: Math.floor(limit), unit: isHost(sized.gpu) ? "bytes" : "bytes per GPU" };
  switch (shortage.code) {
    case "does-not-fit":
      return {
        code: shortage.code,
        message: `${subject}: weights and working memory leave no room for one sequence`,
        suggestion: roomSuggestion(sized),
        ...bytes,
      };
    case "context-does-not-fit":
      return {
        code: shortage.code,
        message: `${subject}: the KV cache cannot hold one sequence of ${layout.maxModelLen} tokens`,
        suggestion: `lower max-model-len to ${shortage.longest}, or ${roomSuggestion(sized)}`,
        path: "",
        value: layout.maxModelLen,
        limit: shortage.longest,
        unit: "tokens",
      };
    case "cuda-graphs-do-not-fit":
      return besideFinding(sized, shortage);
  }
}

/** Engines whose constants are estimates are warned of, not refused, where what CUDA takes beside the budget seems to be too much. */
export function fitWarning(sized: SizedLayout): Finding | null {
  const shortage = sized.release.estimated ? besideShortage(sized.stage, sized.release) : null;
  return shortage === null ? null : { ...besideFinding(sized, shortage), path: "gpuMemoryUtilization" };
}

const subjectOf = ({ model, gpu, layout }: SizedLayout): string =>
  `${model.id} in ${layout.precision} on ${isHost(gpu) ? "" : `${layout.tensorParallel * layout.pipelineParallel} x `}${gpu.id}`;

function besideFinding(sized: SizedLayout, { code, value, limit }: Shortage): Finding {
  const { gpu, layout } = sized;
  const bytes = { code, path: "", value: Math.ceil(value), limit: Math.floor(limit) };
  const subject = subjectOf(sized);
  if (isHost(gpu)) {
    const message = `${subject}: the server's process needs more than is left beside ${layout.gpuMemoryUtilization * 100} % of the memory`;
    return { ...bytes, message, suggestion: "use a host with more memory", unit: "bytes" };
  }
  return {
    ...bytes,
    message: `${subject}: what CUDA needs beside the budget is more than gpu-memory-utilization ${layout.gpuMemoryUtilization} leaves`,
    suggestion: "lower gpu-memory-utilization or max-num-seqs, or run with enforce-eager",
    unit: "bytes per GPU",
  };
}

type Shortage =
  | { readonly code: "does-not-fit" | "cuda-graphs-do-not-fit"; readonly value: number; readonly limit: number }
  | { readonly code: "context-does-not-fit"; readonly value: number; readonly limit: number; readonly longest: number };

function shortageOf(stage: StageBudget, layout: Layout, release: EngineRelease): Shortage | null {
  const { paging } = stage;
  const needed = paging === null ? 0 : sequenceBlocks(paging, layout.maxModelLen, layout.maxNumBatchedTokens);
  const neededBytes = needed * (paging?.blockBytes ?? 0);
  const longest = paging === null ? layout.maxModelLen : longestContext(paging, stage.blocks, layout);
  if (stage.kvBytes <= 0 || longest === 0) {
    return { code: "does-not-fit", value: stage.requestedBytes - stage.kvBytes + neededBytes, limit: stage.requestedBytes };
  }
  const beside = release.estimated ? null : besideShortage(stage, release);
  if (beside !== null) return beside;
  return needed <= stage.blocks ? null : { code: "context-does-not-fit", value: neededBytes, limit: stage.kvBytes, longest };
}

function besideShortage(stage: StageBudget, release: EngineRelease): Shortage | null {
  const value = besideBudget(stage, release);
  const limit = stage.totalBytes - stage.requestedBytes;
  return value > limit ? { code: "cuda-graphs-do-not-fit", value, limit } : null;
}

/** The budget of something that cannot be sized at all: an unknown format, or a GPU whose memory nobody logged. */
export function unsizedBudget(gpu: Gpu, release: EngineRelease, layout: Layout): MemoryBudget {
  const finding: Finding =
    gpu.cudaMemoryBytes === null
      ? {
          code: "unknown-device-memory",
          path: "gpu",
          message: `what CUDA reports as memory of ${gpu.id} is not known`,
          value: null,
          suggestion: "add cudaMemoryBytes for this GPU to a catalog override",
        }
      : {
          code: "unsupported-precision",
          path: "precision",
          message: `${release.engine} ${release.version} has no ${layout.precision} weights`,
          value: layout.precision,
          suggestion: `use one of ${release.formats.map((format) => format.precision).join(", ")}`,
        };
  const totalBytes = gpu.cudaMemoryBytes ?? 0;
  return {
    totalBytesPerGpu: totalBytes,
    requestedBytesPerGpu: Math.floor(totalBytes * layout.gpuMemoryUtilization),
    weightBytesPerGpu: 0,
    activationBytesPerGpu: 0,
    nonTorchBytesPerGpu: 0,
    cudaGraphBytesPerGpu: 0,
    kvCacheBytesPerGpu: 0,
    kvCacheTokens: 0,
    maxConcurrency: 0,
    fits: false,
    finding,
    warning: null,
    weightBytes: 0,
    kvBytesPerSequence: () => 0,
    kvCacheBytes: 0,
  };
}

/** What must fit on the device beside the budget. Under a static share the working memory lies outside too. */
function besideBudget(stage: StageBudget, release: EngineRelease): number {
  const graphs = release.cudaGraphs.charged ? 0 : stage.cudaGraphBytes;
  switch (release.budgetRule) {
    case "utilization":
      return stage.contextBytes + graphs;
    case "static":
      return stage.contextBytes + graphs + stage.nonTorchBytes + stage.activationBytes;
    case "free":
      return 0;
  }
}

/** Largest context of which one sequence fits, in tokens; 0 when not even one block does. */
function longestContext(paging: CachePaging, blocks: number, layout: Layout): number {
  const holds = (tokens: number): boolean => sequenceBlocks(paging, tokens, layout.maxNumBatchedTokens) <= blocks;
  if (holds(layout.maxModelLen)) return layout.maxModelLen;
  let low = 0;
  let high = layout.maxModelLen - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

const largerSizes = [2, 4, 8];
const smallerPrecisions: readonly Precision[] = ["fp8", "awq-int4"];

/** One stage a node, of as many as a replica may span. */
const moreStages = Array.from({ length: mostNodesPerReplica - 1 }, (_, index) => index + 2);

/** The smallest legal change of the layout with which it would start: more GPUs first, in further stages where a node's are not enough, then fewer bytes per weight. */
function roomSuggestion({ model, gpu, release, layout, stage, beside }: SizedLayout): string {
  const starts = (candidate: Layout): boolean => {
    const format = release.formats.find((entry) => entry.precision === candidate.precision);
    if (format === undefined || layoutFindings(model, gpu, candidate, release).length > 0) return false;
    return shortageOf(bindingStage(model, gpu, release, candidate, format, stage.totalBytes, beside), candidate, release) === null;
  };
  const size = largerSizes.find((tensorParallel) => tensorParallel > layout.tensorParallel && starts({ ...layout, tensorParallel }));
  const current = release.formats.find((entry) => entry.precision === layout.precision)?.bytesPerWeight ?? 0;
  const precision = smallerPrecisions.find((candidate) => {
    const bytes = release.formats.find((entry) => entry.precision === candidate)?.bytesPerWeight ?? current;
    return bytes < current && starts({ ...layout, precision: candidate });
  });
  const stages =
    size === undefined
      ? moreStages.find((pipelineParallel) => pipelineParallel > layout.pipelineParallel && starts({ ...layout, pipelineParallel }))
      : undefined;
  const changes = [
    size === undefined ? "" : `tensor-parallel ${size}`,
    stages === undefined ? "" : `pipeline-parallel ${stages}`,
    precision === undefined ? "" : `precision ${precision}`,
  ];
  const named = changes.filter((change) => change !== "").join(" or ");
  return named === "" ? `use ${isHost(gpu) ? "a host" : "a GPU"} with more memory` : `use ${named}`;
}
