import type { FleetPlan, PlannedPool } from "../planner/plan/fleet-plan.ts";

/** Nodes as whoever adds up their cost sees them: a pool, or what stands idle of nodes that are paid for anyway. */
export type PricedNodes = Pick<
  PlannedPool,
  | "name"
  | "cloud"
  | "region"
  | "zones"
  | "instanceType"
  | "market"
  | "nodes"
  | "gpu"
  | "gpusPerNode"
  | "cpu"
  | "usdPerNodeHour"
  | "usdPerHour"
  | "usdPerMonth"
  | "price"
> &
  Partial<Pick<PlannedPool, "minNodes">>;

/** What stands idle of nodes that are paid for anyway: in no pool and in the plan's cost. */
export const idlePaidNodes = ({ paidNodes = [] }: Pick<FleetPlan, "paidNodes">): PricedNodes[] =>
  paidNodes.flatMap((kind) => (kind.idleNodes === 0 ? [] : [{ ...kind, zones: [], nodes: kind.idleNodes }]));
