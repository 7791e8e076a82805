import type { Catalog } from "../catalog/catalog.ts";
import type { Finding } from "../planner/finding.ts";
import type { Measured, MeasuredRun } from "../planner/measurements/measured-run.ts";
import { physicsFindings } from "../planner/measurements/physics.ts";
import { estimateCase } from "./answers.ts";
import { readEstimateRequest } from "./request.ts";

export interface MeasuredRuns {
  readonly runs: readonly MeasuredRun[];
  /** One for each line that is not used, and why. */
  readonly refused: readonly Finding[];
}

/** Measurement lines (docs/measurements.md): batch lines of `estimate` with what was measured. A line that cannot be used costs no other line.
 * Models of folders are looked up from `directory`. */
export function readMeasuredRuns(text: string, file: string, catalog: Catalog, directory: string): MeasuredRuns {
  const runs: MeasuredRun[] = [];
  const refused: Finding[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const read = runOf(line, `${file} line ${index + 1}`, catalog, directory);
    if ("run" in read) runs.push(read.run);
    else refused.push(...read.findings);
  }
  return { runs, refused };
}

type Read = { readonly run: MeasuredRun } | { readonly findings: readonly Finding[] };

function runOf(line: string, source: string, catalog: Catalog, directory: string): Read {
  const fields = parsed(line);
  if (fields === null) return { findings: [refusal(source, "", "this line is no JSON object")] };
  const measured = measuredOf(fields.measured);
  if (measured === null) {
    const example = 'write "measured": {"ttftMs": 120, "tpotMs": 18, "outputTokensPerSecond": 900}, or some of them';
    return { findings: [{ ...refusal(source, "measured", "says nothing that was measured"), suggestion: example }] };
  }
  const checked = readEstimateRequest(fields);
  if ("findings" in checked) return { findings: checked.findings.map((finding) => ({ ...finding, path: `${source}: ${finding.path}` })) };
  const asked = estimateCase(checked.request, catalog, directory);
  if ("error" in asked) return { findings: [{ ...asked.error, path: `${source}: ${asked.error.path}` }] };
  if (!("replica" in asked)) {
    const why = asked.finding?.message ?? "its layout does not run";
    return { findings: [refusal(source, "", `cannot have been measured as it is written: ${why}`)] };
  }
  const { replica, lengths, load } = asked;
  if (replica.model.task !== "generate")
    return { findings: [refusal(source, "model", `measured runs of the task ${replica.model.task} correct nothing yet`)] };
  if (replica.speculation !== undefined)
    return { findings: [refusal(source, "speculativeTokens", "a server that drafts tokens corrects no prediction without speculation")] };
  if (replica.adapters !== undefined)
    return { findings: [refusal(source, "loraAdapters", "a server with LoRA adapters corrects no prediction without them")] };
  const run = { source, replica, lengths, load, measured };
  const findings = physicsFindings(run, catalog.measurements.farthestFactor);
  return findings.length > 0 ? { findings } : { run };
}

const refusal = (source: string, field: string, message: string): Finding => ({
  code: "measurement-refused",
  path: field === "" ? source : `${source}: ${field}`,
  message,
});

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** null when there is no figure among them. A latency may be given as a summary, as `estimate` prints it: its mean counts. */
function measuredOf(value: unknown): Measured | null {
  if (typeof value !== "object" || value === null) return null;
  const given = value as Record<string, unknown>;
  const figures = ["ttftMs", "tpotMs", "outputTokensPerSecond"].flatMap((key) => {
    const figure = meanOf(given[key]);
    return figure === null ? [] : [[key, figure] as const];
  });
  return figures.length === 0 ? null : Object.fromEntries(figures);
}

function meanOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  const mean = typeof value === "object" && value !== null && "mean" in value ? value.mean : null;
  return typeof mean === "number" ? mean : null;
}
