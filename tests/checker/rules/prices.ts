import { quoteOf, type Rule } from "../subject.ts";

/** The price of every pool is the catalog's for that instance, region and market, with its day. */
export const pricesAreTheCatalogs: Rule = (subject) =>
  subject.plan.pools.flatMap((pool) => {
    const quote = quoteOf(subject, pool);
    if (quote === null) return [`pool ${pool.name}: the catalog has no ${pool.market} price of ${pool.instanceType} in ${pool.region}`];
    const complaints: string[] = [];
    // Prices are used to the micro-dollar.
    if (pool.usdPerNodeHour !== Math.round(quote.usdPerHour * 1e6) / 1e6)
      complaints.push(`a node costs ${quote.usdPerHour} an hour, not ${pool.usdPerNodeHour}`);
    if (pool.price.asOf !== quote.asOf) complaints.push(`its price is of ${quote.asOf}, not ${pool.price.asOf}`);
    if (pool.price.source !== quote.source) complaints.push(`its price comes from ${quote.source}, not ${pool.price.source}`);
    return complaints.map((text) => `pool ${pool.name}: ${text}`);
  });
