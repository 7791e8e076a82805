import type { Finding } from "../finding.ts";

/** A finding about a file. `line` and `column` count from 1; both are 0 for a request that came without a file. */
export interface PositionedFinding extends Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `stacks/prod.fleet.yaml:12:5 workloads[1].model: unknown model "Lama"; did you mean "Llama"?` */
export function formatPositionedFinding(finding: PositionedFinding): string {
  const place = finding.line > 0 ? `${finding.file}:${finding.line}:${finding.column}` : finding.file;
  const where = [place, finding.path === "" ? "" : `${finding.path}:`].filter((part) => part !== "").join(" ");
  const text = finding.suggestion === undefined ? finding.message : `${finding.message}; ${finding.suggestion}`;
  return where === "" ? text : `${where} ${text}`;
}
