import * as pulumi from "@pulumi/pulumi";
import type { Finding } from "../planner/finding.ts";
import { formatPositionedFinding, type PositionedFinding } from "../planner/spec/positioned-finding.ts";

/** Stops the program: Pulumi prints a RunError's message, here a line for each finding, and no stack. */
export const runError = (findings: readonly Finding[]): pulumi.RunError => new pulumi.RunError(findings.map(findingLine).join("\n"));

/** What went wrong with the user's input as a RunError; anything else as it came, because its stack is needed. */
export function asRunError(error: unknown): unknown {
  const hasFindings = error instanceof Error && "findings" in error && Array.isArray(error.findings);
  return hasFindings ? runError(error.findings as readonly Finding[]) : error;
}

/** A finding as one line of the output. */
export function findingLine(finding: Finding): string {
  const positioned: PositionedFinding = { file: "", line: 0, column: 0, ...finding };
  return formatPositionedFinding(positioned);
}
