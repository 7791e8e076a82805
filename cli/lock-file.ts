import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { type LockFiles, lockFileOf, lockText, readLock, writeCommand } from "../planner/plan/lock.ts";
import { lockStanding } from "../planner/plan/lock-standing.ts";
import { cannotDo, Failure } from "./failure.ts";
import type { OpenedSpec } from "./open-spec.ts";
import { isSystemError, replaceFile } from "./replace-file.ts";
import { plannerVersion } from "./version.ts";

/** A plan of a thousand workloads has a sixth of this. */
const largestLockBytes = 64 * 2 ** 20;

/** The lock of a spec lies beside it. */
export const lockFilesOf = (spec: string): LockFiles => ({ spec, lock: lockFileOf(spec) });

/** The kept fleet when its lock answers the spec; null when there is no lock. An invalid one ends the command with one line. */
export function keptPlan({ spec, catalog, measurements }: OpenedSpec, files: LockFiles, directory: string): FleetPlan | null {
  const text = lockFileText(files, directory);
  if (text === null) return null;
  const lock = readLock(text, files);
  if ("code" in lock) throw cannotDo(lock);
  const measured = measurements === undefined ? {} : { measurementsSha256: measurements.sha256 };
  const standing = lockStanding(lock, { spec, catalog, plannerVersion: plannerVersion(), ...measured }, files);
  if ("code" in standing) throw cannotDo(standing);
  return standing;
}

/** The fleet that is deployed as far as a lock says so: null without one, or when it cannot be read, which a new plan mends. */
export function deployedPlan(files: LockFiles, directory: string): FleetPlan | null {
  try {
    const text = lockFileText(files, directory);
    const lock = text === null ? null : readLock(text, files);
    return lock === null || "code" in lock ? null : lock.plan;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

function lockFileText(files: LockFiles, directory: string): string | null {
  const path = resolve(directory, files.lock);
  const refused = (message: string) =>
    cannotDo({ code: "lock-unreadable", path: files.lock, message, suggestion: `plan anew: ${writeCommand(files)}` });
  if (!existsSync(path)) return null;
  try {
    const { size } = statSync(path);
    if (size > largestLockBytes) throw refused(`has ${Math.ceil(size / 2 ** 20)} MiB: no lock is that large`);
    return readFileSync(path, "utf8");
  } catch (error) {
    throw isSystemError(error) ? refused(error.code === "EISDIR" ? "is a folder, not a file" : `cannot be read (${error.code})`) : error;
  }
}

/** Writes a plan as the spec's lock. Says false, and touches nothing, when the lock is that plan already. */
export function writeLock(plan: FleetPlan, files: LockFiles, directory: string): boolean {
  const path = resolve(directory, files.lock);
  const text = lockText(plan);
  try {
    if (existsSync(path) && statSync(path).isFile() && readFileSync(path, "utf8") === text) return false;
    replaceFile(existsSync(path) ? realpathSync(path) : path, text);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw cannotDo({ code: "lock-not-written", path: files.lock, message: `cannot be written (${error.code}); nothing was changed` });
  }
}
