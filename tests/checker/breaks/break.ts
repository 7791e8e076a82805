import type { FleetPlan, FleetSpec } from "../../../planner/index.ts";

export type Mutable<T> = T extends object ? { -readonly [Key in keyof T]: Mutable<T[Key]> } : T;
export type Spec = Mutable<FleetSpec>;
export type Plan = Mutable<FleetPlan>;

/** What a test breaks must be there. */
export function some<T>(item: T | undefined): T {
  if (item === undefined) throw new Error("the good plan lacks what this test breaks");
  return item;
}

export const workload = (plan: Plan, name: string) => some(plan.workloads.find((one) => one.name === name));
export const asked = (spec: Spec, name: string) => some(spec.workloads.find((one) => one.name === name));
export const deployments = (plan: Plan, name: string) => workload(plan, name).deployments;
export const first = (plan: Plan, name: string) => some(deployments(plan, name)[0]);
export const poolOf = (plan: Plan, name: string) => some(plan.pools.find((pool) => pool.name === first(plan, name).pool));
export const spotPool = (plan: Plan) => some(plan.pools.find(({ market }) => market === "spot"));

/** One way to break a plan, and what the checker has to say about it. */
export type Break = readonly [what: string, complaint: RegExp, breakIt: (plan: Plan, spec: Spec) => void];
