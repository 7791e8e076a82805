import { type OnePointMetric, onePoint } from "../../tests/accuracy/one-point.ts";
import type { Score } from "../../tests/accuracy/score.ts";
import { percent, table } from "./markdown.ts";
import type { Scored, WayOfLeavingOut } from "./scored.ts";
import { ways } from "./sections.ts";

const names: Readonly<Record<OnePointMetric, string>> = { tpot: "TPOT", ttft: "TTFT", output: "output tok/s" };

/** What one measured point of the same model, GPU, engine and format does to the cross-validated error of the cell's other points. */
export function onePointTable(figures: readonly Scored[]): string {
  const scoresLeaving = (way: WayOfLeavingOut): Score[] =>
    figures.map(({ row, metric, gpuFamily, measured, errors }) => ({
      row,
      metric,
      gpuFamily,
      measured,
      predicted: measured * Math.exp(errors[way][0]),
    }));
  const pair = ([median, p90]: readonly [number, number]): string => `${percent(median)} / ${percent(p90)}`;
  const rows = (Object.keys(names) as OnePointMetric[]).flatMap((metric) =>
    (["layout", "modelOnGpu", "source"] as const).map((way) => {
      const { cells, pairs, before, after, afterByCell, afterMiddle, coveragePercent } = onePoint(scoresLeaving(way), metric);
      const errors = [before, after, afterByCell, afterMiddle].map(pair);
      return [`${names[metric]}, ${ways[way]}`, String(cells), String(pairs), ...errors, percent(coveragePercent)];
    }),
  );
  const columns = ["without the point", "with it", "cells counting alike", "of the middle load", "% inside the 90 % interval"];
  return table(["", "cells", "pairs", ...columns], rows);
}
