import { appendFileSync, existsSync, readFileSync } from "node:fs";
import process from "node:process";
import type { ClusterEvent } from "./cluster.ts";

export interface JournalEntry extends ClusterEvent {
  /** `hang`: begun and never finished. */
  readonly operation: "create" | "update" | "delete" | "hang";
}

/** Every change that a stand-in has made, as lines of JSON in the order in which they were done, in the file of this variable. */
export const journalVariable = "STAND_IN_JOURNAL";

/** The stand-in starts to create the resource whose URN ends with the value of this variable, and never finishes. */
export const hangVariable = "STAND_IN_HANGS_ON";

export function record(entry: JournalEntry): void {
  const file = process.env[journalVariable];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export const recorded = (): JournalEntry[] => journalIn(process.env[journalVariable] ?? "");

export function journalIn(file: string): JournalEntry[] {
  if (!existsSync(file)) return [];
  // What follows the last line break is being written just now.
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as JournalEntry);
}

export function hangsOn(urn: string): boolean {
  const ending = process.env[hangVariable] ?? "";
  return ending !== "" && urn.endsWith(ending);
}
