/**
 * Splits an integer total into integer parts in proportion to the weights, so that the parts add up to the total exactly:
 * every part is rounded down and the units left over go to the largest remainders, ties to the earlier part.
 * Weights are >= 0; with all weights 0 the parts are equal. The total may be negative.
 */
export function splitByLargestRemainder(total: number, weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (sum > 0 ? (total * weight) / sum : total / weights.length));
  const parts = exact.map(Math.floor);
  const missing = total - parts.reduce((a, b) => a + b, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .toSorted((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, Math.max(0, missing))) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
}
