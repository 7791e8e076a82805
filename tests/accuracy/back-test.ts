import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { exclusionOf, metricExcluded } from "./exclusions.ts";
import { facts } from "./facts.ts";
import { measuredRows, type PeerRow } from "./measured-row.ts";
import { caseOf, type RowCase } from "./row-replica.ts";
import { type Figure, figuresOf, predict, type Score, type ScoredMetric } from "./score.ts";

/** A measured row that is scored, and which of its figures. */
export interface Observation {
  readonly rowCase: RowCase;
  readonly figures: readonly Figure[];
}

export interface Observations {
  readonly rows: number;
  readonly constants: StepTimeConstants;
  readonly observations: readonly Observation[];
  /** Reason -> rows left out. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** The measured rows that the model can be asked about, and those left out by a rule. */
export function observe(): Observations {
  const known = facts();
  const rows = measuredRows();
  const leftOut: Record<string, number> = {};
  const observations: Observation[] = [];
  for (const row of rows) {
    const rowCase = caseOf(row, known);
    const reason = typeof rowCase === "string" ? rowCase : exclusionOf(rowCase);
    if (reason !== undefined) leftOut[reason] = (leftOut[reason] ?? 0) + 1;
    else if (typeof rowCase !== "string") {
      observations.push({ rowCase, figures: figuresOf(rowCase).filter(({ metric }) => !metricExcluded(metric, rowCase)) });
    }
  }
  return { rows: rows.length, constants: known.constants, observations, leftOut };
}

/** Every prediction of these rows beside what was measured. */
export function scoresWith(observations: readonly Observation[], constants: StepTimeConstants): Score[] {
  return observations.flatMap(({ rowCase, figures }) => {
    const predicted = predict(rowCase, constants);
    return figures.flatMap(({ metric, measured }) => {
      const value = predicted[metric];
      if (value === undefined) return [];
      return [{ metric, row: rowCase.row, gpuFamily: rowCase.replica.gpu.performanceFamily ?? "none", predicted: value, measured }];
    });
  });
}

export interface BackTest {
  readonly rows: number;
  readonly scores: readonly Score[];
  readonly leftOut: Readonly<Record<string, number>>;
}

/** With the constants of the catalog, which were fitted on these rows. */
export function backTest(): BackTest {
  const { rows, constants, observations, leftOut } = observe();
  return { rows, scores: scoresWith(observations, constants), leftOut };
}

/** What aiconfigurator predicts for a figure; null where it gives no comparable one. */
export function peerFigure(row: PeerRow | undefined, metric: ScoredMetric): number | null {
  if (row === undefined || metric === "prefill") return null;
  if (metric === "ttft") return row.loadClass === "closed" ? row.ttftMs : null;
  if (metric === "tpot" || metric === "tpotSingle") return row.loadClass === "closed" ? row.tpotMs : null;
  if (metric === "tpotOpen" || metric === "tpotBurst" || metric === "ttftBurst") return null;
  return row.outputTokensPerSecond;
}
