import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { planFleet } from "../planner/index.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { readLock } from "../planner/plan/lock.ts";
import { badInput, Failure } from "./failure.ts";
import { openSpec } from "./open-spec.ts";
import { planSchema } from "./plan-schema.ts";
import { plannerVersion } from "./version.ts";

const mistakesShown = 5;

/**
 * The plan in a file (`*.json`: a lock, or what `plan --json` printed), or that of a spec, planned on the spot: with `explain` it says what
 * its lines cost.
 */
export async function openPlan(path: string, directory: string, explain = false): Promise<FleetPlan> {
  if (path.endsWith(".json")) return readPlan(path, directory);
  const { spec, catalog, ...context } = openSpec(path, directory);
  return await planFleet(spec, catalog, {}, { ...context, plannerVersion: plannerVersion(), explain });
}

function readPlan(path: string, directory: string): FleetPlan {
  const text = textOf(path, directory);
  const value = parsed(path, text);
  const version = typeof value === "object" && value !== null && "schemaVersion" in value ? value.schemaVersion : undefined;
  if (version !== 1) {
    throw badInput({
      code: "unknown-plan-version",
      path,
      message:
        version === undefined
          ? "is no plan: it has no schemaVersion"
          : `has schemaVersion ${JSON.stringify(version)}, and this program reads 1`,
      suggestion: "give a lock (*.plan.json), the output of gpufleet plan --json, or a spec (*.yaml)",
    });
  }
  const result = planSchema.safeParse(value);
  // The schema holds the fields that are read, and the rest was written by the planner.
  if (result.success) return isLock(value) ? lockedPlan(path, text) : (value as FleetPlan);
  const findings = result.error.issues.slice(0, mistakesShown).map((issue) => ({
    code: "broken-plan",
    path: `${path} ${issue.path.join(".")}`,
    message: issue.message.charAt(0).toLowerCase() + issue.message.slice(1),
  }));
  throw new Failure(2, findings);
}

const isLock = (value: unknown): boolean => typeof value === "object" && value !== null && "planSha256" in value;

/** A lock vouches for its contents: one that was edited by hand is no plan that anybody made. */
function lockedPlan(path: string, text: string): FleetPlan {
  const lock = readLock(text, { lock: path, spec: path.replace(/\.plan\.json$/, ".fleet.yaml") });
  if ("code" in lock) throw badInput(lock);
  return lock.plan;
}

function textOf(path: string, directory: string): string {
  try {
    return readFileSync(resolve(directory, path), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const message =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "is a folder, not a file" : `cannot be read (${code})`;
    throw badInput({ code: "unreadable-file", path, message });
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badInput({ code: "broken-plan", path, message: "is not JSON; was it cut off?", suggestion: "write it anew with gpufleet plan" });
  }
}
