import { dirname, relative, resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { Measurements } from "../planner/plan/plan-fleet.ts";
import { sha256 } from "../planner/sha256.ts";
import { readMeasuredRuns } from "./measured-runs.ts";
import { textOfFile } from "./text-file.ts";

/** The runs of a measurements file, models of folders relative to it. A file that cannot be read ends the command. */
export function openMeasurements(file: string, directory: string, catalog: Catalog): Measurements {
  const path = resolve(directory, file);
  const shown = relative(directory, path);
  const text = textOfFile(path, shown, "gpufleet calibrate --from RESULT.json writes one");
  return { sha256: sha256(text), ...readMeasuredRuns(text, shown, catalog, dirname(path)) };
}
