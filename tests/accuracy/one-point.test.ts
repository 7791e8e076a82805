import { expect, test } from "vitest";
import { backTest } from "./back-test.ts";
import { facts } from "./facts.ts";
import { onePoint } from "./one-point.ts";
import type { Score } from "./score.ts";

const known = facts();
const { scores } = backTest();

/** What a user's own server does: every cell (model, GPU, engine) off by a factor of its own, besides what the benchmark rows are off. */
const biased = (factor: (cell: number) => number): Score[] => {
  const cells = [...new Set(scores.map(({ row }) => `${row.model} ${row.gpu} ${row.engine}`))];
  return scores.map((score) => {
    const cell = cells.indexOf(`${score.row.model} ${score.row.gpu} ${score.row.engine}`);
    const slower = factor(cell);
    const isLatency = score.metric.startsWith("tpot") || score.metric === "ttft";
    return { ...score, measured: isLatency ? score.measured * slower : score.measured / slower };
  });
};

test("one measured point does not make predictions worse that are right on the whole already", () => {
  const { before, after, coveragePercent } = onePoint(scores, "tpot", known);
  expect(after[0]).toBeLessThan(before[0]);
  expect(after[1]).toBeLessThan(before[1] + 1);
  expect(coveragePercent).toBeGreaterThan(85);
});

test("it takes most of a cell's own factor away: 25 % to either side leaves little more than the rows' own scatter", () => {
  const { before, after } = onePoint(
    biased((cell) => (cell % 2 === 0 ? 1.25 : 1 / 1.25)),
    "tpot",
    known,
  );
  expect(before[0]).toBeGreaterThan(18);
  expect(after[0]).toBeLessThan(11);
});

test("the interval after one point holds the measurement as often as it says, for the output rate too", () => {
  const { coveragePercent } = onePoint(scores, "output", known);
  expect(coveragePercent).toBeGreaterThan(85);
});
