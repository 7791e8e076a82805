import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { badInput } from "./failure.ts";
import { type MeasuredRuns, readMeasuredRuns } from "./measured-runs.ts";
import { isSystemError } from "./replace-file.ts";

/** The runs of a measurements file. A file that cannot be read ends the command. */
export const openMeasurements = (file: string, directory: string, catalog: Catalog): MeasuredRuns =>
  readMeasuredRuns(measurementsText(file, directory), file, catalog, directory);

function measurementsText(file: string, directory: string): string {
  try {
    return readFileSync(resolve(directory, file), "utf8");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message =
      error.code === "ENOENT"
        ? "there is no such file"
        : error.code === "EISDIR"
          ? "is a folder, not a file"
          : `cannot be read (${error.code})`;
    throw badInput({
      code: "unreadable-file",
      path: file,
      message,
      suggestion: "gpufleet calibrate --from RESULT.json writes one",
    });
  }
}
