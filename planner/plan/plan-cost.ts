import { allocateToWorkloads, idleCost, type PoolUse } from "../cost/allocation.ts";
import { breakdown, money } from "../cost/money.ts";
import { at } from "../element.ts";
import { fromMicro, type MicroUsdPerHour } from "../units.ts";
import type { PlanCost } from "./fleet-plan.ts";
import { type IdleNodes, idleName, idleNodes, paidUsdPerHour } from "./paid-nodes.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";

/** The headline names the kinds of nodes that are in it, idle ones that are paid for too, and the other kind among what is not. */
function coverage(nodes: readonly Pick<PricedPool, "hasGpus">[]): Pick<PlanCost, "included" | "excluded"> {
  const hasHosts = nodes.some(({ hasGpus }) => !hasGpus);
  const gpuNodes = !hasHosts || nodes.some(({ hasGpus }) => hasGpus) ? ["GPU nodes"] : [];
  return {
    included: [...gpuNodes, ...(hasHosts ? ["CPU-only nodes of the workloads"] : [])],
    excluded: [
      "node disks",
      "control planes",
      hasHosts ? "other CPU-only nodes" : "CPU-only nodes",
      "load balancers and network traffic",
      "storage of weights and logs",
      "taxes and support plans",
    ],
  };
}

/** One pool as its cost sees it. */
export interface PricedPool {
  readonly name: string;
  readonly market: string;
  readonly cloud: string;
  readonly hasGpus: boolean;
  /** Of all its nodes. */
  readonly rate: MicroUsdPerHour;
  readonly slots: number;
  readonly slotsByWorkload: ReadonlyMap<string, number>;
}

/** Who pays: every workload, whether or not it needs a node. */
export interface Payer {
  readonly name: string;
  readonly costCenter: string | null;
}

/** Money of the whole plan from packing's integers. */
export function planCost(assembly: Assembly, idle: readonly IdleNodes[]): PlanCost {
  const pools = assembly.packing.pools.map((pool): PricedPool => {
    const offer = at(assembly.offers, pool.offer);
    return {
      name: nameOfPool(offer, pool.zone),
      market: offer.market,
      cloud: offer.cloud,
      hasGpus: offer.gpu !== null,
      rate: offer.usdPerNodeHour * pool.nodes,
      slots: offer.slotsPerNode * pool.nodes,
      slotsByWorkload: slotsByWorkload(assembly, pool.offer, pool.zone),
    };
  });
  return costOf(pools, assembly.spec.workloads, idle);
}

/** Of the nodes that are paid for anyway, those that the packing leaves out. */
export const idleOf = ({ spec, catalog, packing, offers }: Assembly): IdleNodes[] =>
  idleNodes(
    { spec, catalog },
    packing.pools.map(({ offer, nodes }) => ({ ...at(offers, offer), nodes })),
  );

/** Every breakdown adds up to the headline: computed once, from integer micro-dollars. */
export function costOf(pools: readonly PricedPool[], payers: readonly Payer[], paid: readonly IdleNodes[] = []): PlanCost {
  const idle = paid.filter(({ rate }) => rate > 0);
  const idleRate = idle.reduce((sum, { rate }) => sum + rate, 0);
  const total = pools.reduce((sum, { rate }) => sum + rate, 0) + idleRate;
  const uses = pools.map(({ rate, slots, slotsByWorkload }): PoolUse => ({ usdPerHour: rate, slots, slotsByWorkload }));
  const byWorkload = allocateToWorkloads(uses);
  for (const { name } of payers) byWorkload.set(name, byWorkload.get(name) ?? 0);
  if (idleRate > 0) byWorkload.set(idleName, idleRate);
  const byCostCenter = sums(
    [...payers, ...(idleRate > 0 ? [{ name: idleName, costCenter: null }] : [])],
    ({ costCenter }) => costCenter ?? "none",
    ({ name }) => byWorkload.get(name) ?? 0,
  );
  const priced = [
    ...pools,
    ...idle.map(({ kind, name, rate }) => ({ name, market: kind.market, cloud: kind.cloud, hasGpus: kind.gpu !== null, rate })),
  ];
  const rateBy = (key: (pool: (typeof priced)[number]) => string) => sums(priced, key, ({ rate }) => rate);
  const workloads = breakdown(total, byWorkload);
  return {
    ...money(total),
    byWorkload: workloads,
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
    idleUsdPerHour: fromMicro(idleCost(uses) + idleRate),
    ...(paid.length === 0
      ? {}
      : {
          paidAnyway: {
            ...money(paidUsdPerHour(paid.map(({ kind }) => kind))),
            idle: workloads[idleName] ?? money(0),
          },
        }),
    ...coverage(priced),
  };
}

function slotsByWorkload(assembly: Assembly, offer: number, zone: string | null): Map<string, number> {
  const here = assembly.packing.placements.filter((placement) => placement.offer === offer && placement.zone === zone);
  return sums(
    here,
    ({ workload }) => at(assembly.spec.workloads, workload).name,
    ({ workload, option, replicas }) => replicas * at(assembly.candidates[workload] ?? [], option).slotsPerReplica,
  );
}

/** Values added up by key. */
export function sums<T>(items: readonly T[], key: (item: T) => string, value: (item: T) => number): Map<string, number> {
  const result = new Map<string, number>();
  for (const item of items) result.set(key(item), (result.get(key(item)) ?? 0) + value(item));
  return result;
}
