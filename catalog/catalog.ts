import type { Architecture } from "./schema/architecture.ts";
import type { CheckRules } from "./schema/check-rules.ts";
import type { Cpu } from "./schema/cpu.ts";
import type { EngineProfile } from "./schema/engine.ts";
import type { EngineReleases } from "./schema/engine-releases.ts";
import type { CudaMemoryRule, Gpu } from "./schema/gpu.ts";
import type { InstanceType } from "./schema/instance-type.ts";
import type { MeasurementConstants } from "./schema/measurements.ts";
import type { Model } from "./schema/model.ts";
import type { Price, SpotInterruption } from "./schema/price.ts";
import type { ServingConstants } from "./schema/serving.ts";
import type { SpotModel } from "./schema/spot-model.ts";
import type { StepTimeConstants } from "./schema/step-time.ts";
import type { TaskPerformance } from "./schema/task-performance.ts";
import type { TaskServingRow } from "./schema/task-serving.ts";
import type { Variant } from "./schema/variant.ts";

/** Every fact the planner may use, validated and deep-frozen, overrides already in it. Arrays are sorted by id. */
export interface Catalog {
  /** The newest day on which a fact of it was looked at. */
  readonly asOf: string;
  /** SHA-256 of the canonical JSON of everything below. */
  readonly sha256: string;
  readonly gpus: readonly Gpu[];
  readonly cudaMemoryRules: readonly CudaMemoryRule[];
  readonly cpus: readonly Cpu[];
  /** vCPUs of one slot of a CPU-only node. */
  readonly slotVcpus: number;
  /** The most that one replica takes. */
  readonly largestReplicaVcpus: number;
  readonly models: readonly Model[];
  /** Quantised copies of models whose files say more than their name. */
  readonly variants: readonly Variant[];
  /** How a config.json of each `model_type` is read. */
  readonly architectures: readonly Architecture[];
  readonly instanceTypes: readonly InstanceType[];
  readonly prices: readonly Price[];
  readonly spotInterruptions: readonly SpotInterruption[];
  readonly spotModel: SpotModel;
  readonly engines: readonly EngineProfile[];
  readonly engineReleases: EngineReleases;
  readonly stepTime: StepTimeConstants;
  /** How far one measured run speaks for other predictions. */
  readonly measurements: MeasurementConstants;
  readonly taskPerformance: TaskPerformance;
  readonly taskServing: readonly TaskServingRow[];
  readonly serving: ServingConstants;
  /** What the short source keys of rows stand for; a source that is no key speaks for itself. */
  readonly sources: Readonly<Record<string, string>>;
  /** What `checkCatalog` holds the rest against. */
  readonly checks: CheckRules;
}

/** A catalog before it is hashed and frozen. */
export type CatalogFacts = Omit<Catalog, "sha256">;
