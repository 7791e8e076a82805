import type { Finding } from "../planner/finding.ts";
import { changeover, noChangeover } from "../planner/plan/changeover.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { changeoverNotes } from "./changeoverNotes.ts";
import { GpuFleet } from "./gpuFleet.ts";
import { notePlan } from "./planNotes.ts";
import { deployedOutput, runningFleet } from "./runningFleet.ts";
import type { ServingFacts } from "./serving/servedWorkload.ts";
import type { StackConfig } from "./stackConfig.ts";
import { stackOutputs } from "./stackOutputs.ts";

export interface ReadyPlan {
  readonly plan: FleetPlan;
  /** What the plan was made with. */
  readonly catalog: ServingFacts;
  /** Where the plan comes from, to be said in the engine's output. */
  readonly notes: readonly Finding[];
}

/** A plan and the way to it from what runs now -> components. Returns the stack's outputs. */
export async function deployPlan({ plan, catalog, notes }: ReadyPlan, config: Omit<StackConfig, "spec" | "lock">) {
  const running = await runningFleet();
  const way = running === undefined ? noChangeover : changeover(running, plan, config.changeover);
  await notePlan([...notes, ...changeoverNotes(way, plan)]);
  const { deployed } = new GpuFleet(plan.fleet, { plan, catalog, ...config, changeover: way });
  return { ...stackOutputs(plan), [deployedOutput]: deployed };
}
