import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import type { ForecastOptions } from "./forecast.ts";
import { type PlainRow, plainRows } from "./plain-rows.ts";
import { planHash } from "./plan-hash.ts";

export interface ForecastJson {
  readonly fleet: string;
  readonly currency: "USD";
  readonly planSha256: string;
  readonly growthPercentPerMonth: number;
  /** The plan's own month: the first month of the forecast to the cent. */
  readonly usdPerMonth: number;
  readonly months: readonly {
    readonly month: string;
    readonly costUsd: number;
    readonly listCostUsd: number;
    /** Negative when over it; null without a budget. */
    readonly budgetHeadroomUsd: number | null;
  }[];
  /** The first month whose cost is over the budget; null when none is. */
  readonly firstMonthOverBudget: string | null;
  readonly rows: readonly PlainRow[];
}

/** Rows and their sums by month, held against the budget: when growth uses it up. */
export function forecastJson(plan: FleetPlan, options: ForecastOptions): ForecastJson {
  const rows = plainRows(plan, options);
  const months = options.months.map(({ name }) => {
    const own = rows.filter(({ month }) => month === name);
    const costUsd = sum(own.map((row) => row.costUsd));
    const budgetHeadroomUsd = plan.budget === null ? null : sum([plan.budget.usdPerMonth, -costUsd]);
    return { month: name, costUsd, listCostUsd: sum(own.map((row) => row.listCostUsd)), budgetHeadroomUsd };
  });
  const over = months.find(({ budgetHeadroomUsd }) => budgetHeadroomUsd !== null && budgetHeadroomUsd < 0);
  return {
    fleet: plan.fleet,
    currency: "USD",
    planSha256: planHash(plan),
    growthPercentPerMonth: options.growthPercent,
    usdPerMonth: plan.cost.usdPerMonth,
    months,
    firstMonthOverBudget: over?.month ?? null,
    rows,
  };
}

/** To the cent, as money is read. */
const sum = (amounts: readonly number[]): number => {
  const micro = amounts.reduce((total, amount) => total + Math.round(amount * 1e6), 0);
  return Math.round(micro / 1e4) / 100;
};
