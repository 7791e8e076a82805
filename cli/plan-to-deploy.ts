import type { Catalog } from "../catalog/catalog.ts";
import type { Finding } from "../planner/finding.ts";
import { planFleet } from "../planner/index.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { type LockFiles, type LockMode, writeCommand } from "../planner/plan/lock.ts";
import { cannotDo } from "./failure.ts";
import { keptPlan, lockFilesOf } from "./lock-file.ts";
import { type OpenedSpec, openSpec } from "./open-spec.ts";
import { plannerVersion } from "./version.ts";

export interface PlanToDeploy {
  readonly plan: FleetPlan;
  readonly catalog: Catalog;
  /** Where the plan comes from, when that is not a lock made for just these inputs. */
  readonly notes: readonly Finding[];
}

/** The plan that the Pulumi program deploys: the lock's, or one made now, as the stack's config wants it. */
export async function planToDeploy(specPath: string, mode: LockMode, directory: string): Promise<PlanToDeploy> {
  const opened = openSpec(specPath, directory);
  const { catalog } = opened;
  if (mode === "ignore") return { plan: await freshPlan(opened), catalog, notes: [] };
  const files = lockFilesOf(specPath);
  const kept = keptPlan(opened, files, directory);
  if (kept !== null) return { plan: kept, catalog, notes: kept.warnings.filter(({ code }) => code.startsWith("lock-")) };
  if (mode === "require") throw cannotDo(missingLock(files, "config.lock requires one"));
  return { plan: await freshPlan(opened), catalog, notes: [missingLock(files, "this fleet was planned just now and the next may differ")] };
}

const freshPlan = ({ spec, catalog, ...context }: OpenedSpec): Promise<FleetPlan> =>
  planFleet(spec, catalog, {}, { ...context, plannerVersion: plannerVersion() });

export const missingLock = (files: LockFiles, consequence: string): Finding => ({
  code: "lock-missing",
  path: files.lock,
  message: `there is no lock: ${consequence}`,
  suggestion: `keep the fleet: ${writeCommand(files)}`,
});
