/** A distribution of input lengths as a few weighted multiples of the mean, closer together where percentiles are read. */
export interface LengthQuantile {
  readonly scale: number;
  readonly weight: number;
}

/** Standard-normal value at the middle of each slice of probability, and the slice. */
const slices: readonly (readonly [z: number, weight: number])[] = [
  [-1.645, 0.1],
  [-1.036, 0.1],
  [-0.674, 0.1],
  [-0.385, 0.1],
  [-0.126, 0.1],
  [0.126, 0.1],
  [0.385, 0.1],
  [0.674, 0.1],
  [1.036, 0.1],
  [1.44, 0.05],
  [1.812, 0.03],
  [2.17, 0.01],
  [2.432, 0.005],
  [2.807, 0.005],
];

/** Log-normal with the given coefficient of variation, cut off at `largest` times the mean (the model length). */
export function lengthQuantiles(variation: number, largest: number): readonly LengthQuantile[] {
  if (variation <= 0) return [{ scale: 1, weight: 1 }];
  const sigma = Math.sqrt(Math.log1p(variation * variation));
  return slices.map(([z, weight]) => ({ scale: Math.min(Math.max(1, largest), Math.exp(sigma * z - (sigma * sigma) / 2)), weight }));
}
