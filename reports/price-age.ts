import type { Finding } from "../planner/finding.ts";
import type { Market } from "../planner/spec/fleet-spec.ts";

/** After this many days a spot price says little: clouds move them every few weeks. */
export const spotPriceDays = 30;

export interface DatedPrice {
  readonly instanceType: string;
  readonly market: Market;
  readonly region: string;
  /** YYYY-MM-DD */
  readonly asOf: string;
}

/** `prices as of 2026-07-20`, or the span of days. */
export function pricesAsOf(dates: readonly string[]): string {
  const sorted = dates.toSorted();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined) return "no price was used";
  return first === last ? `prices as of ${first}` : `prices as of ${first} to ${last}`;
}

const dayMs = 86_400_000;

/** Whole days from one date to another, both YYYY-MM-DD. */
export const daysBetween = (from: string, to: string): number => Math.floor((Date.parse(to) - Date.parse(from)) / dayMs);

/**
 * One finding for each spot price that is older than `maxDays` on the day `today`; the core has no clock, so the caller names the day.
 * A price dated after `today` is not old.
 */
export function stalePrices(prices: readonly DatedPrice[], today: string, maxDays: number): Finding[] {
  const seen = new Set<string>();
  return prices.flatMap((price) => {
    const age = daysBetween(price.asOf, today);
    const key = `${price.instanceType} ${price.region}`;
    if (price.market !== "spot" || age <= maxDays || seen.has(key)) return [];
    seen.add(key);
    return [
      {
        code: "stale-spot-price",
        path: key,
        message: `the spot price is ${age} days old (as of ${price.asOf}, limit ${maxDays} days)`,
        value: age,
        limit: maxDays,
        unit: "days",
        suggestion: "put today's price in catalogOverrides before relying on it",
      },
    ];
  });
}
