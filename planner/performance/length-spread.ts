import type { LengthClass, Lengths } from "./serving-point.ts";

/** How the lengths of requests spread around their means, and what a running request is like. Tokens. */
export interface LengthSpread {
  /** Coefficients of variation. */
  readonly inputVariation: number;
  readonly outputVariation: number;
  /** Mean over time of the running requests: long answers run longer than short ones. */
  readonly runningInputTokens: number;
  readonly runningOutputTokens: number;
  /** Longest request, input and output. */
  readonly longestTokens: number;
}

/** From the kinds of requests where they are known, else from the 95th percentile of the input, else `assumed`. */
export function lengthSpread(lengths: Lengths, assumed: number): LengthSpread {
  const { inputTokens, outputTokens, classes } = lengths;
  if (classes === undefined) {
    return {
      inputVariation: inputVariation(lengths, assumed),
      outputVariation: assumed,
      runningInputTokens: inputTokens,
      runningOutputTokens: outputTokens,
      longestTokens: inputTokens + outputTokens,
    };
  }
  const mean = (value: (kind: LengthClass) => number): number => classes.reduce((sum, kind) => sum + kind.share * value(kind), 0);
  const variation = (value: (kind: LengthClass) => number): number => {
    const centre = mean(value);
    return Math.sqrt(mean((kind) => (value(kind) - centre) ** 2)) / centre;
  };
  const stay = mean((kind) => kind.outputTokens);
  return {
    inputVariation: variation((kind) => kind.inputTokens),
    outputVariation: variation((kind) => kind.outputTokens),
    runningInputTokens: mean((kind) => kind.outputTokens * kind.inputTokens) / stay,
    runningOutputTokens: mean((kind) => kind.outputTokens ** 2) / stay,
    longestTokens: Math.max(...classes.map((kind) => kind.inputTokens + kind.outputTokens)),
  };
}

const normal95 = 1.6448536269514722;

/** From the 95th percentile of a log-normal: p95 / mean = exp(1.645 s - s^2 / 2), cv^2 = exp(s^2) - 1. */
function inputVariation({ inputTokens, inputTokensP95 }: Lengths, assumed: number): number {
  if (inputTokensP95 === null) return assumed;
  const ratio = Math.log(Math.max(1, inputTokensP95 / Math.max(1, inputTokens)));
  // The ratio grows up to s = 1.645 only; a wider spread than that is not a log-normal's.
  const sigma = normal95 - Math.sqrt(Math.max(0, normal95 * normal95 - 2 * ratio));
  return Math.sqrt(Math.expm1(sigma * sigma));
}
