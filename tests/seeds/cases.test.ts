import { expect, test } from "vitest";
import { architectureOf, arithmeticOf, conclusionOf, guideCases, heldBy, ownSumBytes } from "./case.ts";
import { cache, modelNamed, weights } from "./program.ts";

const named = guideCases.map((one) => [`case ${one.number}, ${one.title}`, one] as const);

test("all 22 cases are here", () =>
  expect(guideCases.map(({ number }) => number)).toEqual(Array.from({ length: 22 }, (_, index) => index + 1)));

test.each(named)("%s: the verdicts follow from the guide's figures and the program's", (_, one) => {
  expect({ arithmetic: arithmeticOf(one), architecture: architectureOf(one), conclusion: conclusionOf(one) }).toEqual(one.verdict);
});

test.each(named)("%s: parameters and KV cache are the true ones, to the byte", (_, one) => {
  const model = modelNamed(one.model);
  expect(model.parameters).toBe(one.truth.parameters);
  const bytes = cache(one.model, one.tokens, one.requests);
  if (model.slidingWindow === null && model.encoder === null) expect(bytes).toBe(one.truth.cacheBytes);
  // Windows and audio positions end inside a block, and the last group of windowed layers is padded to the size of the others.
  expect(bytes).toBeGreaterThanOrEqual(one.truth.cacheBytes);
  expect(bytes).toBeLessThanOrEqual(1.13 * one.truth.cacheBytes);
});

test.each(named)("%s: the weights are those of a checkpoint in that format", (_, one) => {
  expect(Math.abs(weights(one.model, one.precision) / one.truth.weightBytes - 1)).toBeLessThanOrEqual(0.005);
  if (one.assumed.bytesPerParameter === 2) expect(weights(one.model, one.precision)).toBe(2 * one.truth.parameters);
});

/** Twelve thousand tokens each on one H100 at 0.90, weights in FP8: by hand, with the guide's activations. */
test.each([
  [17, 128],
  [18, 95],
  [19, 12],
  [21, 12],
])("case %i: the program finds room for the sequences that were worked out by hand, within one", (number, sequences) => {
  const one = guideCases.find((each) => each.number === number);
  const [held = 0] = one === undefined ? [] : heldBy(one);
  expect(Math.abs(held - sequences)).toBeLessThanOrEqual(1);
});

test("the guide's own inputs give more than its totals in all six cases with long contexts", () => {
  for (const one of guideCases.slice(16)) expect(ownSumBytes(one) / 1e9, one.title).toBeGreaterThan(one.stated.totalGB);
});
