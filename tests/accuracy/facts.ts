import { readFileSync } from "node:fs";
import { loadCatalog } from "../../catalog/load.ts";
import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { MeasurementConstants } from "../../catalog/schema/measurements.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { engineRelease } from "../../planner/layouts/release.ts";

export interface Facts {
  readonly models: ReadonlyMap<string, Model>;
  readonly gpus: ReadonlyMap<string, Gpu>;
  readonly constants: StepTimeConstants;
  readonly measurements: MeasurementConstants;
  /** Stands for every engine's weight and cache formats. */
  readonly release: EngineRelease;
}

/** What a dense model without anything special leaves empty. */
const plainModel = {
  aliases: [],
  task: "generate",
  architecture: "dense",
  attention: "gqa",
  moe: null,
  mla: null,
  slidingWindow: null,
  linearAttention: null,
  visionTower: null,
};

/** The catalog, and the models that were measured but are not in it. */
export function facts(): Facts {
  const { catalog } = loadCatalog();
  const extra = JSON.parse(readFileSync(new URL("./data/extra-facts.json", import.meta.url), "utf8")) as {
    models: Partial<Model>[];
  };
  const release = engineRelease(catalog.engines, "vllm", "0.19.0");
  if ("code" in release) throw new Error(release.message);
  const models = [...catalog.models, ...extra.models.map((model) => ({ ...plainModel, ...model }) as Model)];
  return {
    models: new Map(models.map((model) => [model.id, model])),
    gpus: new Map(catalog.gpus.map((gpu) => [gpu.id, gpu])),
    constants: catalog.stepTime,
    measurements: catalog.measurements,
    release,
  };
}
