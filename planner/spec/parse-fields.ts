import { z } from "zod";
import { holding, suggest } from "../../catalog/names.ts";
import { listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { Notes } from "./notes.ts";
import { joinPath, joinPaths, type PathKey } from "./path.ts";
import { prune } from "./prune.ts";
import { findingValue, show } from "./show.ts";

type Issue = z.core.$ZodIssue;

/** What could be read of a mapping: a field that is missing or was refused is absent. */
export type ReadFields<Shape extends z.ZodRawShape> = { readonly [Key in keyof Shape]?: z.infer<Shape[Key]> | undefined };

/** Reads each field on its own, so that one mistake hides no other. */
export function parseFields<Shape extends z.ZodRawShape>(
  shape: Shape,
  value: unknown,
  path: string,
  noun: string,
  notes: Notes,
): ReadFields<Shape> | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    notes.error({ code: "wrong-type", path, message: `expected ${noun}, found ${show(value)}` });
    return null;
  }
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    const keyPath = joinPath(path, key);
    if (schema === undefined) {
      unknownKey(key, path, shape, notes);
      continue;
    }
    const result = z.safeParse(schema, field, { reportInput: true });
    if (result.success) {
      fields[key] = result.data;
      continue;
    }
    for (const issue of result.error.issues) reportIssue(issue, keyPath, [], schema, notes);
    const rest = z.safeParse(schema, prune(field, result.error.issues));
    if (rest.success) fields[key] = rest.data;
  }
  return fields as ReadFields<Shape>;
}

function reportIssue(issue: Issue, fieldPath: string, outer: readonly PathKey[], schema: z.core.$ZodType, notes: Notes): void {
  const keys = [...outer, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  const path = joinPaths(fieldPath, keys);
  if (issue.code === "unrecognized_keys") {
    const shape = shapeAt(schema, keys);
    for (const key of issue.keys) unknownKey(key, path, shape, notes);
    return;
  }
  const branch = issue.code === "invalid_union" ? nearestBranch(issue) : undefined;
  if (branch !== undefined) {
    for (const inner of branch) reportIssue(inner, fieldPath, keys, schema, notes);
    return;
  }
  notes.error(findingOf(issue, path));
}

/** Of the ways a field may be written, the one that was meant: a list for a list, a mapping for a mapping, one value for one value. */
function nearestBranch(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const isMeant = (inner: Issue): boolean => {
    if (Array.isArray(issue.input)) return inner.path.length > 0 || inner.code === "too_small";
    if (typeof issue.input === "object" && issue.input !== null) return inner.path.length > 0 || inner.code === "unrecognized_keys";
    return inner.code === "invalid_value" && typeof inner.input === "string";
  };
  return issue.errors.find((issues) => issues.every(isMeant));
}

function findingOf(issue: Issue, path: string): Finding {
  const value = findingValue(issue.input);
  const base = { path, message: messageOf(issue), ...(value === undefined ? {} : { value }) };
  if (issue.code === "too_small" && typeof issue.minimum === "number") return { code: "out-of-range", ...base, limit: issue.minimum };
  if (issue.code === "too_big" && typeof issue.maximum === "number") return { code: "out-of-range", ...base, limit: issue.maximum };
  if (issue.code !== "invalid_value")
    return { code: issue.input === undefined ? "missing" : issue.code === "invalid_type" ? "wrong-type" : "invalid-value", ...base };
  return { code: "invalid-value", ...base, ...(typeof issue.input === "string" ? meantOf(issue.input, issue.values.map(String)) : {}) };
}

function meantOf(given: string, values: readonly string[]): { readonly suggestion?: string } {
  const whole = holding(given, values).map((value) => JSON.stringify(value));
  return whole.length > 0 ? { suggestion: `did you mean ${listed(whole, "or")}?` } : didYouMean(suggest(given, values));
}

/** Fields word their own errors (schema/field.ts); a missing one is told apart here, in one place. */
const messageOf = (issue: Issue): string =>
  issue.input === undefined ? issue.message.replace(/, found nothing$/, "; it is missing") : issue.message;

export const didYouMean = (name: string | undefined): { readonly suggestion?: string } =>
  name === undefined ? {} : { suggestion: `did you mean ${JSON.stringify(name)}?` };

/** Most keys that are worth listing in a message. */
const fewKeys = 8;

function unknownKey(key: string, parent: string, shape: z.core.$ZodShape, notes: Notes): void {
  const known = Object.keys(shape);
  const finding: Finding = { code: "unknown-key", path: joinPath(parent, key), message: `unknown key ${show(key)}` };
  const near = known.find((name) => letters(name) === letters(key)) ?? suggest(key, known);
  if (near !== undefined) {
    notes.error({ ...finding, ...didYouMean(near) });
    notes.markBroken(joinPath(parent, near));
    return;
  }
  const owner = known.find((name) => key !== "name" && Object.hasOwn(shapeAt(shape[name], []), key));
  const advice =
    owner !== undefined ? belongs(owner) : known.length > 0 && known.length <= fewKeys ? `known keys: ${known.join(", ")}` : null;
  notes.error(advice === null ? finding : { ...finding, suggestion: advice });
}

const belongs = (owner: string): string =>
  owner === "defaults" ? "it belongs into a workload, or under `defaults`" : `it belongs under \`${owner}\``;

/** The same for a word and its slips: `modle`, `average_context`. */
const letters = (name: string): string => [...name.toLowerCase().replaceAll(/[_-]/g, "")].toSorted().join("");

/** The keys that the mapping at a place may have; none where it is no mapping. */
function shapeAt(schema: z.core.$ZodType | undefined, keys: readonly PathKey[]): z.core.$ZodShape {
  let at = schema;
  for (const key of keys) {
    const inner = unwrap(at, typeof key === "number");
    at =
      inner instanceof z.core.$ZodArray
        ? inner._zod.def.element
        : inner instanceof z.core.$ZodObject
          ? inner._zod.def.shape[key]
          : undefined;
  }
  const inner = unwrap(at);
  return inner instanceof z.core.$ZodObject ? inner._zod.def.shape : {};
}

/** The schema without what may be left out; of several ways to write a field, the list or the mapping. */
function unwrap(schema: z.core.$ZodType | undefined, asList = false): z.core.$ZodType | undefined {
  let at = schema;
  while (at instanceof z.core.$ZodOptional || at instanceof z.core.$ZodNullable) at = at._zod.def.innerType;
  if (!(at instanceof z.core.$ZodUnion)) return at;
  return at._zod.def.options.find((option) => (asList ? option instanceof z.core.$ZodArray : option instanceof z.core.$ZodObject));
}
