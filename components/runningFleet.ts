import * as pulumi from "@pulumi/pulumi";
import type { DeployedFleet } from "../planner/plan/changeover.ts";

/** Name of the output in which a stack keeps what it has deployed. */
export const deployedOutput = "deployed";

/**
 * What this very stack has deployed: its own output, read as any other stack would read it. The output is known only when every
 * Deployment is made, so an `up` that failed before leaves the old one, and the next sees the same old fleet and goes on. Undefined before the first `up`, and where
 * no engine runs the program (a test, a preview in this process).
 */
export async function runningFleet(): Promise<DeployedFleet | undefined> {
  if (!pulumi.runtime.hasEngine()) return undefined;
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const { value } = await self.getOutputDetails(deployedOutput);
  return value as DeployedFleet | undefined;
}
