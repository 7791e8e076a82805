import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { loadCatalog } from "../catalog/load.ts";
import { canonicalJson } from "../planner/canonical-json.ts";
import type { Finding } from "../planner/finding.ts";
import { correctedEstimate, correctorOf } from "../planner/measurements/corrector.ts";
import type { MeasuredRun } from "../planner/measurements/measured-run.ts";
import type { BenchmarkFields, BenchmarkResult } from "../planner/measurements/results/benchmark-result.ts";
import { readResults } from "../planner/measurements/results/read-result.ts";
import { estimate } from "../planner/performance/estimate.ts";
import { type CalibratedRun, renderCalibration } from "../reports/calibration.ts";
import { findingText } from "../reports/finding-text.ts";
import type { CalibrateFlags } from "./commands/calibrate.ts";
import { cannotDo, Failure } from "./failure.ts";
import { readMeasuredRuns } from "./measured-runs.ts";
import { isSystemError, replaceFile } from "./replace-file.ts";
import { loadNames } from "./request.ts";
import { flagOf, requestFrom } from "./request-flags.ts";
import { renderingOf, type Session } from "./session.ts";
import { textOfFile } from "./text-file.ts";

/** A line of the measurements file, and the run it describes. */
interface MeasurementLine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly run: MeasuredRun;
}

interface Reading {
  readonly lines: readonly MeasurementLine[];
  readonly refused: readonly Finding[];
  readonly notes: readonly Finding[];
}

/** Appends what the result files measured. Ends with 1 when a result was refused; the others are kept all the same. */
export async function calibrate(flags: CalibrateFlags, session: Session): Promise<void> {
  const { catalog } = loadCatalog();
  const { from, out } = flags;
  const said = { ...requestFrom(flags), ...(flags.atOnce === undefined ? {} : { batch: flags.atOnce }) };
  const readings = from.map((file) => readFile(file, said, catalog, session));
  const lines = readings.flatMap((reading) => reading.lines);
  const refused = readings.flatMap((reading) => reading.refused);
  const notes = readings.flatMap((reading) => reading.notes);
  const added = append(lines, out, session);
  const alreadyThere = lines.length - added.length;
  if (flags.json) await session.printJson({ file: out, added: added.map(({ fields }) => fields), alreadyThere, refused, notes });
  else await session.print(renderCalibration(out, added.map(calibrated), alreadyThere, renderingOf(session, flags)));
  const remarks = [...refused, ...notes].map(findingText);
  if (remarks.length > 0) await session.io.err.write(`${remarks.join("\n")}\n`);
  if (refused.length > 0) session.endWith(1);
}

function calibrated({ run }: MeasurementLine): CalibratedRun {
  const { replica, lengths, load } = run;
  const corrector = correctorOf([run], loadCatalog().catalog.measurements);
  return { run, plain: estimate(replica, lengths, load), corrected: correctedEstimate(replica, lengths, load, corrector) };
}

function readFile(file: string, said: BenchmarkFields, catalog: Catalog, session: Session): Reading {
  const inFile = (finding: Finding): Finding => ({ ...finding, path: finding.path === "" ? file : `${file}: ${finding.path}` });
  const results = readResults(textOf(file, session));
  const read = results.map((result) =>
    "code" in result ? { refused: [inFile(result)] } : lineOf(result, file, said, catalog, session.io.directory),
  );
  return {
    lines: read.flatMap((one) => ("line" in one ? [one.line] : [])),
    refused: read.flatMap((one) => ("refused" in one ? one.refused : [])),
    notes: results.flatMap((result) => ("code" in result ? [] : result.notes.map(inFile))),
  };
}

function lineOf(
  { tool, fields: read, measured }: BenchmarkResult,
  file: string,
  said: BenchmarkFields,
  catalog: Catalog,
  directory: string,
): { readonly line: MeasurementLine } | { readonly refused: readonly Finding[] } {
  // A load on the command line replaces the one that was read.
  const isLoad = (name: string): boolean => (loadNames as readonly string[]).includes(name);
  const kept = Object.keys(said).some(isLoad) ? Object.fromEntries(Object.entries(read).filter(([name]) => !isLoad(name))) : read;
  const merged: BenchmarkFields = { ...kept, ...said };
  if (tool !== "plain line") refuseUnsaid(merged, file);
  const fields = { ...merged, measured, source: file };
  const { runs, refused } = readMeasuredRuns(JSON.stringify(fields), file, catalog, directory);
  const [run] = runs;
  return run === undefined
    ? { refused: refused.map((finding) => ({ ...finding, path: finding.path.replace(" line 1", "") })) }
    : { line: { fields, run } };
}

/** What decides the speed and must not be guessed. */
const needed = ["model", "gpu", "precision", "tensorParallel", "engineVersion"] as const;

function refuseUnsaid(fields: BenchmarkFields, file: string): void {
  const missing = needed.filter((name) => fields[name] === undefined);
  if (missing.length === 0) return;
  throw new Failure(
    2,
    missing.map((name) => ({
      code: "missing-field",
      path: flagOf(name),
      message: `is missing: ${file} does not say it`,
      suggestion: `give it as it was when the server ran`,
    })),
  );
}

/** Adds the lines that are not there yet, the whole file at once; the lines that were added. */
function append(lines: readonly MeasurementLine[], out: string, session: Session): MeasurementLine[] {
  const path = resolve(session.io.directory, out);
  const before = existsSync(path) ? textOf(out, session) : "";
  const known = new Set(before.split(/\r?\n/).flatMap((line) => identityOf(line) ?? []));
  const added = lines.filter(({ fields }) => {
    const identity = identityOf(JSON.stringify(fields)) ?? "";
    return !known.has(identity) && known.add(identity);
  });
  if (added.length === 0) return [];
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  const text = `${before}${gap}${added.map(({ fields }) => `${JSON.stringify(fields)}\n`).join("")}`;
  try {
    replaceFile(existsSync(path) ? realpathSync(path) : path, text);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw cannotDo({ code: "file-not-written", path: out, message: `cannot be written (${error.code}); nothing was changed` });
  }
  return added;
}

/** What a line measured, wherever it was read from; undefined for lines that are no JSON. */
function identityOf(line: string): string | undefined {
  try {
    const { source: _, ...fields } = JSON.parse(line);
    return canonicalJson(fields);
  } catch {
    return undefined;
  }
}

const textOf = (file: string, session: Session): string =>
  textOfFile(resolve(session.io.directory, file), file, "--from takes files that a benchmark wrote");
