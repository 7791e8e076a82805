import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { stalePrices } from "../price-age.ts";
import type { Amount } from "./amount.ts";
import { cheaperOf } from "./cheaper.ts";
import { findingChanges, named, unpriced } from "./finding-changes.ts";
import { fleetCauses, isInput } from "./fleet-causes.ts";
import { breakdownChanges, moneyChange } from "./money-change.ts";
import { overlapOf } from "./overlap.ts";
import type { Cause, ChangeKind, PlanDiff, WorkloadChange } from "./plan-diff.ts";
import { poolChanges } from "./pool-changes.ts";
import { runwayOf } from "./runway.ts";
import { type OwnChange, ownChanges } from "./workload-changes.ts";

export interface DiffContext {
  /** YYYY-MM-DD: the core has no clock. */
  readonly today: string;
  /** Older spot prices are named. */
  readonly maxPriceAgeDays: number;
  /** A larger increase of the month needs action; null for no limit. */
  readonly maxIncrease: Amount | null;
  /** Offers without a price and estimated prices need action. */
  readonly failOnUnpriced?: boolean;
  /** Expected from month to month, in percent: how long the budget lasts. */
  readonly growthPercent?: number;
}

/** What changes from one plan to the other; null stands for no fleet, and not on both sides. Pure. */
export function diffPlans(before: FleetPlan | null, after: FleetPlan | null, context: DiffContext): PlanDiff {
  const given = after ?? before;
  if (given === null) throw new TypeError("there is no plan on either side");
  const old = before ?? emptied(given);
  const now = after ?? emptied(given);
  const cost = moneyChange(old.cost, now.cost);
  const isOneFleet = before !== null && after !== null;
  const causesOfAll = fleetCauses(old, now, true);
  const own = ownChanges(old, now, causesOfAll.filter(isInput));
  const causes = isOneFleet ? fleetCauses(old, now, own.some(isWrittenDown)) : [];
  const workloads = withNeighbours(own, causes);
  const pools = poolChanges(old, now, workloads);
  const differs = [...workloads, ...pools].some((change) => change.kind !== "unchanged") || causes.some((cause) => !isInput(cause));
  return {
    schemaVersion: 1,
    fleet: given.fleet,
    kind: kindOf(before, after, differs),
    cost,
    idleUsdPerHour: { old: old.cost.idleUsdPerHour, new: now.cost.idleUsdPerHour },
    byCloud: breakdownChanges(old.cost.byCloud, now.cost.byCloud),
    byMarket: breakdownChanges(old.cost.byMarket, now.cost.byMarket),
    byCostCenter: breakdownChanges(old.cost.byCostCenter, now.cost.byCostCenter),
    workloads,
    pools,
    causes,
    overlap: overlapOf(old, now),
    budget: { old: old.budget, new: now.budget },
    runway: after === null || context.growthPercent === undefined ? null : runwayOf(now, context.growthPercent, context.today),
    cheaper: after === null ? null : cheaperOf(after),
    unpriced: unpriced(now),
    findings: findingChanges(old, now, cost, context),
    optimality: now.optimality,
    prices: {
      dates: now.pools.map(({ price }) => price.asOf),
      stale: stalePrices(
        now.pools.map(({ instanceType, market, region, price }) => ({ instanceType, market, region, asOf: price.asOf })),
        context.today,
        context.maxPriceAgeDays,
      ),
    },
    assumptions: named(now.assumptions, now),
    included: now.cost.included,
    inputs: { old: before?.inputs ?? null, new: after?.inputs ?? null },
  };
}

function kindOf(before: FleetPlan | null, after: FleetPlan | null, differs: boolean): ChangeKind {
  if (before === null) return "added";
  if (after === null) return "removed";
  return differs ? "changed" : "unchanged";
}

const isWrittenDown = ({ kind, causes }: OwnChange): boolean =>
  kind === "added" || kind === "removed" || causes.some((cause) => cause.kind === "spec");

/** A workload that changed through no doing of its own follows from its neighbours on the nodes, or from the fleet as a whole. */
function withNeighbours(own: readonly OwnChange[], fleet: readonly Cause[]): WorkloadChange[] {
  return own.map(({ pools, ...change }) => {
    if (change.kind !== "changed" || change.causes.length > 0) return change;
    const neighbours = own.filter(
      (other) => other.name !== change.name && other.causes.length > 0 && other.pools.some((pool) => pools.includes(pool)),
    );
    if (neighbours.length > 0)
      return { ...change, causes: [packing(`shares nodes with ${neighbours.map(({ name }) => name).join(", ")}`)] };
    const behind = fleet
      .filter((cause) => movesFleet(cause) || isInput(cause))
      .map((cause): Cause => (cause.path === "spec" ? { ...cause, note: "outside this workload, see above" } : cause));
    return { ...change, causes: behind.length > 0 ? behind : [packing("the fleet as a whole is packed another way")] };
  });
}

/** Budget and tags are written in the spec and buy nothing. */
const movesFleet = ({ kind, path }: Cause): boolean => kind === "spec" && !/^(budget|tags)\./.test(path);

const packing = (note: string): Cause => ({ kind: "packing", path: "follows from the packing", old: null, new: null, note });

/** The same fleet with nothing in it. */
function emptied(plan: FleetPlan): FleetPlan {
  return {
    ...plan,
    clusters: [],
    pools: [],
    paidNodes: [],
    workloads: [],
    cost: {
      ...plan.cost,
      usdPerHour: 0,
      usdPerMonth: 0,
      byWorkload: {},
      byPool: {},
      byMarket: {},
      byCloud: {},
      byCostCenter: {},
      idleUsdPerHour: 0,
    },
    budget: null,
    optimality: { status: "optimal", lowerBoundUsdPerHour: 0, gap: 0, restrictions: [] },
    assumptions: [],
    warnings: [],
    notDeployable: [],
  };
}
