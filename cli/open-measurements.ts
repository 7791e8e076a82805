import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { Measurements } from "../planner/plan/plan-fleet.ts";
import { sha256 } from "../planner/sha256.ts";
import { badInput } from "./failure.ts";
import { readMeasuredRuns } from "./measured-runs.ts";
import { isSystemError } from "./replace-file.ts";

/** The runs of a measurements file, models of folders relative to it. A file that cannot be read ends the command. */
export function openMeasurements(file: string, directory: string, catalog: Catalog): Measurements {
  const path = resolve(directory, file);
  const shown = relative(directory, path);
  const text = measurementsText(path, shown);
  return { sha256: sha256(text), ...readMeasuredRuns(text, shown, catalog, dirname(path)) };
}

function measurementsText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message =
      error.code === "ENOENT"
        ? "there is no such file"
        : error.code === "EISDIR"
          ? "is a folder, not a file"
          : `cannot be read (${error.code})`;
    throw badInput({ code: "unreadable-file", path: shown, message, suggestion: "gpufleet calibrate --from RESULT.json writes one" });
  }
}
