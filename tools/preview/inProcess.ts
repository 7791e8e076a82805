import { fileURLToPath } from "node:url";
import { type PlanToDeploy, planToDeploy } from "../../cli/plan-to-deploy.ts";
import { type Recording, recordResources } from "../../components/testing.ts";
import { canonicalJson } from "../../planner/canonical-json.ts";
import type { LockMode } from "../../planner/plan/lock.ts";
import { sha256 } from "../../planner/sha256.ts";
import { readStackFile } from "./stackFile.ts";

export interface Preview extends Recording, Pick<PlanToDeploy, "plan" | "notes"> {}

/** Runs the project's own program, index.ts, on the config of a stack, with nothing behind it: no engine, no cloud, no cluster. */
export async function previewInProcess(root: URL, stack: string): Promise<Preview> {
  const { project, config, secretKeys } = readStackFile(root, stack);
  const recording = await recordResources(() => import(new URL("index.ts", root).href), { project, stack, config, secretKeys });
  const { plan, notes } = await planOfStack(root, stack);
  // The same inputs give the same bytes, so what the program deployed need not be carried out of it.
  if (sha256(canonicalJson(plan)) !== recording.outputs.planSha256) throw new Error("the program deployed another plan than the one shown");
  return { ...recording, plan, notes };
}

/** The plan that the program deploys on a stack. */
export function planOfStack(root: URL, stack: string): Promise<PlanToDeploy> {
  const { project, config } = readStackFile(root, stack);
  const spec = config[`${project}:spec`] || `stacks/${stack}.fleet.yaml`;
  return planToDeploy(spec, (config[`${project}:lock`] || "use") as LockMode, fileURLToPath(root));
}
