import { canonicalJson } from "../../planner/canonical-json.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { sha256 } from "../../planner/sha256.ts";

/** Hash of what a plan decides, the same as the lock's and the stack's `planSha256`: what was shown beside the fleet is left out. */
export function planHash(plan: FleetPlan): string {
  const { alternatives: _, rejected: __, ...fleet } = plan;
  return sha256(canonicalJson(fleet));
}
