import { allocateToWorkloads, idleCost, type PoolUse } from "../cost/allocation.ts";
import { breakdown, money } from "../cost/money.ts";
import { at } from "../element.ts";
import { fromMicro, type MicroUsdPerHour } from "../units.ts";
import type { PlanCost } from "./fleet-plan.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";

const included = ["GPU nodes"];

const excluded = [
  "node disks",
  "control planes",
  "CPU-only nodes",
  "load balancers and network traffic",
  "storage of weights and logs",
  "taxes and support plans",
];

/** One pool as its cost sees it. */
export interface PricedPool {
  readonly name: string;
  readonly market: string;
  readonly cloud: string;
  /** Of all its nodes. */
  readonly rate: MicroUsdPerHour;
  readonly gpus: number;
  readonly gpusByWorkload: ReadonlyMap<string, number>;
}

/** Who pays: every workload, whether or not it needs a node. */
export interface Payer {
  readonly name: string;
  readonly costCenter: string | null;
}

/** Money of the whole plan from packing's integers. */
export function planCost(assembly: Assembly): PlanCost {
  const pools = assembly.packing.pools.map((pool): PricedPool => {
    const offer = at(assembly.offers, pool.offer);
    return {
      name: nameOfPool(offer, pool.zone),
      market: offer.market,
      cloud: offer.cloud,
      rate: offer.usdPerNodeHour * pool.nodes,
      gpus: offer.gpusPerNode * pool.nodes,
      gpusByWorkload: gpusByWorkload(assembly, pool.offer, pool.zone),
    };
  });
  return costOf(pools, assembly.spec.workloads);
}

/** Every breakdown adds up to the headline: computed once, from integer micro-dollars. */
export function costOf(pools: readonly PricedPool[], payers: readonly Payer[]): PlanCost {
  const total = pools.reduce((sum, { rate }) => sum + rate, 0);
  const uses = pools.map(({ rate, gpus, gpusByWorkload }): PoolUse => ({ usdPerHour: rate, gpus, gpusByWorkload }));
  const byWorkload = allocateToWorkloads(uses);
  for (const { name } of payers) byWorkload.set(name, byWorkload.get(name) ?? 0);
  const byCostCenter = sums(
    payers,
    ({ costCenter }) => costCenter ?? "none",
    ({ name }) => byWorkload.get(name) ?? 0,
  );
  const rateBy = (key: (pool: PricedPool) => string) => sums(pools, key, ({ rate }) => rate);
  return {
    ...money(total),
    byWorkload: breakdown(total, byWorkload),
    byPool: breakdown(
      total,
      rateBy(({ name }) => name),
    ),
    byMarket: breakdown(
      total,
      rateBy(({ market }) => market),
    ),
    byCloud: breakdown(
      total,
      rateBy(({ cloud }) => cloud),
    ),
    byCostCenter: breakdown(total, byCostCenter),
    idleUsdPerHour: fromMicro(idleCost(uses)),
    included,
    excluded,
  };
}

function gpusByWorkload(assembly: Assembly, offer: number, zone: string | null): Map<string, number> {
  const here = assembly.packing.placements.filter((placement) => placement.offer === offer && placement.zone === zone);
  return sums(
    here,
    ({ workload }) => at(assembly.spec.workloads, workload).name,
    ({ workload, option, replicas }) => replicas * at(assembly.candidates[workload] ?? [], option).gpusPerReplica,
  );
}

/** Values added up by key. */
export function sums<T>(items: readonly T[], key: (item: T) => string, value: (item: T) => number): Map<string, number> {
  const result = new Map<string, number>();
  for (const item of items) result.set(key(item), (result.get(key(item)) ?? 0) + value(item));
  return result;
}
