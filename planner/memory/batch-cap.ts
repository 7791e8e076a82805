import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { completeLayout } from "../layouts/complete.ts";
import { isHost } from "../layouts/host.ts";
import type { Layout } from "../layouts/layout.ts";
import { type Beside, nothingBeside } from "./beside.ts";
import { memoryBudget } from "./budget.ts";
import type { MemoryBudget } from "./memory-budget.ts";

export interface CappedLayout {
  readonly layout: Layout;
  readonly memory: MemoryBudget;
}

/**
 * The sampler's memory grows with maxNumSeqs and comes out of the KV cache. Keeps the layout's own cap where the cache is at least
 * `cacheToActivations` times the activations; otherwise takes the largest of the engine's smaller caps that gets there, or else the one that
 * leaves most for the cache. Where CUDA's own memory does not fit beside the engine's share, the share is lowered until it does.
 */
export function capBatch(model: Model, gpu: Gpu, release: EngineRelease, wish: Layout, beside: Beside = nothingBeside): CappedLayout {
  const { caps, cacheToActivations } = release.batchCaps;
  const layout = withRoomBeside(model, gpu, release, wish, beside);
  let best: CappedLayout | undefined;
  for (const maxNumSeqs of [layout.maxNumSeqs, ...caps.filter((cap) => cap < layout.maxNumSeqs)]) {
    const candidate = { ...layout, maxNumSeqs };
    const memory = memoryBudget(model, gpu, release, candidate, beside);
    if (memory.fits && memory.kvCacheBytesPerGpu >= cacheToActivations * memory.activationBytesPerGpu) return { layout: candidate, memory };
    if (best === undefined || beats(memory, best.memory)) best = { layout: candidate, memory };
  }
  return best ?? { layout, memory: memoryBudget(model, gpu, release, layout, beside) };
}

const beats = (a: MemoryBudget, b: MemoryBudget): boolean => (a.fits === b.fits ? a.kvCacheBytesPerGpu > b.kvCacheBytesPerGpu : a.fits);

const leastUtilization = 0.5;
const utilizationStep = 0.01;

/** The largest share of the device, in hundredths, that leaves room for the CUDA context and the graphs. */
function withRoomBeside(model: Model, gpu: Gpu, release: EngineRelease, wish: Layout, beside: Beside): Layout {
  for (let share = wish.gpuMemoryUtilization; share >= leastUtilization; share = Math.round((share - utilizationStep) * 100) / 100) {
    const layout = { ...wish, gpuMemoryUtilization: share };
    const { finding, warning } = memoryBudget(model, gpu, release, layout, beside);
    if ((finding ?? warning)?.code !== "cuda-graphs-do-not-fit") return layout;
  }
  return wish;
}

/** What was decided of the engine's batch and its share of the memory, and why; for the plan's assumptions. */
export function batchDecision(model: Model, gpu: Gpu, release: EngineRelease, layout: Layout, path: string): Finding {
  const { maxModelLen, precision, tensorParallel } = layout;
  const usual = completeLayout(model, gpu, release, { maxModelLen, precision, tensorParallel });
  const reasons = [
    layout.maxNumSeqs < usual.maxNumSeqs
      ? `${layout.maxNumSeqs} sequences and not the engine's ${usual.maxNumSeqs}, whose logits would take room that the cache needs more`
      : `${layout.maxNumSeqs} sequences and ${layout.maxNumBatchedTokens} tokens a step, as the engine chooses${isHost(gpu) ? "" : " on this GPU"}`,
    memoryShare(gpu, layout.gpuMemoryUtilization, usual.gpuMemoryUtilization),
  ];
  return {
    code: "decide-batch",
    path,
    message: `${model.id} on ${gpu.id}: ${reasons.join("; ")}`,
    value: layout.maxNumSeqs,
    limit: usual.maxNumSeqs,
    unit: "sequences",
  };
}

/** What the engine may fill of the memory, and what the rest is for. */
function memoryShare(gpu: Gpu, share: number, usual: number): string {
  if (isHost(gpu)) return `${share * 100} % of the replica's memory is counted on, and what is left holds the server's process`;
  if (share < usual) return `gpu-memory-utilization ${share} and not ${usual}, so that the CUDA context and the graphs fit beside it`;
  return `gpu-memory-utilization ${share}, as the engine chooses: what is left holds the CUDA context and the graphs`;
}
