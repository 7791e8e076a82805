import { failing, isNear, micro, quoteOf, type Rule, sum } from "../subject.ts";
import { contents } from "./pools.ts";

/**
 * Nodes that are paid for anyway, where the fleet has clusters and in its markets, are all in the plan, those in pools and those that stand idle, at their price; of
 * nothing else does it say that it is paid for. docs/catalog.md, "paid".
 */
export const paidNodesAreAllThere: Rule = (subject) => {
  const { spec, plan, catalog } = subject;
  const due = catalog.prices.flatMap(({ instance, cloud, region, ...quotes }) =>
    (["reserved", "static"] as const).flatMap((market) => {
      const quote = quotes[market];
      const isHere = spec.clusters.some((cluster) => cluster.cloud === cloud && cluster.region === region);
      return quote?.paid === true && isHere && spec.markets.includes(market) ? [{ instance, cloud, region, market, quote }] : [];
    }),
  );
  const told = plan.paidNodes ?? [];
  const missing = due.filter(
    (kind) =>
      !told.some(
        (one) => one.instanceType === kind.instance && one.cloud === kind.cloud && one.region === kind.region && one.market === kind.market,
      ),
  );
  const all = sum(told.map((kind) => micro(kind.usdPerNodeHour) * kind.nodes));
  const idle = sum(told.map((kind) => micro(kind.usdPerHour)));
  return [
    ...missing.map(({ instance, region }) => `${instance} in ${region} is paid for anyway, and the plan does not say so`),
    ...told.flatMap((kind) => {
      const quote = quoteOf(subject, kind);
      const used = sum(
        plan.pools
          .filter(
            ({ instanceType, cloud, region, market }) =>
              instanceType === kind.instanceType && cloud === kind.cloud && region === kind.region && market === kind.market,
          )
          .map(({ nodes }) => nodes),
      );
      const onDemand = quoteOf(subject, { ...kind, market: "on-demand" })?.usdPerHour ?? null;
      const pays = kind.breakEvenHoursPerMonth;
      const row = plan.cost.byPool[kind.name];
      const complaints = failing([
        [quote?.paid === true && quote.nodes === kind.nodes && quote.usdPerHour === kind.usdPerNodeHour, "is not paid for as it says"],
        [kind.idleNodes === kind.nodes - used, `has ${kind.nodes - used} idle nodes, not ${kind.idleNodes}`],
        [micro(kind.usdPerHour) === micro(kind.usdPerNodeHour) * kind.idleNodes, "does not cost its idle nodes"],
        [(row?.usdPerMonth ?? 0) === kind.usdPerMonth, "costs something else in byPool"],
        [(onDemand === null) === (pays === null), "has a break-even without an on-demand price, or none with one"],
        [
          onDemand === null ||
            pays === null ||
            (pays * onDemand >= 730 * kind.usdPerNodeHour - 1e-6 && (pays - 1) * onDemand < 730 * kind.usdPerNodeHour),
          "does not pay from its break-even on",
        ],
      ]).map((text) => `it ${text}`);
      return [...failing(contents(subject, kind)), ...complaints].map((text) => `${kind.name}: ${text}`);
    }),
    ...failing([
      [(plan.cost.paidAnyway === undefined) === (told.length === 0), "the plan does not sum up what is paid anyway"],
      [isNear(plan.cost.paidAnyway?.usdPerHour ?? 0, all / 1e6, 1e-9), "what is paid anyway is another sum"],
      [isNear(plan.cost.paidAnyway?.idle.usdPerHour ?? 0, idle / 1e6, 1e-9), "what stands idle is another sum"],
    ]),
  ];
};
