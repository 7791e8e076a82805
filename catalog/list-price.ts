import type { QuotedPrice } from "./schema/price.ts";

/** What the cloud asks before discounts of the overrides: the figure to compare prices by when asking whether they are plausible. */
export const listPrice = (quoted: QuotedPrice): number => quoted.listUsdPerHour ?? quoted.usdPerHour;
