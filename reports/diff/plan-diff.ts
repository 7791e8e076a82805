import type { Finding, FindingValue } from "../../planner/finding.ts";
import type { FleetPlan, Money, PlanInputs } from "../../planner/plan/fleet-plan.ts";
import type { ConstraintPrice } from "../../planner/plan/ways-not-taken.ts";

/**
 * What changes between two plans, what it costs and why: plain JSON, the same object in `diff --format json` and behind the texts.
 * Every list of money adds up to `cost` to the cent.
 */
export interface PlanDiff {
  readonly schemaVersion: 1;
  readonly fleet: string;
  /** `added`: there was no fleet before; `removed`: there is none any more; `unchanged`: no money, workload or pool differs. */
  readonly kind: ChangeKind;
  readonly cost: MoneyChange;
  readonly idleUsdPerHour: OldAndNew<number>;
  readonly byCloud: readonly NamedMoneyChange[];
  readonly byMarket: readonly NamedMoneyChange[];
  readonly byCostCenter: readonly NamedMoneyChange[];
  readonly workloads: readonly WorkloadChange[];
  readonly pools: readonly PoolChange[];
  /** What differs outside any one workload: budget, catalog, measurements, planner, fields of the spec that a plan does not carry. */
  readonly causes: readonly Cause[];
  readonly overlap: Overlap | null;
  readonly budget: OldAndNew<FleetPlan["budget"]>;
  /** Of the new plan; null without an expected growth. */
  readonly runway: Runway | null;
  /** Null where it was not looked for. */
  readonly cheaper: Cheaper | null;
  readonly unpriced: Unpriced;
  readonly findings: FindingChanges;
  readonly optimality: FleetPlan["optimality"];
  readonly prices: { readonly dates: readonly string[]; readonly stale: readonly Finding[] };
  readonly assumptions: readonly Finding[];
  readonly included: readonly string[];
  readonly inputs: OldAndNew<PlanInputs | null>;
}

export type ChangeKind = "added" | "removed" | "changed" | "unchanged";

export interface OldAndNew<T> {
  readonly old: T;
  readonly new: T;
}

export interface MoneyChange extends OldAndNew<Money> {
  readonly difference: Money;
  /** Of the old month, 0.1 for 10 %; null where there was none. */
  readonly share: number | null;
}

export interface NamedMoneyChange extends MoneyChange {
  readonly name: string;
}

export type CauseKind = "spec" | "price" | "prediction" | "catalog" | "measurements" | "planner" | "packing";

export interface Cause {
  readonly kind: CauseKind;
  /** Where: a path of the spec with the workload by its name, or what the price is for. */
  readonly path: string;
  readonly old: FindingValue;
  readonly new: FindingValue;
  /** What stands behind it, where path and values do not say it. */
  readonly note?: string;
}

export interface Difference extends OldAndNew<string> {
  readonly what: string;
}

export interface WorkloadChange {
  readonly kind: ChangeKind;
  readonly name: string;
  readonly cost: MoneyChange;
  readonly differences: readonly Difference[];
  readonly causes: readonly Cause[];
}

export interface PoolChange {
  readonly kind: ChangeKind;
  readonly name: string;
  readonly instanceType: string;
  readonly market: string;
  readonly region: string;
  readonly nodes: OldAndNew<number>;
  readonly usdPerNodeHour: OldAndNew<number | null>;
  readonly cost: MoneyChange;
  /** Workloads whose replicas on the pool change. */
  readonly replicas: readonly (OldAndNew<number> & { readonly workload: string })[];
  readonly causes: readonly Cause[];
}

/** New replicas come before the old ones go: what is there on top of the new plan meanwhile. */
export interface Overlap {
  /** Whose replicas move. */
  readonly workloads: readonly string[];
  /** Old pools go when the replicas have moved; nodes of a pool that stays go with the next `pulumi up`. */
  readonly pools: readonly { readonly name: string; readonly nodes: number; readonly until: "replicas have moved" | "the next up" }[];
  readonly usdPerHour: number;
  /** Until the slowest replica that moves is up, as predicted. */
  readonly expectedSeconds: number;
  readonly expectedUsd: number;
  readonly gpus: readonly {
    readonly cloud: string;
    readonly region: string;
    readonly family: string;
    readonly market: string;
    readonly extraGpus: number;
    /** Quota needed while both exist. */
    readonly peakGpus: number;
  }[];
  /** Workloads whose old replicas go before the new ones can start: machines that stand in a rack cannot be added to. */
  readonly gaps: readonly string[];
}

/** What growth does to the month's cost, and how long the budget lasts. */
export interface Runway {
  readonly growthPercentPerMonth: number;
  /** Today's month is the first. */
  readonly usdInTwelfthMonth: number;
  /** Months from today's on, it included, that stay within the budget; null when all that were looked at do, and without a budget. */
  readonly monthsWithin: number | null;
  /** YYYY-MM */
  readonly firstMonthOverBudget: string | null;
  readonly monthsLookedAhead: number;
}

/** Single lines of the new spec that could be otherwise, and what the fleet would cost less a month; largest first. Savings of two do not add up. */
export interface Cheaper {
  /** Hardware, markets, quotas, sharing of nodes: no user of a workload would notice. */
  readonly promisesKept: readonly ConstraintPrice[];
  /** Latency, availability, spot, precision, place. */
  readonly promiseLoosened: readonly ConstraintPrice[];
}

export interface Unpriced {
  /** Offers that have no price and were not considered. */
  readonly offers: number;
  readonly findings: readonly Finding[];
  /** Pools whose price was computed from another one. */
  readonly estimatedPools: readonly string[];
  /** Kinds of cost that no figure here contains. */
  readonly notCovered: readonly string[];
}

export interface FindingChanges {
  /** Stop here: over the budget, over the allowed increase, not deployable yet. */
  readonly needsAction: readonly Finding[];
  readonly added: readonly Finding[];
  readonly standing: readonly Finding[];
  readonly resolved: readonly Finding[];
}
