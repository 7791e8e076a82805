import type { EngineProfile } from "./schema/engine.ts";
import type { Gpu } from "./schema/gpu.ts";
import type { InstanceType } from "./schema/instance-type.ts";
import type { Model } from "./schema/model.ts";
import type { Price, SpotInterruption } from "./schema/price.ts";
import type { StepTimeConstants } from "./schema/step-time.ts";

/** Every fact the planner may use, validated and deep-frozen, overrides already in it. Arrays are sorted by id. */
export interface Catalog {
  readonly asOf: string;
  readonly sha256: string;
  readonly gpus: readonly Gpu[];
  readonly models: readonly Model[];
  readonly instanceTypes: readonly InstanceType[];
  readonly prices: readonly Price[];
  readonly spotInterruptions: readonly SpotInterruption[];
  readonly engines: readonly EngineProfile[];
  readonly stepTime: StepTimeConstants;
}
