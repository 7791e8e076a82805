import { peerFigure } from "../../tests/accuracy/back-test.ts";
import { peerRows } from "../../tests/accuracy/measured-row.ts";
import { medianAndP90, percent, table } from "./markdown.ts";
import { type ErrorSummary, quantile, type Scored, summaryOf } from "./scored.ts";
import { titles, ways } from "./sections.ts";

const smallestFamily = 20;
const goals = { tpot: 0.75, ttft: 0.5, maxOutput: 0.5 } as const;

/** Our cross-validated errors beside aiconfigurator's on the rows that both answer, by GPU family. */
export function sideBySide(figures: readonly Scored[]): string {
  const peers = peerRows();
  const rows = (Object.keys(goals) as (keyof typeof goals)[]).flatMap((metric) => {
    const common = figures.flatMap((figure) => {
      const predicted = figure.metric === metric ? peerFigure(peers.get(figure.row.id), metric) : null;
      return predicted === null ? [] : [{ figure, predicted }];
    });
    const groups = [["all", common] as const, ...Map.groupBy(common, ({ figure }) => figure.gpuFamily)];
    return groups
      .filter(([, members]) => members.length >= smallestFamily)
      .map(([family, members]) => {
        const some = members.map(({ figure }) => figure);
        const its = peerSummary(members);
        const known = summaryOf(some, "layout");
        const share = known.medianPercent / its.medianPercent;
        const verdict = `${share.toFixed(2)} (${goals[metric]}${share <= goals[metric] ? "" : ", missed"})`;
        const unknown = summaryOf(some, "modelOnGpu");
        const otherShare = (unknown.medianPercent / its.medianPercent).toFixed(2);
        return [
          `${titles[metric]}: ${family}`,
          String(members.length),
          medianAndP90(its),
          medianAndP90(known),
          verdict,
          medianAndP90(unknown),
          otherShare,
        ];
      });
  });
  const ratio = "ratio of medians";
  return table(["", "rows", "aiconfigurator", `ours, ${ways.layout}`, `${ratio} (goal)`, `ours, ${ways.modelOnGpu}`, ratio], rows);
}

function peerSummary(members: readonly { readonly figure: Scored; readonly predicted: number }[]): ErrorSummary {
  const signed = members.map(({ figure, predicted }) => 100 * (predicted / figure.measured - 1)).sort((a, b) => a - b);
  const absolute = signed.map(Math.abs).sort((a, b) => a - b);
  return {
    count: members.length,
    medianPercent: quantile(absolute, 0.5),
    p90Percent: quantile(absolute, 0.9),
    biasPercent: quantile(signed, 0.5),
  };
}

/** Share of the measured rows that aiconfigurator answers at all. */
export const peerAnswers = (rows: number): string => `${percent((100 * peerRows().size) / rows)} %`;
