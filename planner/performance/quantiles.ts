import type { LatencySummary } from "./serving-point.ts";

/** Standard-normal value below which `probability` lies. Acklam's rational approximation, relative error below 1.2e-9. */
export function normalQuantile(probability: number): number {
  const p = Math.min(1 - 1e-12, Math.max(1e-12, probability));
  if (p < 0.02425) return tailQuantile(p);
  if (p > 1 - 0.02425) return -tailQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (q * horner(centreNumerator, r)) / (horner(centreDenominator, r) * r + 1);
}

const centreNumerator = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const centreDenominator = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
const tailNumerator = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783,
];
const tailDenominator = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];

const horner = (coefficients: readonly number[], x: number): number => coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

function tailQuantile(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p));
  return horner(tailNumerator, q) / (horner(tailDenominator, q) * q + 1);
}

const z95 = 1.6448536269514722;
const z99 = 2.3263478740408408;

/** Quantile at standard-normal value `z` of the log-normal with this mean and standard deviation. */
export function logNormalQuantile(mean: number, deviation: number, z: number): number {
  if (deviation <= 0 || mean <= 0) return mean;
  const variance = Math.log1p((deviation / mean) ** 2);
  return mean * Math.exp(z * Math.sqrt(variance) - variance / 2);
}

/** Milliseconds of a log-normal latency given in seconds. */
export const logNormalSummary = (mean: number, deviation: number): LatencySummary => ({
  mean: mean * 1e3,
  p50: logNormalQuantile(mean, deviation, 0) * 1e3,
  p95: logNormalQuantile(mean, deviation, z95) * 1e3,
  p99: logNormalQuantile(mean, deviation, z99) * 1e3,
});
