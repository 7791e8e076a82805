/**
 * What `import ... from "gpu-fleet-planner"` gives: a spec becomes a plan. Pulumi components are in "gpu-fleet-planner/components".
 *
 *     const { catalog } = loadCatalog();
 *     const { spec, findings, assumptions } = readSpec(text, { file, catalog });
 *     if (spec === null) throw new PlanningError(findings);
 *     const plan = await planFleet(spec, catalog, {}, { assumptions });
 */
export type { Catalog } from "./catalog/catalog.ts";
export { loadCatalog } from "./catalog/load.ts";
export { canonicalJson } from "./planner/canonical-json.ts";
export type { Finding } from "./planner/finding.ts";
export { PlanningError } from "./planner/finding.ts";
export type {
  FleetPlan,
  Money,
  Optimality,
  PlanCost,
  PlannedCluster,
  PlannedDeployment,
  PlannedPool,
  PlannedWorkload,
} from "./planner/plan/fleet-plan.ts";
export { type Lock, type LockFiles, lockText, readLock } from "./planner/plan/lock.ts";
export { type LockQuestion, lockStanding } from "./planner/plan/lock-standing.ts";
export { type PlanContext, planFleet } from "./planner/plan/plan-fleet.ts";
export type { Alternative } from "./planner/plan/ways-not-taken.ts";
export type { Ports, Progress } from "./planner/ports.ts";
export type { FleetSpec, WorkloadSpec } from "./planner/spec/fleet-spec.ts";
export { formatPositionedFinding, type PositionedFinding } from "./planner/spec/positioned-finding.ts";
export { readSpec, type SpecResult } from "./planner/spec/read-spec.ts";
