import type { z } from "zod";

type Keys = readonly PropertyKey[];

/**
 * A value without what its schema refused, so that the rest of it can still be checked. A list ends before its first refused item,
 * which keeps the index of every other item true.
 */
export function prune(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy = structuredClone(value);
  for (const issue of issues) {
    const places = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const keys of places) removeAt(copy, keys);
  }
  return copy;
}

function removeAt(root: unknown, keys: Keys): void {
  let at = root;
  for (const [index, key] of keys.entries()) {
    if (Array.isArray(at)) {
      at.length = Math.min(at.length, Number(key));
      return;
    }
    if (at === null || typeof at !== "object") return;
    if (index === keys.length - 1) Reflect.deleteProperty(at, key);
    else at = Reflect.get(at, key);
  }
}
