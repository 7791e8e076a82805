import type { Catalog } from "../../../catalog/catalog.ts";
import type { Finding } from "../../finding.ts";
import type { Notes } from "../notes.ts";
import { joinPaths, type PathKey } from "../path.ts";
import type { RawWorkload } from "../schema/workload.ts";

export interface Resolving {
  readonly catalog: Catalog;
  readonly notes: Notes;
}

/** One workload with the fleet's `defaults` merged in, and where each of its fields was written. */
export interface WorkloadPlace extends Resolving {
  readonly raw: RawWorkload;
  /** `workloads[2]` */
  readonly path: string;
  /** The path of a field: under `defaults` when it was written there. */
  at(...keys: readonly PathKey[]): string;
}

export const missing = (path: string, what: string, suggestion: string): Finding => ({
  code: "missing",
  path,
  message: `${what} is missing`,
  suggestion,
});

/** States the default that was used for a field, as the plan lists it. */
export function assumeDefault(notes: Notes, path: string, name: string, value: string | number | boolean | null, why: string): void {
  notes.assume({ code: `default-${name}`, path, message: `${value} by default: ${why}`, value });
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A workload's own value wins; mappings are merged key by key, lists are replaced. */
export function mergeDefaults(shared: unknown, own: unknown): unknown {
  if (own === undefined) return shared;
  if (!isMapping(shared) || !isMapping(own)) return own;
  const keys = [...Object.keys(shared), ...Object.keys(own).filter((key) => !Object.hasOwn(shared, key))];
  return Object.fromEntries(keys.map((key) => [key, mergeDefaults(shared[key], own[key])]));
}

export function locate(own: unknown, ownPath: string, shared: unknown): (...keys: readonly PathKey[]) => string {
  return (...keys) => (!has(own, keys) && has(shared, keys) ? joinPaths("defaults", keys) : joinPaths(ownPath, keys));
}

function has(value: unknown, keys: readonly PathKey[]): boolean {
  let at = value;
  for (const key of keys) {
    if (Array.isArray(at) && typeof key === "number" && key < at.length) at = at[key];
    else if (isMapping(at) && Object.hasOwn(at, key)) at = at[String(key)];
    else return false;
  }
  return true;
}
