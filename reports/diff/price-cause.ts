import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { idlePaidNodes, type PricedNodes } from "../idle-nodes.ts";
import { hourly } from "../money.ts";
import type { Cause } from "./plan-diff.ts";

/** Pools, and what stands idle of nodes that are paid for anyway. */
export const poolsByName = (plan: FleetPlan): ReadonlyMap<string, PricedNodes> =>
  new Map([...plan.pools, ...idlePaidNodes(plan)].map((pool) => [pool.name, pool]));

/** A node of a pool that both plans have costs another price now. */
export function priceCause(name: string, old: FleetPlan, now: FleetPlan): Cause[] {
  const [before, after] = [poolsByName(old).get(name), poolsByName(now).get(name)];
  if (before === undefined || after === undefined || before.usdPerNodeHour === after.usdPerNodeHour) return [];
  const dates = before.price.asOf === after.price.asOf ? `as of ${after.price.asOf}` : `as of ${before.price.asOf} → ${after.price.asOf}`;
  return [
    {
      kind: "price",
      path: `price of a ${after.instanceType} hour, ${after.market}, ${after.region}`,
      old: hourly(before.usdPerNodeHour),
      new: hourly(after.usdPerNodeHour),
      note: `${dates}, ${after.price.source}`,
    },
  ];
}
