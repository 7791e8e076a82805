import { usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import { hoursPerMonth } from "../units.ts";
import type { FleetPlan, Optimality, PlanCost } from "./fleet-plan.ts";

export interface BudgetStanding {
  readonly standing: FleetPlan["budget"];
  readonly warnings: readonly Finding[];
  /** A hard budget that the plan exceeds. */
  readonly broken: Finding | null;
}

/** Holds the plan's month against the budget; says whether any fleet could keep it, as far as the bound proves. */
export function budgetStanding(spec: FleetSpec, cost: PlanCost, optimality: Optimality): BudgetStanding {
  if (spec.budget === null) return { standing: null, warnings: [], broken: null };
  const { usdPerMonth, mode } = spec.budget;
  const headroomUsdPerMonth = Math.round((usdPerMonth - cost.usdPerMonth) * 100) / 100;
  const standing = { usdPerMonth, mode, headroomUsdPerMonth };
  if (headroomUsdPerMonth >= 0) return { standing, warnings: [], broken: null };
  const paidAnyway = cost.paidAnyway?.usdPerMonth ?? 0;
  const bound = Math.floor(optimality.lowerBoundUsdPerHour * hoursPerMonth * 100) / 100;
  const finding: Finding = {
    code: "budget-exceeded",
    path: "budget.usdPerMonth",
    message:
      bound > usdPerMonth
        ? `no fleet for this spec costs less than ${usd(bound)} a month, ${usd(bound - usdPerMonth)} above the budget; the one found costs ${usd(cost.usdPerMonth)}`
        : `the cheapest fleet found costs ${usd(cost.usdPerMonth)} a month, ${usd(-headroomUsdPerMonth)} above the budget; one inside it is not ruled out (none costs less than ${usd(bound)})`,
    value: cost.usdPerMonth,
    limit: usdPerMonth,
    unit: "USD a month",
    suggestion: `raise the budget to ${usd(cost.usdPerMonth)}${
      paidAnyway > usdPerMonth
        ? `: nodes that are paid for anyway cost ${usd(paidAnyway)} alone`
        : ", or allow spot, more regions or looser latency limits"
    }`,
  };
  return mode === "hard" ? { standing, warnings: [], broken: finding } : { standing, warnings: [finding], broken: null };
}
