import type { Catalog } from "../../catalog/catalog.ts";
import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { TaskServingRow } from "../../catalog/schema/task-serving.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import type { FleetPlan, PlannedDeployment, PlannedPool, PlannedWorkload } from "../../planner/plan/fleet-plan.ts";

/** One planned deployment with the facts its manifest needs. */
export interface ServedDeployment {
  readonly fleet: string;
  readonly workload: PlannedWorkload;
  readonly deployment: PlannedDeployment;
  readonly pool: PlannedPool;
  readonly model: Model;
  /** Null on nodes without GPUs. */
  readonly gpu: Gpu | null;
  readonly release: EngineRelease;
  /** How the engine is asked for a model that does not generate text; null for one that does. */
  readonly serving: TaskServingRow | null;
}

export type ServingFacts = Pick<Catalog, "engines" | "gpus" | "models" | "taskServing">;

/** The facts of every deployment of a workload; what the plan names and nothing knows is missing and found by validity.ts. */
export function servedDeployments(plan: FleetPlan, workload: PlannedWorkload, facts: ServingFacts): ServedDeployment[] {
  return workload.deployments.flatMap((deployment) => {
    const pool = plan.pools.find(({ name }) => name === deployment.pool);
    const model = facts.models.find(({ id }) => id === workload.model);
    const gpu = pool?.gpu === null ? null : facts.gpus.find(({ id }) => id === pool?.gpu);
    const release = engineRelease(facts.engines, deployment.engine.name, deployment.engine.version);
    if (pool === undefined || model === undefined || gpu === undefined || "code" in release) return [];
    const serving = facts.taskServing.find(({ engine, models }) => engine === release.engine && models.includes(model.id)) ?? null;
    return [{ fleet: plan.fleet, workload, deployment, pool, model, gpu, release, serving }];
  });
}
