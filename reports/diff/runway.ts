import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { grownBy } from "../focus/forecast.ts";
import { monthsFrom } from "../focus/months.ts";
import type { Runway } from "./plan-diff.ts";

/** Ten years: as far as `export` goes. */
const monthsLookedAhead = 120;

/** How long the budget lasts when what is bought grows by so much every month, as `export` forecasts it; null without a budget. */
export function runwayOf({ budget, cost }: FleetPlan, growthPercentPerMonth: number, today: string): Runway | null {
  if (budget === null) return null;
  const months = monthsFrom(today.slice(0, 7), monthsLookedAhead) ?? [];
  const isOver = (index: number): boolean =>
    Math.round(cost.usdPerMonth * grownBy(growthPercentPerMonth, index) * 100) > budget.usdPerMonth * 100;
  const index = months.findIndex((_, ahead) => isOver(ahead));
  return {
    growthPercentPerMonth,
    monthsWithin: index < 0 ? null : index,
    firstMonthOverBudget: months[index]?.name ?? null,
    monthsLookedAhead,
  };
}
