import type { Catalog } from "../../catalog/catalog.ts";
import type { Finding } from "../finding.ts";
import { sha256 } from "../sha256.ts";
import { canonicalSpec } from "../spec/canonical-spec.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import type { FleetPlan } from "./fleet-plan.ts";
import { type Lock, type LockFiles, writeCommand } from "./lock.ts";
import { brokenByCatalog } from "./lock-constraints.ts";
import { specDifference } from "./lock-difference.ts";
import { repriced } from "./lock-prices.ts";
import { notDeployable } from "./not-deployable.ts";

/** What a lock has to answer today. */
export interface LockQuestion {
  readonly spec: FleetSpec;
  readonly catalog: Catalog;
  readonly plannerVersion: string;
  /** Of the measurements that correct the predictions; left out when there are none. */
  readonly measurementsSha256?: string;
}

/**
 * Holds a lock against today's inputs. Valid: its fleet, at today's prices when the catalog is another one, with a warning for
 * whatever is newer than the lock. Invalid: the one finding that says what differs and which command mends it.
 */
export function lockStanding(lock: Lock, question: LockQuestion, files: LockFiles): FleetPlan | Finding {
  const { plan, planSha256 } = lock;
  const { spec, catalog, plannerVersion } = question;
  const invalid = (code: string, message: string): Finding => ({
    code,
    path: files.lock,
    message,
    suggestion: `plan anew: ${writeCommand(files)}`,
  });
  if (plan.inputs.specSha256 !== sha256(canonicalSpec(spec))) {
    return invalid("lock-spec-differs", `answers another spec than ${files.spec}: ${specDifference(plan, spec)}`);
  }
  if (plan.inputs.measurementsSha256 !== question.measurementsSha256) {
    return invalid("lock-measurements-differ", "was planned with other measurements");
  }
  const sameCatalog = plan.inputs.catalogSha256 === catalog.sha256;
  const samePlanner = plan.inputs.plannerVersion === plannerVersion;
  if (sameCatalog && samePlanner) return plan;
  const [broken, ...others] = brokenByCatalog(plan, catalog);
  if (broken !== undefined) return invalid(broken.code, `no longer holds: ${broken.path}: ${broken.message}${andMore(others.length)}`);
  const today = sameCatalog ? { plan, broken: null } : repriced(plan, spec, catalog);
  if (today.broken !== null) return invalid(today.broken.code, `no longer holds at today's prices: ${today.broken.message}`);
  const warnings = [
    ...(sameCatalog ? [] : [otherCatalog(plan, today.plan, files)]),
    ...(samePlanner ? [] : [otherPlanner(plan, plannerVersion, files)]),
    ...today.plan.warnings,
  ];
  // What can be deployed is for this version to say, not for the one that wrote the lock.
  return { ...today.plan, inputs: { ...today.plan.inputs, lockSha256: planSha256 }, warnings, notDeployable: notDeployable(plan) };
}

const andMore = (count: number): string => (count === 0 ? "" : ` (and ${count} more)`);

function otherCatalog(kept: FleetPlan, today: FleetPlan, files: LockFiles): Finding {
  const [was, is] = [kept.cost.usdPerMonth, today.cost.usdPerMonth];
  const days = `the lock was priced with the catalog of ${kept.inputs.catalogAsOf}, and this is another, of ${today.inputs.catalogAsOf}`;
  return {
    code: "lock-other-catalog",
    path: files.lock,
    message:
      was === is ? `${days}: the fleet costs the same` : `${days}: the fleet costs ${is.toFixed(2)} USD a month, not ${was.toFixed(2)}`,
    value: is,
    unit: "USD a month",
    suggestion: `${writeCommand(files)} looks for a better fleet`,
  };
}

const otherPlanner = (kept: FleetPlan, plannerVersion: string, files: LockFiles): Finding => ({
  code: "lock-other-planner",
  path: files.lock,
  message: `the lock was made by version ${kept.inputs.plannerVersion} of the planner, this is ${plannerVersion}: its predictions are kept`,
  value: kept.inputs.plannerVersion,
  suggestion: `${writeCommand(files)} predicts anew`,
});
