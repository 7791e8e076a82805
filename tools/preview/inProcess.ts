import { fileURLToPath } from "node:url";
import { openSpec } from "../../cli/open-spec.ts";
import { plannerVersion } from "../../cli/version.ts";
import { type Recording, recordResources } from "../../components/testing.ts";
import { canonicalJson } from "../../planner/canonical-json.ts";
import { type FleetPlan, planFleet } from "../../planner/index.ts";
import { sha256 } from "../../planner/sha256.ts";
import { readStackFile } from "./stackFile.ts";

export interface Preview extends Recording {
  readonly plan: FleetPlan;
}

/** Runs the project's own program, index.ts, on the config of a stack, with nothing behind it: no engine, no cloud, no cluster. */
export async function previewInProcess(root: URL, stack: string): Promise<Preview> {
  const { project, config, secretKeys } = readStackFile(root, stack);
  const recording = await recordResources(() => import(new URL("index.ts", root).href), { project, stack, config, secretKeys });
  const plan = await plannedBy(config[`${project}:spec`] || `stacks/${stack}.fleet.yaml`, root, recording.outputs.planSha256);
  return { ...recording, plan };
}

/** The plan that the program has just deployed. Made again from the same inputs, which gives the same bytes. */
async function plannedBy(spec: string, root: URL, planSha256: unknown): Promise<FleetPlan> {
  const { spec: fleet, catalog, assumptions } = openSpec(spec, fileURLToPath(root));
  const plan = await planFleet(fleet, catalog, {}, { assumptions, plannerVersion: plannerVersion() });
  if (sha256(canonicalJson(plan)) !== planSha256) throw new Error("the program deployed another plan than the one shown");
  return plan;
}
