import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { decisionRegret } from "../../tools/accuracy/regret.ts";
import { type Scored, scoredFigures, summaryOf, type WayOfLeavingOut, waysOfLeavingOut } from "../../tools/accuracy/scored.ts";
import { observe, peerFigure, scoresWith } from "./back-test.ts";
import { crossValidation } from "./cross-validation.ts";
import { peerRows } from "./measured-row.ts";
import type { ScoredMetric } from "./score.ts";

const observed = observe();
const { observations, constants, rows, leftOut } = observed;
const figures = scoredFigures(observations);
const of = (metric: ScoredMetric): readonly Scored[] => figures.filter((figure) => figure.metric === metric);

test("the constants say which rows they were fitted on, and those are the rows that are here", () => {
  const text = readFileSync(new URL("data/throughput.json", import.meta.url));
  const sha256 = createHash("sha256").update(text).digest("hex");
  expect(constants.fit.rowsSha256).toBe(sha256);
  expect(crossValidation().rowsSha256).toBe(sha256);
  expect(constants.fit.rows).toBe(rows);
  expect(Object.values(constants.fit.sources).reduce((sum, count) => sum + count, 0)).toBe(observations.length);
});

test("what the cross-validation calls fitted is what the catalog's constants predict", () => {
  const committed = new Map(crossValidation().figures.map((figure) => [`${figure.id} ${figure.metric}`, figure.fitted[0]]));
  const changes = scoresWith(observations, constants).flatMap(({ row, metric, predicted, measured }) => {
    const error = committed.get(`${row.id} ${metric}`);
    return error === undefined ? [] : [Math.abs(Math.log(predicted / measured) - error)];
  });
  changes.sort((a, b) => a - b);
  expect(changes.length).toBeGreaterThan(0.97 * committed.size);
  // The memory model may learn; a change of constants or of form without a new fit would show here.
  expect(changes[Math.floor(0.9 * changes.length)]).toBeLessThan(0.03);
});

/** Median and 90th percentile in percent that a change of the form must not lose again: what was reached, with a little air. */
const floors: readonly (readonly [ScoredMetric, WayOfLeavingOut, number, number])[] = [
  ["tpot", "layout", 10.5, 35],
  ["tpot", "modelOnGpu", 12, 40],
  ["ttft", "layout", 25, 80],
  ["ttft", "modelOnGpu", 27, 80],
  ["maxOutput", "layout", 10, 33],
  ["maxOutput", "modelOnGpu", 11, 38],
  ["maxOutput", "source", 14, 45],
  ["staticBatch", "modelOnGpu", 14, 48],
];

test.each(floors)("unseen %s by %s: median and p90 stay below %d and %d", (metric, way, median, p90) => {
  const { count, medianPercent, p90Percent } = summaryOf(of(metric), way);
  expect(count).toBeGreaterThan(100);
  expect(medianPercent).toBeLessThan(median);
  expect(p90Percent).toBeLessThan(p90);
});

test("no metric of 100 figures or more is biased by over 8 % in the median where the model family was not seen on the GPU", () => {
  for (const metric of ["tpot", "ttft", "maxOutput", "staticBatch"] as const) {
    expect(Math.abs(summaryOf(of(metric), "modelOnGpu").biasPercent), metric).toBeLessThan(8);
  }
});

test("90 % intervals hold 85 to 95 % of the figures that the fit had not seen", () => {
  const z90 = 1.6448536269514722;
  const keys = { measured: "measured", "gpu-and-family": "gpuAndFamily", "gpu-family": "gpuFamily", none: "none" } as const;
  for (const way of waysOfLeavingOut) {
    if (way === "fitted") continue;
    const withBars = figures.flatMap(({ interval, errors }) => (interval === null ? [] : [{ interval, error: errors[way] }]));
    const inside = withBars.filter(
      ({ interval, error: [error, level] }) => Math.abs(error) <= z90 * constants.uncertainty[interval][keys[level]],
    );
    const share = inside.length / withBars.length;
    expect(share, way).toBeGreaterThan(0.85);
    expect(share, way).toBeLessThan(0.95);
  }
});

test("at most one measured row in six is left out", () => {
  const total = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThan(rows / 6);
});

test.each([
  ["tpot", 0.9],
  ["ttft", 0.6],
  ["maxOutput", 0.65],
] as const)(
  "unseen %s errs at most %d times as much as aiconfigurator, in every GPU family with 20 rows that both answer",
  (metric, ratio) => {
    const peers = peerRows();
    const common = of(metric).flatMap((figure) => {
      const predicted = peerFigure(peers.get(figure.row.id), metric);
      return predicted === null ? [] : [{ figure, itsPercent: 100 * Math.abs(predicted / figure.measured - 1) }];
    });
    let families = 0;
    for (const [family, members] of Map.groupBy(common, ({ figure }) => figure.gpuFamily)) {
      if (members.length < 20) continue;
      families++;
      const its = members.map(({ itsPercent }) => itsPercent).sort((a, b) => a - b);
      const some = members.map(({ figure }) => figure);
      const median = its[Math.floor(its.length / 2)] ?? 0;
      expect(summaryOf(some, "layout").medianPercent, `${metric} ${family}`).toBeLessThan(ratio * median);
      // Where the family was never seen on the GPU, it is still no worse than kernels profiled on it, to a tenth.
      expect(summaryOf(some, "modelOnGpu").medianPercent, `${metric} ${family}`).toBeLessThan(1.1 * median);
    }
    expect(families).toBeGreaterThan(0);
  },
);

test("taking what looks cheapest by a prediction that never saw the pair costs 3 % at most in the median", () => {
  const gpus = new Map(observations.map(({ rowCase }) => [rowCase.row.id, rowCase.replica.gpu.id]));
  const regret = decisionRegret(figures, loadCatalog().catalog, ({ row }) => gpus.get(row.id) ?? "", "modelOnGpu");
  expect(regret.choices).toBeGreaterThan(50);
  expect(regret.medianPercent).toBeLessThanOrEqual(3);
});
