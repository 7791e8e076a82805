import { loadCatalog } from "../../catalog/load.ts";
import { type Finding, PlanningError } from "../../planner/finding.ts";
import { type FleetPlan, type FleetSpec, planFleet } from "../../planner/index.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { readRawCatalog } from "../checker/raw-catalog.ts";
import type { WrittenFleet } from "./arbitrary-fleet.ts";
import { racks } from "./racks.ts";

export const { catalog } = loadCatalog({ overridesText: racks.overridesText, overridesFile: "racks.yaml" });
export const rawCatalog = readRawCatalog(racks.overridesText);

/** What became of a written fleet: a plan, a refusal of the file, or the reasons why there is no fleet. */
export type Outcome =
  | { readonly kind: "planned"; readonly spec: FleetSpec; readonly plan: FleetPlan }
  | { readonly kind: "refused" | "impossible"; readonly findings: readonly Finding[] };

/** Plans as the command line does. Anything but a PlanningError is a crash and is thrown on. */
export async function planOf(fleet: WrittenFleet): Promise<Outcome> {
  const { spec, findings, assumptions } = readSpec(JSON.stringify(fleet), { file: "generated.fleet.yaml", catalog });
  if (spec === null) return { kind: "refused", findings };
  try {
    return { kind: "planned", spec, plan: await planFleet(spec, catalog, {}, { assumptions, plannerVersion: "test" }) };
  } catch (error) {
    if (error instanceof PlanningError) return { kind: "impossible", findings: error.findings };
    throw error;
  }
}
