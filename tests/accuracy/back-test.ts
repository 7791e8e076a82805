import { exclusionOf, metricExcluded } from "./exclusions.ts";
import { facts } from "./facts.ts";
import { measuredRows, type PeerRow, peerRows } from "./measured-row.ts";
import { caseOf } from "./row-replica.ts";
import { type Score, scoresOf } from "./score.ts";

export interface BackTest {
  readonly rows: number;
  readonly scores: readonly Score[];
  /** Reason -> rows left out. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** Every prediction that the measured rows allow, beside what was measured. */
export function backTest(): BackTest {
  const known = facts();
  const rows = measuredRows();
  const leftOut: Record<string, number> = {};
  const scores: Score[] = [];
  const leave = (reason: string): void => {
    leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  };
  for (const row of rows) {
    const rowCase = caseOf(row, known);
    if (typeof rowCase === "string") {
      leave(rowCase);
      continue;
    }
    const reason = exclusionOf(rowCase);
    if (reason === undefined) scores.push(...scoresOf(rowCase).filter(({ metric }) => !metricExcluded(metric, rowCase)));
    else leave(reason);
  }
  return { rows: rows.length, scores, leftOut };
}

/** Our score and aiconfigurator's on the same row and figure. */
export interface Pair {
  readonly ours: Score;
  readonly peer: Score;
}

/** Rows that both predict. Its sweep rows (group aic-silicon) are in-sample for both. */
export function peerPairs(scores: readonly Score[]): Pair[] {
  const peers = peerRows();
  return scores.flatMap((ours) => {
    const predicted = peerFigure(peers.get(ours.row.id), ours.metric);
    return predicted === null ? [] : [{ ours, peer: { ...ours, predicted } }];
  });
}

function peerFigure(row: PeerRow | undefined, metric: Score["metric"]): number | null {
  if (row === undefined) return null;
  if (metric === "ttft") return row.loadClass === "closed" ? row.ttftMs : null;
  if (metric === "tpot" || metric === "tpotSingle") return row.loadClass === "closed" ? row.tpotMs : null;
  if (metric === "tpotOpen") return null;
  return row.outputTokensPerSecond;
}
