import * as pulumi from "@pulumi/pulumi";
import { type Changeover, noChangeover } from "../planner/plan/changeover.ts";
import type { FleetPlan, Money } from "../planner/plan/fleet-plan.ts";

type UsdPerMonthByName = Readonly<Record<string, number>>;

/** The finished cost figures of a plan, in US dollars. */
export interface CostReportArgs {
  readonly usdPerMonth: number;
  readonly usdPerHour: number;
  readonly usdPerMonthByWorkload: UsdPerMonthByName;
  readonly usdPerMonthByPool: UsdPerMonthByName;
  readonly usdPerMonthByMarket: UsdPerMonthByName;
  readonly usdPerMonthByCloud: UsdPerMonthByName;
  readonly usdPerMonthByCostCenter: UsdPerMonthByName;
  readonly idleUsdPerHour: number;
  readonly currency: "USD";
  /** Day of the oldest price in the plan. */
  readonly pricesAsOf: string;
  readonly lowerBoundUsdPerHour: number;
  /** (cost - bound) / cost, 0 to 1. */
  readonly gap: number;
  /** The user's budget; null when the spec has none. */
  readonly budgetUsdPerMonth: number | null;
  /** Of nodes that are there only until replicas have moved; not in the other figures. */
  readonly changeoverUsdPerHour: number;
}

/**
 * Carries the cost of the fleet in its *inputs*: those are in `pulumi preview --json`, in the diff of a change
 * (`~ usdPerMonth: 41200 => 43900`) and in what policies see. Stack outputs are in none of the three.
 */
export class CostReport extends pulumi.ComponentResource {
  constructor(name: string, args: CostReportArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gpu-fleet-planner:index:CostReport", name, { ...args }, opts);
    this.registerOutputs({});
  }
}

export function costReportArgs(plan: FleetPlan, { usdPerHour: changeoverUsdPerHour }: Changeover = noChangeover): CostReportArgs {
  const { cost, optimality } = plan;
  return {
    usdPerMonth: cost.usdPerMonth,
    usdPerHour: cost.usdPerHour,
    usdPerMonthByWorkload: usdPerMonthByName(cost.byWorkload),
    usdPerMonthByPool: usdPerMonthByName(cost.byPool),
    usdPerMonthByMarket: usdPerMonthByName(cost.byMarket),
    usdPerMonthByCloud: usdPerMonthByName(cost.byCloud),
    usdPerMonthByCostCenter: usdPerMonthByName(cost.byCostCenter),
    idleUsdPerHour: cost.idleUsdPerHour,
    currency: "USD",
    pricesAsOf: pricesAsOf(plan),
    lowerBoundUsdPerHour: optimality.lowerBoundUsdPerHour,
    gap: optimality.gap,
    budgetUsdPerMonth: plan.budget?.usdPerMonth ?? null,
    changeoverUsdPerHour,
  };
}

const usdPerMonthByName = (money: Readonly<Record<string, Money>>): Record<string, number> =>
  Object.fromEntries(Object.entries(money).map(([name, { usdPerMonth }]) => [name, usdPerMonth]));

/** A plan is as old as its oldest price; without pools there is only the catalog's day. */
export const pricesAsOf = (plan: FleetPlan): string => plan.pools.map((pool) => pool.price.asOf).toSorted()[0] ?? plan.inputs.catalogAsOf;
