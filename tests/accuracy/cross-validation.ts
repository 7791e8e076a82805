import { readFileSync } from "node:fs";
import type { Evidence } from "../../planner/performance/evidence.ts";
import type { FoldScheme } from "../../tools/fit/folds.ts";
import type { ScoredMetric } from "./score.ts";

/** ln(predicted / measured), and what the prediction rested on once the rows were left out. */
export type LogError = readonly [error: number, evidence: Evidence];

/** One published figure with its error under every way of leaving rows out; written by `npm run fit -- --cross-validate`. */
export type CrossValidatedFigure = { readonly id: string; readonly metric: ScoredMetric } & Readonly<
  Record<FoldScheme | "fitted", LogError>
>;

export interface CrossValidation {
  readonly about: string;
  /** Of the measured rows and of the constants' form: a test tells when the figures are those of another fit. */
  readonly rowsSha256: string;
  readonly figures: readonly CrossValidatedFigure[];
}

export const crossValidationUrl = new URL("./data/cross-validation.json", import.meta.url);
export const crossValidation = (): CrossValidation => JSON.parse(readFileSync(crossValidationUrl, "utf8")) as CrossValidation;
