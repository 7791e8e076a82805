import type { Catalog } from "../../catalog/catalog.ts";
import type { Offer } from "../candidates/offer.ts";
import { partsOf } from "../candidates/offers.ts";
import { at } from "../element.ts";
import type { Packing } from "../packing/problem.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import { fromMicro, hoursPerMonth, type MicroUsdPerHour, toMicro } from "../units.ts";
import type { Money, PaidNodes, PlannedPool } from "./fleet-plan.ts";
import { nodeContents } from "./slots.ts";

/**
 * What the search takes a node that is paid for anyway to cost, for each dollar that it costs: next to nothing, so that these are filled before any other
 * is bought, and yet something, so that of two fleets with the same bill the one wins that leaves more of them free.
 */
const searchedShare = 1e-6;

interface Priced {
  readonly paid?: true | undefined;
  readonly usdPerNodeHour: MicroUsdPerHour;
}

/** What a node of the offer costs the search. */
export const searchedUsdPerNodeHour = ({ paid, usdPerNodeHour }: Priced): MicroUsdPerHour =>
  paid === true ? Math.ceil(usdPerNodeHour * searchedShare) : usdPerNodeHour;

/** What using a node of the offer adds to the bill. */
export const addedUsdPerNodeHour = ({ paid, usdPerNodeHour }: Priced): MicroUsdPerHour => (paid === true ? 0 : usdPerNodeHour);

/** The same machines may be on offer in several clusters of a region, and again for one workload alone. */
export const machinesOf = ({ cloud, region, instanceType, market }: Pick<Offer, "cloud" | "region" | "instanceType" | "market">): string =>
  `${cloud}/${region}/${instanceType}/${market}`;

/** Nodes of one kind that are paid for anyway. */
export interface PaidKind
  extends Pick<Offer, "cloud" | "region" | "instanceType" | "market" | "gpu" | "device" | "slotsPerNode" | "slotVcpus" | "usdPerNodeHour"> {
  readonly nodes: number;
  readonly price: PlannedPool["price"];
}

/** What a bill depends on beside the fleet. */
export interface Payer {
  readonly spec: Pick<FleetSpec, "clusters" | "markets">;
  readonly catalog: Catalog;
}

/**
 * What is paid for anyway where the fleet may be, in the markets it uses: whether the spec's lists let it be used or not, so that a list that is given up
 * never makes a fleet dearer. Sorted by name.
 */
export function paidKinds({ spec: { clusters, markets }, catalog }: Payer): PaidKind[] {
  const regions = new Set(clusters.map(({ cloud, region }) => `${cloud}/${region}`));
  const kinds = catalog.prices.flatMap(({ instance, cloud, region, reserved, static: there }) =>
    (
      [
        ["reserved", reserved],
        ["static", there],
      ] as const
    ).flatMap(([market, quote]): PaidKind[] => {
      if (quote?.paid !== true || !markets.includes(market) || !regions.has(`${cloud}/${region}`)) return [];
      const type = catalog.instanceTypes.find(({ id }) => id === instance);
      if (type === undefined) return [];
      const { asOf, source, estimated, nodes, usdPerHour } = quote;
      const machines = { cloud, region, instanceType: instance, market, ...partsOf(catalog, type) };
      return [{ ...machines, nodes: nodes ?? 0, usdPerNodeHour: toMicro(usdPerHour), price: { asOf, source, estimated } }];
    }),
  );
  return kinds.toSorted((a, b) => (machinesOf(a) < machinesOf(b) ? -1 : 1));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What all nodes that are paid for anyway cost, used or not. */
export const paidUsdPerHour = (kinds: readonly PaidKind[]): MicroUsdPerHour => sum(kinds.map((kind) => kind.nodes * kind.usdPerNodeHour));

/** The bill of a fleet that was found: what it adds, and all that is paid for anyway. */
export const billOf = (
  payer: Payer,
  offers: readonly Offer[],
  { usdPerHour, pools }: Pick<Packing, "usdPerHour" | "pools">,
): MicroUsdPerHour =>
  usdPerHour -
  sum(pools.map(({ offer, nodes }) => (at(offers, offer).paid === true ? nodes * searchedUsdPerNodeHour(at(offers, offer)) : 0))) +
  paidUsdPerHour(paidKinds(payer));

/** What no fleet's bill is below, when none costs the search less than `lowerBoundUsdPerHour`. */
export function billBound(payer: Payer, lowerBoundUsdPerHour: MicroUsdPerHour): MicroUsdPerHour {
  const kinds = paidKinds(payer);
  const searched = sum(kinds.map((kind) => kind.nodes * searchedUsdPerNodeHour({ ...kind, paid: true })));
  return Math.max(0, lowerBoundUsdPerHour - searched) + paidUsdPerHour(kinds);
}

/** Nodes that stand idle and are paid for, with what their kind costs. */
export interface IdleNodes {
  readonly kind: PaidKind;
  readonly name: string;
  readonly idleNodes: number;
  /** Of all the idle ones. */
  readonly rate: MicroUsdPerHour;
}

/** No name of a pool or workload has parentheses. */
export const idleName = "(idle, paid for)";

/** What of the nodes that are paid for anyway is in no pool; kinds of which none is idle too. */
export function idleNodes(
  payer: Payer,
  pools: readonly Pick<PlannedPool, "cloud" | "region" | "instanceType" | "market" | "nodes">[],
): IdleNodes[] {
  return paidKinds(payer).map((kind) => {
    const used = sum(pools.filter((pool) => machinesOf(pool) === machinesOf(kind)).map(({ nodes }) => nodes));
    const idle = Math.max(0, kind.nodes - used);
    return { kind, name: `${idleName} ${machinesOf(kind)}`, idleNodes: idle, rate: idle * kind.usdPerNodeHour };
  });
}

/** The kinds as the plan shows them; `costs` are the finished figures by name. */
export function paidNodes(idle: readonly IdleNodes[], costs: Readonly<Record<string, Money>>, catalog: Catalog): PaidNodes[] {
  return idle.map(({ kind, name, idleNodes: nodesIdle }) => ({
    name,
    cloud: kind.cloud,
    region: kind.region,
    instanceType: kind.instanceType,
    market: kind.market,
    ...nodeContents(kind),
    nodes: kind.nodes,
    idleNodes: nodesIdle,
    usdPerNodeHour: fromMicro(kind.usdPerNodeHour),
    ...(costs[name] ?? { usdPerHour: 0, usdPerMonth: 0 }),
    breakEvenHoursPerMonth: breakEven(kind, catalog),
    price: kind.price,
  }));
}

/** Hours a month that a node must be used so that paying for all 730 is no dearer than on demand; null where it is not sold so. */
function breakEven({ cloud, region, instanceType, usdPerNodeHour }: PaidKind, catalog: Catalog): number | null {
  const row = catalog.prices.find((price) => price.instance === instanceType && price.cloud === cloud && price.region === region);
  const onDemand = row?.onDemand?.usdPerHour;
  return onDemand === undefined ? null : Math.ceil((hoursPerMonth * usdPerNodeHour) / toMicro(onDemand));
}
