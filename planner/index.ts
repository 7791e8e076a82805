export type { Finding } from "./finding.ts";
export { PlanningError } from "./finding.ts";
export type { FleetPlan } from "./plan/fleet-plan.ts";
export { type PlanContext, planFleet } from "./plan/plan-fleet.ts";
export type { Ports, Progress } from "./ports.ts";
export type { FleetSpec, WorkloadSpec } from "./spec/fleet-spec.ts";
