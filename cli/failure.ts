import type { Finding } from "../planner/finding.ts";

/** 1: the question was understood and cannot be answered or carried out. 2: the question is wrong. */
export type FailureCode = 1 | 2;

/** Ends a command. What it says goes to standard error, and with `--json` also to standard output as `{"findings": [...]}`. */
export class Failure extends Error {
  readonly exitCode: FailureCode;
  readonly findings: readonly Finding[];

  constructor(exitCode: FailureCode, findings: readonly Finding[]) {
    super(findings.map((finding) => finding.message).join("\n"));
    this.name = "Failure";
    this.exitCode = exitCode;
    this.findings = findings;
  }
}

export const badInput = (finding: Finding): Failure => new Failure(2, [finding]);
export const cannotDo = (finding: Finding): Failure => new Failure(1, [finding]);

/** For flags whose meaning is settled and whose work is not done: refused, never ignored. */
export const notSupportedYet = (path: string, suggestion?: string): Failure =>
  cannotDo({ code: "not-supported-yet", path, message: "not supported yet", ...(suggestion === undefined ? {} : { suggestion }) });
