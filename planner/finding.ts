/**
 * The one shape of everything the planner has to say about an input, a candidate or a plan: errors, warnings, assumptions,
 * rejections and reasons. Data first; `formatFinding` in reports/ and cli/ turns it into text at the edge.
 */
export interface Finding {
  /** Stable, kebab-case, never reworded: `unknown-model`, `does-not-fit`, `slo-unreachable`. */
  readonly code: string;
  /** Where in the input or the plan: `workloads[1].model`; empty for the whole. */
  readonly path: string;
  /** One sentence, lower case, without the path and without a full stop at its end. */
  readonly message: string;
  readonly value?: FindingValue;
  /** The bound that `value` broke or met, in the same unit. */
  readonly limit?: FindingValue;
  readonly unit?: string;
  /** What to do about it, one sentence, lower case. */
  readonly suggestion?: string;
}

export type FindingValue = string | number | boolean | null;

/** A request that cannot be answered: every finding at once, so that a reader mends them all in one go. */
export class PlanningError extends Error {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => `${finding.path}: ${finding.message}`).join("\n"));
    this.name = "PlanningError";
    this.findings = findings;
  }
}
