import type { Catalog } from "../../catalog/catalog.ts";
import { type Commitment, commitments, marketPrice } from "../../catalog/market-price.ts";
import { grouped, listed, usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { fromMicro, hoursPerMonth, toMicro } from "../units.ts";
import type { PlannedPool } from "./fleet-plan.ts";
import type { CommitmentPrice } from "./nodes.ts";

type Bought = Pick<PlannedPool, "cloud" | "region" | "instanceType" | "market">;

/**
 * What a node of a pool would cost, or costs, with a commitment, and the hours a month above which that is less than on demand:
 * committed price x 730 / on-demand price, for a commitment is paid around the clock. Only those that can pay at all; none for spot and static.
 */
export function commitmentsOf(pool: Bought, catalog: Catalog): CommitmentPrice[] {
  if (pool.market !== "on-demand" && pool.market !== "reserved") return [];
  const row = catalog.prices.find(
    ({ instance, cloud, region }) => instance === pool.instanceType && cloud === pool.cloud && region === pool.region,
  );
  const onDemand = row?.onDemand ?? null;
  if (row === undefined || onDemand === null) return [];
  return commitments.flatMap((term): CommitmentPrice[] => {
    const quote = marketPrice({ ...row, reserved: null }, "reserved", term);
    if (quote === null || quote.usdPerHour >= onDemand.usdPerHour) return [];
    const { usdPerHour, kind = "", asOf, source } = quote;
    const breakEvenHoursPerMonth = Math.ceil((hoursPerMonth * usdPerHour) / onDemand.usdPerHour);
    return [{ term, kind, usdPerNodeHour: fromMicro(toMicro(usdPerHour)), breakEvenHoursPerMonth, asOf, source }];
  });
}

/** What committing for a year would save on the on-demand nodes that run long enough. */
export function commitmentFindings(pools: readonly PlannedPool[]): Finding[] {
  const term: Commitment = "1-year";
  const paying = pools.flatMap((pool) => {
    const price = pool.commitments?.find((one) => one.term === term);
    if (price === undefined || pool.market !== "on-demand") return [];
    const hours = hoursOfNodes(pool).filter((own) => own > price.breakEvenHoursPerMonth);
    const saved = hours.reduce((sum, own) => sum + own * pool.usdPerNodeHour - hoursPerMonth * price.usdPerNodeHour, 0);
    return hours.length === 0 ? [] : [{ pool, price, nodes: hours.length, saved }];
  });
  if (paying.length === 0) return [];
  const saved = Math.round(paying.reduce((sum, one) => sum + one.saved, 0) * 100) / 100;
  // Nodes of one kind may be in several pools, one for each zone.
  const kinds = [...Map.groupBy(paying, ({ pool }) => `${pool.cloud} ${pool.region} ${pool.instanceType}`).values()];
  const parts = kinds
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ ...first, nodes: others.reduce((sum, { nodes }) => sum + nodes, first.nodes) }],
    )
    .map(
      ({ pool, price, nodes }) =>
        `${grouped(nodes)} x ${pool.instanceType} in ${pool.region} (${price.kind}, ${price.asOf}; pays above ${grouped(price.breakEvenHoursPerMonth)} of 730 hours a month)`,
    );
  return [
    {
      code: "commitment-pays",
      path: "markets",
      message: `committing for a year would save ${usd(saved)} a month: ${listed(parts)}`,
      value: saved,
      unit: "USD a month",
      suggestion: "add reserved to markets once you mean to commit",
    },
  ];
}

/** What the plan takes for granted about its reserved nodes. */
export function commitmentAssumptions(pools: readonly PlannedPool[], commitment: Commitment | undefined): Finding[] {
  const reserved = pools.filter(({ market }) => market === "reserved");
  if (reserved.length === 0) return [];
  const parts = reserved.map(({ instanceType, region, commitments: prices = [] }) => {
    const price = prices.find(({ term }) => term === commitment);
    const pays = price === undefined ? "" : ` (${price.kind}; pays above ${grouped(price.breakEvenHoursPerMonth)} hours a month)`;
    return `${instanceType} in ${region}${pays}`;
  });
  return [
    {
      code: "assume-commitment",
      path: "commitment",
      message: `reserved nodes are paid for all 730 hours of a month, used or not, and the commitment is bought apart from the nodes: ${listed([...new Set(parts)])}`,
    },
  ];
}

const hoursOfNodes = (pool: PlannedPool): number[] =>
  pool.nodesByHour === undefined ? Array.from({ length: pool.nodes }, () => hoursPerMonth) : hoursOf(pool.nodesByHour, pool.nodes);

/** Hours a month of the first node, the second, ...: the busiest first. */
const hoursOf = (byHour: readonly number[], nodes: number): number[] =>
  Array.from({ length: nodes }, (_, node) => (byHour.filter((there) => there > node).length / byHour.length) * hoursPerMonth);
