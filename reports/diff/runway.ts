import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { grownBy } from "../focus/forecast.ts";
import { monthsFrom } from "../focus/months.ts";
import type { Runway } from "./plan-diff.ts";

/** Ten years: as far as `export` goes. */
const monthsLookedAhead = 120;

/** What the fleet costs in a year and how long the budget lasts when what is bought grows by so much every month, as `export` forecasts it. */
export function runwayOf({ budget, cost }: FleetPlan, growthPercentPerMonth: number, today: string): Runway {
  const months = monthsFrom(today.slice(0, 7), monthsLookedAhead) ?? [];
  const centsIn = (ahead: number): number => Math.round(cost.usdPerMonth * grownBy(growthPercentPerMonth, ahead) * 100);
  const index = budget === null ? -1 : months.findIndex((_, ahead) => centsIn(ahead) > Math.round(budget.usdPerMonth * 100));
  return {
    growthPercentPerMonth,
    usdInTwelfthMonth: centsIn(11) / 100,
    monthsWithin: index < 0 ? null : index,
    firstMonthOverBudget: months[index]?.name ?? null,
    monthsLookedAhead,
  };
}
