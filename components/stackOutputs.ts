import { canonicalJson } from "../planner/canonical-json.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { sha256 } from "../planner/sha256.ts";
import { costReportArgs } from "./costReport.ts";
import { endpoint } from "./serving/endpoint.ts";

/** What a stack says of its fleet: `pulumi stack output --json` is what finance and other stacks read. */
export function stackOutputs(plan: FleetPlan) {
  const cost = costReportArgs(plan);
  const served = plan.workloads.filter((workload) => workload.deployments.length > 0);
  return {
    usdPerMonth: cost.usdPerMonth,
    usdPerHour: cost.usdPerHour,
    usdPerMonthByWorkload: cost.usdPerMonthByWorkload,
    usdPerMonthByPool: cost.usdPerMonthByPool,
    usdPerMonthByMarket: cost.usdPerMonthByMarket,
    usdPerMonthByCloud: cost.usdPerMonthByCloud,
    usdPerMonthByCostCenter: cost.usdPerMonthByCostCenter,
    usdPerMillionTokensByWorkload: Object.fromEntries(plan.workloads.map((workload) => [workload.name, workload.cost.usdPerMillionTokens])),
    currency: cost.currency,
    pricesAsOf: cost.pricesAsOf,
    endpoints: Object.fromEntries(served.map(({ name }) => [name, endpoint(plan.fleet, name)])),
    planSha256: sha256(canonicalJson(plan)),
  };
}
