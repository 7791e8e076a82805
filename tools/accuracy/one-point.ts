import { type OnePointMetric, onePoint } from "../../tests/accuracy/one-point.ts";
import type { Score } from "../../tests/accuracy/score.ts";
import { percent, table } from "./markdown.ts";
import type { Scored } from "./scored.ts";

const names: Readonly<Record<OnePointMetric, string>> = { tpot: "TPOT", ttft: "TTFT", output: "output tok/s" };

/** What one measured point of the same model, GPU, engine and format does to the cross-validated error of the cell's other points. */
export function onePointTable(figures: readonly Scored[]): string {
  const scores = figures.map(
    ({ row, metric, gpuFamily, measured, errors }): Score => ({
      row,
      metric,
      gpuFamily,
      measured,
      predicted: measured * Math.exp(errors.modelOnGpu[0]),
    }),
  );
  const pair = ([median, p90]: readonly [number, number]): string => `${percent(median)} / ${percent(p90)}`;
  const rows = (Object.keys(names) as OnePointMetric[]).map((metric) => {
    const { cells, pairs, before, after, afterByCell, coveragePercent } = onePoint(scores, metric);
    return [names[metric], String(cells), String(pairs), pair(before), pair(after), pair(afterByCell), percent(coveragePercent)];
  });
  return table(["", "cells", "pairs", "without the point", "with it", "with it, cells counting alike", "% inside the 90 % interval"], rows);
}
