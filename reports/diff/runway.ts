import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { monthlyCosts } from "../focus/forecast.ts";
import { monthsFrom } from "../focus/months.ts";
import type { Runway } from "./plan-diff.ts";

/** Ten years: as far as `export` goes. */
const monthsLookedAhead = 120;

/** What the fleet costs in a year and how long the budget lasts when what is bought grows by so much every month, as `export` forecasts it. */
export function runwayOf(plan: FleetPlan, growthPercentPerMonth: number, today: string): Runway {
  const months = monthsFrom(today.slice(0, 7), monthsLookedAhead) ?? [];
  const costs = monthlyCosts(plan, { months, growthPercent: growthPercentPerMonth });
  const most = plan.budget?.usdPerMonth ?? Infinity;
  const index = costs.findIndex((usd) => usd > most);
  return {
    growthPercentPerMonth,
    usdInTwelfthMonth: costs[11] ?? Number.NaN,
    monthsWithin: index < 0 ? null : index,
    firstMonthOverBudget: months[index]?.name ?? null,
    monthsLookedAhead,
  };
}
