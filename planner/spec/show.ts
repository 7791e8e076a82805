import type { FindingValue } from "../finding.ts";
import { looksLikeToken, redactSecrets } from "./secrets.ts";

const longestShown = 60;

/** A user's value inside a message: one line, short, never a credential. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  if (looksLikeToken(value)) return '"(hidden)"';
  const redacted = redactSecrets(value);
  return JSON.stringify(redacted.length > longestShown ? `${redacted.slice(0, longestShown)}...` : redacted);
}

/** The same value for `Finding.value`: scalars only, never a credential. */
export function findingValue(value: unknown): FindingValue | undefined {
  if (typeof value === "string") return looksLikeToken(value) ? "(hidden)" : redactSecrets(value).slice(0, longestShown);
  return typeof value === "number" || typeof value === "boolean" || value === null ? value : undefined;
}
