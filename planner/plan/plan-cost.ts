import { allocateToWorkloads, idleCost, type PoolUse } from "../cost/allocation.ts";
import { breakdown, money } from "../cost/money.ts";
import { fromMicro, type MicroUsdPerHour } from "../units.ts";
import type { PlanCost } from "./fleet-plan.ts";
import { type Assembly, at, nameOfPool } from "./planned-pools.ts";

const included = ["GPU nodes"];

const excluded = [
  "node disks",
  "control planes",
  "CPU-only nodes",
  "load balancers and network traffic",
  "storage of weights and logs",
  "taxes and support plans",
];

/** Money of the whole plan, every breakdown adding up to the headline: computed once, from packing's integers. */
export function planCost(assembly: Assembly): PlanCost {
  const pools = assembly.packing.pools.map((pool) => {
    const offer = at(assembly.offers, pool.offer);
    return { pool, offer, name: nameOfPool(offer, pool.zone), rate: offer.usdPerNodeHour * pool.nodes };
  });
  const total = pools.reduce((sum, { rate }) => sum + rate, 0);
  const uses = pools.map(
    ({ pool, offer, rate }): PoolUse => ({
      usdPerHour: rate,
      gpus: offer.gpusPerNode * pool.nodes,
      gpusByWorkload: gpusByWorkload(assembly, pool.offer, pool.zone),
    }),
  );
  const byWorkload = allocateToWorkloads(uses);
  for (const { name } of assembly.spec.workloads) byWorkload.set(name, byWorkload.get(name) ?? 0);
  const byCostCenter = sums(
    assembly.spec.workloads,
    ({ costCenter }) => costCenter ?? "none",
    ({ name }) => byWorkload.get(name) ?? 0,
  );
  const rate = (item: { readonly rate: MicroUsdPerHour }) => item.rate;
  return {
    ...money(total),
    byWorkload: breakdown(total, byWorkload),
    byPool: breakdown(
      total,
      sums(pools, ({ name }) => name, rate),
    ),
    byMarket: breakdown(
      total,
      sums(pools, ({ offer }) => offer.market, rate),
    ),
    byCloud: breakdown(
      total,
      sums(pools, ({ offer }) => offer.cloud, rate),
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

function sums<T>(items: readonly T[], key: (item: T) => string, value: (item: T) => number): Map<string, number> {
  const result = new Map<string, number>();
  for (const item of items) result.set(key(item), (result.get(key(item)) ?? 0) + value(item));
  return result;
}
