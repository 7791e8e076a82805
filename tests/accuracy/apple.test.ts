import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { answerEstimate } from "../../cli/answers.ts";
import type { EstimateRequest } from "../../cli/request.ts";

/** llama.cpp and Ollama on Apple GPUs, one request at a time: no constant was fitted to them. */
interface Row {
  readonly id: string;
  readonly model: string;
  readonly gpu: string;
  readonly precision: NonNullable<EstimateRequest["precision"]>;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly outputTokensPerSecond?: number;
  readonly ttftMs?: number;
}

const rows = JSON.parse(readFileSync(new URL("data/apple.json", import.meta.url), "utf8")) as Row[];
const { catalog } = loadCatalog();

function predicted({ id, model, gpu, precision, inputTokens, outputTokens }: Row) {
  const request = { model, gpu, precision, engine: "llama.cpp", inputTokens, outputTokens, concurrency: 1 };
  const answer = answerEstimate(request, catalog);
  if (!("interval90" in answer) || answer.interval90 === undefined || answer.tpotMs === undefined || answer.ttftMs === undefined)
    throw new Error(`no prediction for ${id}`);
  return { tpotMs: answer.tpotMs.mean, ttftMs: answer.ttftMs.mean, interval90: answer.interval90 };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

test("tokens come as fast as measured on Apple GPUs: half of the rows within 30 %, the worst within 75 %, all inside the interval", () => {
  const decoded = rows.filter(({ outputTokensPerSecond }) => outputTokensPerSecond !== undefined);
  expect(decoded.length).toBeGreaterThanOrEqual(20);
  const errors = decoded.map((row) => {
    const { tpotMs, interval90 } = predicted(row);
    const measuredMs = 1e3 / (row.outputTokensPerSecond ?? Number.NaN);
    expect(within(measuredMs, interval90.tpotMs), row.id).toBe(true);
    return Math.exp(Math.abs(Math.log(measuredMs / tpotMs))) - 1;
  });
  expect(median(errors)).toBeLessThan(0.3);
  expect(Math.max(...errors)).toBeLessThan(0.75);
});

test("prompts take 0.9 to 1.6 times as long as measured on Apple GPUs, and stay inside the interval", () => {
  const prefilled = rows.filter(({ ttftMs }) => ttftMs !== undefined);
  expect(prefilled.length).toBeGreaterThanOrEqual(10);
  for (const row of prefilled) {
    const { ttftMs, interval90 } = predicted(row);
    const measured = row.ttftMs ?? Number.NaN;
    expect(within(measured, interval90.ttftMs), row.id).toBe(true);
    expect(ttftMs / measured, row.id).toBeGreaterThan(0.9);
    expect(ttftMs / measured, row.id).toBeLessThan(1.6);
  }
});
