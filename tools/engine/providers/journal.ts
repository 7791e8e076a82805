import { appendFileSync } from "node:fs";
import process from "node:process";

export interface JournalEntry {
  /** `hang`: begun and never finished. */
  readonly operation: "create" | "update" | "delete" | "hang";
  readonly urn: string;
  readonly id: string;
}

/** Every change that a stand-in has made, as lines of JSON in the order in which they were done, in the file of this variable. */
export const journalVariable = "STAND_IN_JOURNAL";

/** The stand-in starts to create the resource whose URN ends with the value of this variable, and never finishes. */
export const hangVariable = "STAND_IN_HANGS_ON";

export function record(entry: JournalEntry): void {
  const file = process.env[journalVariable];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export function hangsOn(urn: string): boolean {
  const ending = process.env[hangVariable] ?? "";
  return ending !== "" && urn.endsWith(ending);
}
