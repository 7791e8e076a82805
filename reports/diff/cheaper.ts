import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { named } from "./finding-changes.ts";
import type { Cheaper } from "./plan-diff.ts";

/** Lines whose loosening the users of a workload may notice: latency, failures, quality, where they are served. */
const promise = /^workloads\[\d+\]\.(slo|availability|spot|precision|clusters|residency)\b/;

const linesShown = 3;

/**
 * The lines of the spec that cost most, those that promise nothing to the users of a workload apart from those that do. Null where the plan
 * does not say what its lines cost.
 */
export function cheaperOf(plan: FleetPlan): Cheaper | null {
  if (plan.constraints === undefined) return null;
  const binding = plan.constraints.filter(({ usdPerMonth }) => usdPerMonth > 0).toSorted((a, b) => b.usdPerMonth - a.usdPerMonth);
  const dearest = (isPromise: boolean): Cheaper["promisesKept"] =>
    named(
      binding.filter(({ path }) => promise.test(path) === isPromise),
      plan,
    ).slice(0, linesShown);
  return { promisesKept: dearest(false), promiseLoosened: dearest(true) };
}
