import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { loadCatalog } from "../catalog/load.ts";
import type { Finding } from "../planner/finding.ts";
import type { Measurements } from "../planner/plan/plan-fleet.ts";
import type { FleetSpec } from "../planner/spec/fleet-spec.ts";
import { readSpec, references } from "../planner/spec/read-spec.ts";
import { badInput, Failure } from "./failure.ts";
import { withNamedModels } from "./named-models.ts";
import { openMeasurements } from "./open-measurements.ts";

export interface OpenedSpec {
  readonly spec: FleetSpec;
  /** With the spec's overrides in it. */
  readonly catalog: Catalog;
  readonly assumptions: readonly Finding[];
  /** Missing when the spec names no file of them. */
  readonly measurements?: Measurements;
}

/** Reads a spec and what it names, relative to itself: overrides, measurements and the files of models. Any mistake in either ends the command with all of them. */
export function openSpec(path: string, directory: string): OpenedSpec {
  const file = resolve(directory, path);
  const text = readText(file, path, "gpufleet plan --model ... answers without a file");
  const { catalogOverrides, measurements, models } = references(text);
  const { catalog: known, findings: overrideFindings } =
    catalogOverrides === null ? loadCatalog() : withOverrides(resolve(dirname(file), catalogOverrides), directory);
  const named = withNamedModels(known, models, dirname(file));
  const { spec, findings, assumptions } = readSpec(text, { file: path, catalog: named.catalog, modelFindings: named.findings });
  const all = [...overrideFindings, ...findings];
  if (spec === null || all.length > 0) throw new Failure(2, all);
  const opened = { spec, catalog: named.catalog, assumptions: [...named.assumptions, ...assumptions] };
  return measurements === null
    ? opened
    : { ...opened, measurements: openMeasurements(resolve(dirname(file), measurements), directory, named.catalog) };
}

/** Overrides that cannot be read are one finding among the spec's own, which is then held against the bundled catalog. */
function withOverrides(file: string, directory: string): { catalog: Catalog; findings: readonly Finding[] } {
  const shown = relative(directory, file);
  try {
    const overridesText = readText(file, shown, "catalogOverrides is relative to the spec");
    return loadCatalog({ overridesText, overridesFile: shown });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...loadCatalog(), findings: error.findings };
  }
}

function readText(file: string, shown: string, suggestion: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const message =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "is a folder, not a file" : `cannot be read (${code})`;
    throw badInput({ code: "unreadable-file", path: shown, message, suggestion });
  }
}
