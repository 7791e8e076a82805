import type { Finding } from "../../planner/finding.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { dollars } from "../money.ts";
import { counted, percent } from "../quantity.ts";
import { type Amount, amountText, isAbove } from "./amount.ts";
import type { FindingChanges, MoneyChange, Unpriced } from "./plan-diff.ts";

/** Codes that are shown in their own place. */
const budgetCode = "budget-exceeded";
const unpricedCode = "unpriced-offers";
const estimatedCode = "estimated-price";

/** What a reviewer does not let pass. */
export interface Limits {
  readonly maxIncrease: Amount | null;
  readonly failOnUnpriced?: boolean;
}

/** Codes of what stops a pipeline. */
export const stoppingCodes: readonly string[] = ["increase-too-large", "unpriced-not-allowed"];

/** Warnings by what became of them, paths with the workloads' names. Two are the same when code and place are: a figure in the text may move. */
export function findingChanges(old: FleetPlan, now: FleetPlan, cost: MoneyChange, limits: Limits): FindingChanges {
  const [before, after] = [warningsOf(old), warningsOf(now)];
  const key = ({ code, path }: Finding): string => `${code} ${path}`;
  const [keysBefore, keysAfter] = [new Set(before.map(key)), new Set(after.map(key))];
  return {
    needsAction: [
      ...increaseFindings(cost, limits.maxIncrease),
      ...(limits.failOnUnpriced === true ? unpricedFindings(unpriced(now)) : []),
      ...now.warnings.filter(({ code }) => code === budgetCode),
      ...(now.notDeployable ?? []),
    ],
    added: after.filter((finding) => !keysBefore.has(key(finding))),
    standing: after.filter((finding) => keysBefore.has(key(finding))),
    resolved: before.filter((finding) => !keysAfter.has(key(finding))),
  };
}

const warningsOf = (plan: FleetPlan): Finding[] =>
  named(
    plan.warnings.filter(({ code }) => ![budgetCode, unpricedCode, estimatedCode].includes(code)),
    plan,
  );

/** `workloads[2].slo` -> `search.slo`: the number may be another workload's in the other plan. */
export const named = <T extends { readonly path: string }>(lines: readonly T[], { workloads }: FleetPlan): T[] =>
  lines.map((line) => ({
    ...line,
    path: line.path.replace(/^workloads\[(\d+)\]/, (path, index: string) => workloads[Number(index)]?.name ?? path),
  }));

function increaseFindings(cost: MoneyChange, limit: Amount | null): Finding[] {
  if (limit === null || cost.difference.usdPerMonth <= 0 || !isAbove(cost, limit)) return [];
  const share = cost.share === null ? "" : ` (${percent(cost.share)})`;
  return [
    {
      code: "increase-too-large",
      path: "--max-increase",
      message: `the month costs ${dollars(cost.difference.usdPerMonth)}${share} more, and ${amountText(limit)} more is allowed`,
      value: cost.difference.usdPerMonth,
      limit: amountText(limit),
      suggestion: "have the increase approved, or change less at once",
    },
  ];
}

function unpricedFindings({ offers, estimatedPools }: Unpriced): Finding[] {
  const what = [
    ...(offers === 0 ? [] : [`${counted(offers, "offer")} without a price`]),
    ...(estimatedPools.length === 0 ? [] : [`an estimated price for ${estimatedPools.join(", ")}`]),
  ];
  if (what.length === 0) return [];
  return [
    {
      code: "unpriced-not-allowed",
      path: "--fail-on-unpriced",
      message: `not allowed here: ${what.join(" and ")}`,
      value: offers + estimatedPools.length,
      suggestion: "give prices in catalogOverrides, or deny these instance types",
    },
  ];
}

/** What has no price, by name: never counted as 0. */
export function unpriced(plan: FleetPlan): Unpriced {
  const findings = plan.warnings.filter(({ code }) => code === unpricedCode);
  return {
    offers: findings.reduce((sum, { value }) => sum + (typeof value === "number" ? value : 1), 0),
    findings,
    estimatedPools: plan.pools.filter(({ price }) => price.estimated).map(({ name }) => name),
    notCovered: plan.cost.excluded,
  };
}
