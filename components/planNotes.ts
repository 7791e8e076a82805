import * as pulumi from "@pulumi/pulumi";
import type { Finding } from "../planner/finding.ts";
import { findingLine } from "./runError.ts";

/** Says in the engine's output where the plan comes from. Without an engine (a test, a preview in this process) whoever runs the program says it. */
export async function notePlan(notes: readonly Finding[]): Promise<void> {
  if (!pulumi.runtime.hasEngine()) return;
  await Promise.all(notes.map((note) => pulumi.log.warn(findingLine(note))));
}
