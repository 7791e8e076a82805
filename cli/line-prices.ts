import { type Finding, PlanningError } from "../planner/finding.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import type { ConstraintPrice } from "../planner/plan/ways-not-taken.ts";
import { Failure } from "./failure.ts";
import { openPlan } from "./open-plan.ts";

/**
 * A kept plan with what the lines of its spec cost, which locks do not hold: the spec beside it is planned from nothing. Where that
 * finds a cheaper fleet, to take it is one of the ways. A finding where there is no such spec.
 */
export async function withLinePrices(plan: FleetPlan, path: string, directory: string): Promise<FleetPlan | Finding> {
  if (plan.constraints !== undefined) return plan;
  const spec = path.replace(/(\.plan)?\.json$/, ".fleet.yaml");
  const unknown = (why: string): Finding => ({ code: "line-prices-unknown", path: "--cheaper", message: `not looked for: ${why}` });
  const fresh = await openPlan(spec, directory, true).catch((error: unknown) => {
    if (error instanceof Failure || error instanceof PlanningError) return null;
    throw error;
  });
  if (fresh === null) return unknown(`${spec} cannot be planned`);
  if (fresh.inputs.specSha256 !== plan.inputs.specSha256) return unknown(`${path} answers another spec than ${spec}`);
  const saved = Math.round((plan.cost.usdPerMonth - fresh.cost.usdPerMonth) * 100) / 100;
  const anew: ConstraintPrice[] = saved > 0 ? [{ path, change: "plan --fresh --write, which moves what runs", usdPerMonth: saved }] : [];
  return { ...plan, constraints: [...anew, ...(fresh.constraints ?? [])] };
}
