import { canonicalJson } from "../canonical-json.ts";
import type { FleetSpec } from "./fleet-spec.ts";

/** A resolved spec as one text, the same whatever the order of keys in the file: what is hashed to tell whether a lock answers it. */
export const canonicalSpec = (spec: FleetSpec): string => canonicalJson(spec);
