/** Rate relative to the ceiling that stands for an idle replica. */
const trickle = 1e-4;
const bisections = 16;

/** The largest rate up to a ceiling at which a limit that grows with the rate still holds; null when even an idle replica breaks it. */
export function largestRateWithin(ceiling: number, holds: (rate: number) => boolean): { rate: number; isCeiling: boolean } | null {
  if (holds(ceiling)) return { rate: ceiling, isCeiling: true };
  let low = ceiling * trickle;
  if (!holds(low)) return null;
  let high = ceiling;
  for (let step = 0; step < bisections && high - low > 1e-4 * high; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return { rate: low, isCeiling: false };
}

export const idleRate = (ceiling: number): number => ceiling * trickle;
