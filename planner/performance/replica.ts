import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { LinkKind, StepTimeConstants } from "../../catalog/schema/step-time.ts";
import type { Adapters } from "../layouts/adapters.ts";
import type { Layout } from "../layouts/layout.ts";
import type { MemoryBudget } from "../memory/memory-budget.ts";
import type { Correction } from "./correction.ts";
import type { ReplicaNetwork } from "./pipeline-hops.ts";
import type { Speculation } from "./speculation.ts";

/** Measured runs are of servers on one node that drafted nothing and served no adapters: they say nothing of others. */
export const isOfMeasuredKind = ({ speculation, adapters, network }: Pick<Replica, "speculation" | "adapters" | "network">): boolean =>
  speculation === undefined && adapters === undefined && network === undefined;

/** One copy of a model on GPUs of one type: everything a prediction needs. */
export interface Replica {
  readonly model: Model;
  readonly gpu: Gpu;
  readonly release: EngineRelease;
  /** True: nobody said which release it is, `release` stands for its memory alone. */
  readonly releaseUnstated?: boolean;
  readonly layout: Layout;
  readonly memory: MemoryBudget;
  /** What the GPUs of the replica talk over on the instance at hand. */
  readonly link: LinkKind;
  readonly constants: StepTimeConstants;
  /** Missing where the replica lies on one node. */
  readonly network?: ReplicaNetwork;
  /** From measured runs of this replica or its neighbours. */
  readonly correction?: Correction;
  /** Missing: every output token takes a step of its own. */
  readonly speculation?: Speculation;
  /** Missing: the model alone. */
  readonly adapters?: Adapters;
}
