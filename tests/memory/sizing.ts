import { loadCatalog } from "../../catalog/load.ts";
import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { completeLayout } from "../../planner/layouts/complete.ts";
import type { Layout } from "../../planner/layouts/layout.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import type { MemoryBudget } from "../../planner/memory/memory-budget.ts";

export const { catalog } = loadCatalog();

const found = <Row>(row: Row | undefined, name: string): Row => {
  if (row === undefined) throw new Error(`${name} is not in the catalog`);
  return row;
};

export const modelNamed = (id: string): Model =>
  found(
    catalog.models.find((model) => model.id === id),
    id,
  );

export const gpuNamed = (id: string): Gpu =>
  found(
    catalog.gpus.find((gpu) => gpu.id === id),
    id,
  );

export function release(version: string, engine = "vllm"): EngineRelease {
  const resolved = engineRelease(catalog.engines, engine, version);
  if ("code" in resolved) throw new Error(resolved.message);
  return resolved;
}

export interface Sized {
  readonly layout: Layout;
  readonly memory: MemoryBudget;
}

/** A layout completed with the engine's defaults, and its memory. */
export function sized(model: Model, gpu: Gpu, engine: EngineRelease, wish: Partial<Layout>): Sized {
  const layout = completeLayout(model, gpu, engine, wish);
  return { layout, memory: memoryBudget(model, gpu, engine, layout) };
}
