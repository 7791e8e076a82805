import type { Price, QuotedPrice } from "./schema/price.ts";

/** How long one commits to pay for a node around the clock. */
export const commitments = ["1-year", "3-years"] as const;
export type Commitment = (typeof commitments)[number];

export interface MarketPrice extends QuotedPrice {
  /** Nodes that exist or are held at this price; null where the cloud sells more. */
  readonly nodes: number | null;
  /** All of them are paid for, used or not. */
  readonly paid?: boolean | undefined;
  /** What is committed to, in the cloud's words; missing outside the reserved market, and for a reservation of the user's own. */
  readonly kind?: string;
}

/**
 * The price of a node in one market, or null where there is none. Reserved is the user's own reservation where the overrides have one, else
 * the cloud's price for the commitment.
 */
export function marketPrice(
  price: Price,
  market: "on-demand" | "spot" | "reserved" | "static",
  commitment: Commitment = "1-year",
): MarketPrice | null {
  switch (market) {
    case "static":
      return price.static;
    case "reserved":
      return price.reserved ?? withoutLimit(commitment === "1-year" ? price.committed1Year : price.committed3Year);
    case "spot":
      return withoutLimit(price.spot);
    case "on-demand":
      return withoutLimit(price.onDemand);
  }
}

const withoutLimit = <T extends QuotedPrice>(quoted: T | null): (T & { readonly nodes: null }) | null =>
  quoted === null ? null : { ...quoted, nodes: null };
