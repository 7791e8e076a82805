import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Layout } from "../layouts/layout.ts";
import { memoryBudget } from "./budget.ts";
import type { MemoryBudget } from "./memory-budget.ts";

const smallerCaps = [512, 256, 128, 64];

export interface CappedLayout {
  readonly layout: Layout;
  readonly memory: MemoryBudget;
}

/**
 * The sampler's memory grows with maxNumSeqs and comes out of the KV cache. Keeps the layout's own cap where the cache is at least twice the
 * activations; otherwise takes the largest of 512, 256, 128 and 64 that gets there, or else the one that leaves most for the cache.
 */
export function capBatch(model: Model, gpu: Gpu, release: EngineRelease, layout: Layout): CappedLayout {
  const caps = [layout.maxNumSeqs, ...smallerCaps.filter((cap) => cap < layout.maxNumSeqs)];
  let best: CappedLayout | undefined;
  for (const maxNumSeqs of caps) {
    const candidate = { ...layout, maxNumSeqs };
    const memory = memoryBudget(model, gpu, release, candidate);
    if (memory.fits && memory.kvCacheBytesPerGpu >= 2 * memory.activationBytesPerGpu) return { layout: candidate, memory };
    if (best === undefined || beats(memory, best.memory)) best = { layout: candidate, memory };
  }
  return best ?? { layout, memory: memoryBudget(model, gpu, release, layout) };
}

const beats = (a: MemoryBudget, b: MemoryBudget): boolean => (a.fits === b.fits ? a.kvCacheBytesPerGpu > b.kvCacheBytesPerGpu : a.fits);
