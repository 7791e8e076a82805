import type { Finding } from "../planner/finding.ts";
import type { Price } from "./schema/price.ts";

/** Anything that shows a price and its day: a catalog row, an offer, a pool of a plan. */
export interface DatedPrice {
  /** Where it stands, for the finding. */
  readonly path: string;
  /** YYYY-MM-DD */
  readonly asOf: string;
}

const msPerDay = 86_400_000;

/** Whole days from one day to another, both YYYY-MM-DD; negative when the second is earlier. */
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / msPerDay);

/** One finding for each price older than `maxAgeDays` on the day `today` (given by the shell: the core has no clock), or dated after it. */
export function priceAgeFindings(prices: readonly DatedPrice[], today: string, maxAgeDays: number): Finding[] {
  return prices.flatMap(({ path, asOf }): Finding[] => {
    const age = daysBetween(asOf, today);
    const values = { value: age, limit: maxAgeDays, unit: "days" };
    if (age < 0) return [{ code: "price-from-future", path, message: `the price is dated ${asOf}, after ${today}`, ...values }];
    if (age <= maxAgeDays) return [];
    const suggestion = "check it, and set your own in catalogOverrides";
    return [{ code: "price-too-old", path, message: `the price of ${asOf} is ${age} days old`, ...values, suggestion }];
  });
}

/** The dated prices of one market in the catalog, for `priceAgeFindings`. */
export const datedPrices = (prices: readonly Price[], market: "onDemand" | "spot" | "static"): DatedPrice[] =>
  prices.flatMap((price) => {
    const quoted = price[market];
    return quoted === null ? [] : [{ path: `prices[${price.instance}/${price.cloud}/${price.region}].${market}`, asOf: quoted.asOf }];
  });
