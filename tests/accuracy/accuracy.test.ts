import { expect, test } from "vitest";
import { backTest, peerPairs } from "./back-test.ts";
import { type ScoredMetric, summarize } from "./score.ts";

const { rows, scores, leftOut } = backTest();
const of = (metric: ScoredMetric) => summarize(scores.filter((score) => score.metric === metric));

// The constants were fitted on these very rows: this catches a change of the form, it does not measure accuracy on new data.
test.each([
  ["tpot", 500, 9, 25],
  ["tpotOpen", 60, 10, 25],
  ["tpotSingle", 80, 14, 35],
  ["ttft", 450, 21, 62],
  ["maxOutput", 950, 10, 33],
  ["saturatedOutput", 150, 12, 85],
  ["staticBatch", 150, 8, 42],
  ["singleStreamOutput", 150, 14, 60],
] as const)("in-sample error of %s stays where the fit left it", (metric, rows, medianPercent, p90Percent) => {
  const summary = of(metric);
  expect(summary.count).toBeGreaterThan(rows);
  expect(summary.medianPercent).toBeLessThan(medianPercent);
  expect(summary.p90Percent).toBeLessThan(p90Percent);
});

test("no metric is biased by more than 8 % in the median", () => {
  for (const metric of ["tpot", "tpotOpen", "tpotSingle", "ttft", "maxOutput", "saturatedOutput", "staticBatch"] as const) {
    expect(Math.abs(of(metric).biasPercent), metric).toBeLessThan(8);
  }
});

test("every GPU family with 20 measured output rates is predicted within 25 % in the median", () => {
  const families = new Set(scores.map(({ gpuFamily }) => gpuFamily));
  let seen = 0;
  for (const family of families) {
    const summary = summarize(scores.filter((score) => score.metric === "maxOutput" && score.gpuFamily === family));
    if (summary.count < 20) continue;
    seen++;
    expect(summary.medianPercent, family).toBeLessThan(25);
  }
  expect(seen).toBeGreaterThanOrEqual(4);
});

test("at most one measured row in six is left out", () => {
  const total = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThan(rows / 6);
});

test("predictions beat aiconfigurator's on the rows that both predict", () => {
  const pairs = peerPairs(scores);
  for (const metric of ["tpot", "ttft", "maxOutput"] as const) {
    const common = pairs.filter(({ ours }) => ours.metric === metric);
    expect(common.length).toBeGreaterThan(100);
    expect(summarize(common.map(({ ours }) => ours)).medianPercent, metric).toBeLessThan(
      summarize(common.map(({ peer }) => peer)).medianPercent,
    );
  }
});
