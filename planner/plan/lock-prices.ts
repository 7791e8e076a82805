import type { Catalog } from "../../catalog/catalog.ts";
import { marketPrice } from "../../catalog/market-price.ts";
import type { QuotedPrice } from "../../catalog/schema/price.ts";
import type { Finding } from "../finding.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import { fromMicro, toMicro } from "../units.ts";
import { type BudgetStanding, budgetStanding } from "./budget.ts";
import { commitmentFindings, commitmentsOf } from "./commitments.ts";
import { dayCost } from "./day-cost.ts";
import type { FleetPlan, Optimality, PlannedPool } from "./fleet-plan.ts";
import { idleNodes, paidNodes } from "./paid-nodes.ts";
import { costOf, type PricedPool } from "./plan-cost.ts";
import { estimatedPrice } from "./plan-findings.ts";
import { workloadCost } from "./planned-workloads.ts";
import { slotsHeld, slotsPerNode } from "./slots.ts";

export interface Repriced {
  readonly plan: FleetPlan;
  /** A hard budget that the fleet breaks at these prices. */
  readonly broken: BudgetStanding["broken"];
}

/** Warnings that follow from prices and are made anew with them. */
const priceCodes = ["budget-exceeded", "relaxation", "relaxations-together", "estimated-price", "commitment-pays"];

/**
 * A kept fleet at the prices of another catalog: the same pools and deployments, every figure of cost anew.
 * A pool that lost its price keeps its old one, with that price's date, and is named.
 */
export function repriced(kept: FleetPlan, spec: FleetSpec, catalog: Catalog): Repriced {
  const priced = kept.pools.map((pool) => ({ pool, quote: quoteFor(pool, catalog, spec), commitments: commitmentsOf(pool, catalog) }));
  const costed = priced.map(({ pool: { commitments: _, ...pool }, quote, commitments }) => ({
    ...pool,
    usdPerNodeHour: fromMicro(toMicro(quote?.usdPerHour ?? pool.usdPerNodeHour)),
    price: quote === null ? pool.price : priceOf(quote),
    ...(commitments.length === 0 ? {} : { commitments }),
  }));
  const idle = idleNodes({ spec, catalog }, costed);
  const atPeak = costOf(
    costed.map((pool) => pricedPool(pool, kept)),
    kept.workloads,
    idle,
  );
  const paid = paidNodes(idle, atPeak.byPool, catalog);
  const cost = { ...atPeak, ...dayCost(costed, paid) };
  const optimality = unproven(kept.optimality, cost.usdPerHour);
  const budget = budgetStanding(spec, cost, optimality);
  const pools = costed.map((pool) => ({ ...pool, ...cost.byPool[pool.name] }));
  const lost = priced.filter(({ quote }) => quote === null).map(({ pool }) => lostPrice(pool));
  const estimated = pools.filter(({ price }) => price.estimated);
  const { paidNodes: _, ...rest } = kept;
  const plan: FleetPlan = {
    ...rest,
    inputs: { ...kept.inputs, catalogSha256: catalog.sha256, catalogAsOf: catalog.asOf },
    pools,
    workloads: kept.workloads.map((workload) => ({
      ...workload,
      cost: workloadCost(cost.byWorkload[workload.name] ?? { usdPerHour: 0, usdPerMonth: 0 }, workload.demand),
    })),
    cost,
    ...(paid.length === 0 ? {} : { paidNodes: paid }),
    budget: budget.standing,
    optimality,
    warnings: [
      ...budget.warnings,
      ...lost,
      ...estimated.map((pool) => estimatedPrice({ ...pool, priceSource: pool.price.source })),
      ...commitmentFindings(pools),
      ...kept.warnings.filter(({ code }) => !priceCodes.includes(code)),
    ],
  };
  return { plan, broken: budget.broken };
}

const priceOf = ({ asOf, source, estimated, listUsdPerHour }: QuotedPrice): PlannedPool["price"] => ({
  ...{ asOf, source, estimated },
  ...(listUsdPerHour === null ? {} : { listUsdPerNodeHour: fromMicro(toMicro(listUsdPerHour)) }),
});

function quoteFor({ instanceType, cloud, region, market }: PlannedPool, catalog: Catalog, { commitment }: FleetSpec): QuotedPrice | null {
  const row = catalog.prices.find((price) => price.instance === instanceType && price.cloud === cloud && price.region === region);
  return row === undefined ? null : marketPrice(row, market, commitment);
}

const pricedPool = (pool: PlannedPool, plan: FleetPlan): PricedPool => ({
  name: pool.name,
  market: pool.market,
  cloud: pool.cloud,
  hasGpus: pool.gpu !== null,
  rate: toMicro(pool.usdPerNodeHour) * pool.nodes,
  slots: slotsPerNode(pool) * pool.nodes,
  slotsByWorkload: slotsHeld(plan, pool),
});

/** Nothing was searched at these prices, so nothing is proven about them. */
const unproven = (optimality: Optimality, usdPerHour: number): Optimality => ({
  status: "feasible",
  lowerBoundUsdPerHour: 0,
  gap: usdPerHour > 0 ? 1 : 0,
  restrictions: [...optimality.restrictions, "the fleet is the lock's: no other was looked for at today's prices"],
});

const lostPrice = ({ name, market, instanceType, region, price }: PlannedPool): Finding => ({
  code: "lock-price-missing",
  path: `pools.${name}`,
  message: `the catalog has no ${market} price of ${instanceType} in ${region} any more: the lock's of ${price.asOf} is kept`,
  suggestion: "put the price you pay into catalogOverrides",
});
