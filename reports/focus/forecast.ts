import { allocateToWorkloads } from "../../planner/cost/allocation.ts";
import type { FleetPlan, PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import { slotsHeld, slotsPerNode } from "../../planner/plan/slots.ts";
import { fromMicro, hoursPerMonth, toMicro } from "../../planner/units.ts";
import { idlePaidNodes, type PricedNodes } from "../idle-nodes.ts";
import type { Month } from "./months.ts";

export interface ForecastOptions {
  readonly months: readonly Month[];
  /** Growth of the bought quantity from month to month, in percent; prices stay. */
  readonly growthPercent: number;
}

/** What one workload's share of one pool costs in one month. The rows of the first month add up to the plan's month. */
export interface ForecastRow {
  readonly month: Month;
  readonly pool: PricedNodes;
  /** null for nodes that nobody holds: those that stand idle and are paid for anyway. */
  readonly workload: PlannedWorkload | null;
  /** GPUs of the pool that the workload's replicas hold; slots of vCPUs on nodes without. */
  readonly slots: number;
  /** Share of the pool's cost, idle ones included; the shares of a pool add up to 1. */
  readonly share: number;
  readonly nodeHours: number;
  readonly slotHours: number;
  readonly costUsd: number;
  readonly listCostUsd: number;
  readonly listUsdPerNodeHour: number;
}

/**
 * Pools shared out to workloads by the plan's own rule (GPUs or slots held, idle ones included), a month of 730 hours each.
 * Costs are whole micro-dollars, so that they add up exactly: a month in cents would lose fractions in every row.
 */
export function forecast(plan: FleetPlan, { months, growthPercent }: ForecastOptions): ForecastRow[] {
  const workloads = new Map(plan.workloads.map((workload) => [workload.name, workload]));
  const shares = sharesOfPlan(plan);
  return months.flatMap((month, index) => {
    return shares.map((one): ForecastRow => {
      const { pool, name, slots, usdPerHour } = one;
      const costUsd = fromMicro(monthMicro(one, growthPercent, index));
      const nodeHours = roundNano(costUsd / pool.usdPerNodeHour);
      const listUsdPerNodeHour = pool.price.listUsdPerNodeHour ?? pool.usdPerNodeHour;
      return {
        month,
        pool,
        workload: workloads.get(name ?? "") ?? null,
        slots,
        share: usdPerHour / toMicro(pool.usdPerHour),
        nodeHours,
        slotHours: nodeHours * slotsPerNode(pool),
        costUsd,
        listCostUsd: fromMicro(toMicro(nodeHours * listUsdPerNodeHour)),
        listUsdPerNodeHour,
      };
    });
  });
}

/** What each of the months costs, to the cent: the sum of its rows. */
export function monthlyCosts(plan: FleetPlan, { months, growthPercent }: ForecastOptions): number[] {
  const shares = sharesOfPlan(plan);
  return months.map((_, index) => {
    const micro = shares.reduce((sum, one) => sum + monthMicro(one, growthPercent, index), 0);
    return Math.round(micro / 1e4) / 100;
  });
}

const sharesOfPlan = (plan: FleetPlan): Share[] => [
  ...plan.pools.flatMap((pool) => sharesOf(pool, slotsHeld(plan, pool))),
  ...idlePaidNodes(plan).flatMap((pool) => sharesOf(pool, new Map())),
];

/** What is used grows; nodes that stand idle and are paid for anyway stay as many. */
const monthMicro = ({ name, usdPerHour }: Share, growthPercent: number, months: number): number =>
  Math.round(usdPerHour * hoursPerMonth * (name === null ? 1 : (1 + growthPercent / 100) ** months));

/** Takes off the last bits of a division; times a price the product is still the cost to a millionth. */
const roundNano = (value: number): number => Math.round(value * 1e9) / 1e9;

interface Share {
  readonly pool: PricedNodes;
  readonly name: string | null;
  readonly slots: number;
  /** Micro-dollars. */
  readonly usdPerHour: number;
}

function sharesOf(pool: PricedNodes, slotsByWorkload: ReadonlyMap<string, number>): Share[] {
  const usdPerHour = toMicro(pool.usdPerHour);
  if (usdPerHour === 0) return [];
  if (slotsByWorkload.size === 0) return [{ pool, name: null, slots: 0, usdPerHour }];
  const split = allocateToWorkloads([{ usdPerHour, slots: pool.nodes * slotsPerNode(pool), slotsByWorkload }]);
  return [...split].map(([name, share]) => ({ pool, name, slots: slotsByWorkload.get(name) ?? 0, usdPerHour: share }));
}
