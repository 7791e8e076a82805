import type { PlannedPool } from "../../../planner/plan/fleet-plan.ts";
import { quoteOf, type Rule, type Subject } from "../subject.ts";

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
    complaints.push(...commitments(subject, pool));
    return complaints.map((text) => `pool ${pool.name}: ${text}`);
  });

/** A commitment pays when its 730 hours cost less than the hours that a node runs on demand. */
function commitments(subject: Subject, pool: PlannedPool): string[] {
  const onDemand = quoteOf(subject, { ...pool, market: "on-demand" });
  return (pool.commitments ?? []).flatMap(({ term, usdPerNodeHour, breakEvenHoursPerMonth: hours }) => {
    const row = subject.catalog.prices.find(
      ({ instance, cloud, region }) => instance === pool.instanceType && cloud === pool.cloud && region === pool.region,
    );
    const quote = (term === "3-years" ? row?.committed3Year : row?.committed1Year) ?? null;
    if (quote === null || onDemand === null || quote.usdPerHour !== usdPerNodeHour) return [`its price for ${term} is not the catalog's`];
    const pays = hours * onDemand.usdPerHour >= 730 * usdPerNodeHour && (hours - 1) * onDemand.usdPerHour < 730 * usdPerNodeHour;
    return pays && hours <= 730 ? [] : [`a commitment for ${term} does not pay from ${hours} hours a month on`];
  });
}
