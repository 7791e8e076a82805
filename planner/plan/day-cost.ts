import { centsPerMonth } from "../cost/money.ts";
import { at } from "../element.ts";
import { fromMicro, toMicro } from "../units.ts";
import type { PaidNodes, PlanCost, PlannedPool } from "./fleet-plan.ts";
import { hoursPerDay } from "./replicas-by-hour.ts";

/** What the fleet costs in each hour of the day, and in the mean of them, when its nodes follow the profiles and what is paid for anyway stays; nothing when no profile is known. */
export function dayCost(
  pools: readonly Pick<PlannedPool, "nodes" | "nodesByHour" | "usdPerNodeHour">[],
  paid: readonly Pick<PaidNodes, "usdPerHour">[] = [],
): Pick<PlanCost, "usdPerHourByHour" | "scaled"> {
  if (pools.every(({ nodesByHour }) => nodesByHour === undefined)) return {};
  const idle = paid.reduce((sum, { usdPerHour }) => sum + toMicro(usdPerHour), 0);
  const rates = Array.from({ length: hoursPerDay }, (_, hour) =>
    pools.reduce(
      (sum, pool) => sum + toMicro(pool.usdPerNodeHour) * (pool.nodesByHour === undefined ? pool.nodes : at(pool.nodesByHour, hour)),
      idle,
    ),
  );
  const mean = Math.round(rates.reduce((sum, rate) => sum + rate, 0) / hoursPerDay);
  return { usdPerHourByHour: rates.map(fromMicro), scaled: { usdPerHour: fromMicro(mean), usdPerMonth: centsPerMonth(mean) / 100 } };
}
