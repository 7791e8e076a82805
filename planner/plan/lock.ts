import { canonicalJson } from "../canonical-json.ts";
import type { Finding } from "../finding.ts";
import { sha256 } from "../sha256.ts";
import { confidenceCostCode } from "./confidence-cost.ts";
import type { FleetPlan } from "./fleet-plan.ts";

/**
 * The lock keeps the plan that is deployed, so that nothing changes until somebody asks for it. It is the FleetPlan itself, as canonical
 * JSON in one line, with its own hash beside it: what a reader of plans understands, and nothing that two equal plans would differ in.
 */

/** What the program does with the lock: stop without it, use it where there is one, or never look at it. */
export type LockMode = "require" | "use" | "ignore";
export const lockModes: readonly LockMode[] = ["require", "use", "ignore"];

/** The files that a finding about a lock speaks of, as the user knows them. */
export interface LockFiles {
  readonly lock: string;
  readonly spec: string;
}

export interface Lock {
  readonly plan: FleetPlan;
  /** Hash of the plan: the stack output of the same name when the lock is deployed as it is. */
  readonly planSha256: string;
}

const specEnding = /(\.fleet)?\.ya?ml$/;

/** `stacks/prod.fleet.yaml` -> `stacks/prod.plan.json` */
export const lockFileOf = (spec: string): string => `${spec.replace(specEnding, "")}.plan.json`;

/** The command that makes a lock valid again. */
export const writeCommand = ({ spec }: LockFiles): string => `npx gpufleet plan ${spec} --write`;

/** The lock as text. What was shown beside the fleet is left out: it changes nothing that is deployed. */
export function lockText(plan: FleetPlan): string {
  const { stability: ______, alternatives: _, rejected: __, otherFleets: ___, explanation: ____, constraints: _____, ...shown } = plan;
  const fleet = { ...shown, assumptions: shown.assumptions.filter(({ code }) => code !== confidenceCostCode) };
  return `${canonicalJson({ ...fleet, planSha256: sha256(canonicalJson(fleet)) })}\n`;
}

/** Reads a lock, or says in one finding why it is none. White space does not count, every value does. */
export function readLock(text: string, files: LockFiles): Lock | Finding {
  const broken = (code: string, message: string): Finding => ({
    code,
    path: files.lock,
    message,
    suggestion: `take it from version control, or plan anew: ${writeCommand(files)}`,
  });
  if (/^(<{7}|={7}|>{7}) ?/m.test(text)) return broken("lock-conflict", "has the marks of a merge conflict in it");
  if (text.trim() === "") return broken("lock-truncated", "is empty");
  const value = parsed(text);
  if (value === undefined) return broken("lock-truncated", "is cut off or no JSON");
  if (typeof value !== "object" || value === null || !("schemaVersion" in value)) return broken("lock-not-a-plan", "holds no plan");
  const { planSha256, ...plan } = value as FleetPlan & { readonly planSha256?: unknown };
  if (plan.schemaVersion !== 1) {
    return {
      ...broken("lock-schema-version", `has ${versionText(plan.schemaVersion)}, this planner reads 1`),
      limit: 1,
      suggestion: `use the planner that wrote it, or plan anew: ${writeCommand(files)}`,
    };
  }
  if (typeof planSha256 !== "string") return broken("lock-edited", "has no planSha256: it was not written by plan --write");
  if (hashOf(plan) !== planSha256) return broken("lock-edited", "was changed after it was written: its planSha256 is another");
  return { plan, planSha256 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** null for values that no plan holds: numbers beyond all bounds, nesting without end. */
function hashOf(plan: unknown): string | null {
  try {
    return sha256(canonicalJson(plan));
  } catch {
    return null;
  }
}

const versionText = (value: unknown): string =>
  typeof value === "number" ? `schema version ${value}` : "a schema version that is no number";
