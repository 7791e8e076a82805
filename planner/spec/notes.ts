import type { Finding } from "../finding.ts";
import { parentPath } from "./path.ts";

/** What reading a spec has to say, collected while it goes on: errors and the defaults that were used. */
export interface Notes {
  readonly errors: readonly Finding[];
  readonly assumptions: readonly Finding[];
  error(finding: Finding): void;
  assume(finding: Finding): void;
  /** For a place whose error is told elsewhere, such as a field whose name was misspelt. */
  markBroken(path: string): void;
  /** True when this place, or something inside it, already has an error: what follows from it need not be said. */
  isBroken(path: string): boolean;
}

export function createNotes(): Notes {
  const errors: Finding[] = [];
  const assumptions: Finding[] = [];
  const broken = new Set<string>();
  const markBroken = (path: string): void => {
    for (let place = path; place !== ""; place = parentPath(place)) broken.add(place);
  };
  return {
    errors,
    assumptions,
    error(finding) {
      errors.push(finding);
      markBroken(finding.path);
    },
    assume: (finding) => void assumptions.push(finding),
    markBroken,
    isBroken: (path) => broken.has(path),
  };
}
