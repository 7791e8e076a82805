import { at } from "../element.ts";
import type { Survive } from "../spec/fleet-spec.ts";
import type { MicroUsdPerHour } from "../units.ts";
import { mostCounted } from "./distribute.ts";
import type { PackingOffer, PackingOption, PackingProblem, PackingWorkload } from "./problem.ts";
import { type ReplicaNeed, replicaNeed } from "./replica-need.ts";
import { type Places, type Spread, spreads, spreadsForBound } from "./survive/spread.ts";

/**
 * A packing problem made ready for computing: everything sorted by id, so that the order of the input decides nothing,
 * with pools instead of offers x zones and spreads instead of survive rules. `source` is an index into the problem.
 */
export interface Instance {
  readonly offers: readonly InstanceOffer[];
  readonly pools: readonly Pool[];
  /** Only those that ask for something. */
  readonly workloads: readonly InstanceWorkload[];
  /** Quotas, then offers with few nodes. */
  readonly limits: readonly Limit[];
  readonly zoneCount: number;
  readonly groupCount: number;
}

/** Nodes that are bought together are one node here. */
export interface InstanceOffer {
  readonly source: number;
  /** Same cluster and GPU type: what happens in one group does not touch an option of another, but for limits. */
  readonly group: number;
  readonly spot: boolean;
  readonly nodesTogether: number;
  readonly gpusPerNode: number;
  readonly usdPerNodeHour: MicroUsdPerHour;
  /** Price of one GPU when the node is full. */
  readonly usdPerSlotHour: number;
  readonly pools: readonly number[];
  readonly limits: readonly number[];
}

/** An offer bound to one zone, or (not for spot and for nodes that a replica spans) to none in particular: zone is -1 then, and zoneName null. */
export interface Pool {
  readonly offer: number;
  readonly zone: number;
  readonly zoneName: string | null;
}

export interface InstanceWorkload {
  readonly source: number;
  readonly survive: Survive;
  readonly spotMaxShare: number;
  readonly surviveSpotPool: boolean;
  readonly options: readonly InstanceOption[];
}

export interface InstanceOption {
  readonly source: number;
  readonly gpusPerReplica: number;
  readonly need: ReplicaNeed;
  readonly spreads: readonly Spread[];
  /** What the bound prices: `spreads`, or ranges of them where there are too many. */
  readonly boundSpreads: readonly Spread[];
  /** The same for batches of so many replicas, a power of two: what the search counts in, 1 but for large workloads. */
  readonly batch: number;
  readonly batchSpreads: readonly Spread[];
  /** Of all its offers; -1 if they are of several. */
  readonly group: number;
  /** Of any of its offers. */
  readonly limits: readonly number[];
  /** Those it may use at all: nodes large enough, spot only where the workload allows it. */
  readonly offers: readonly number[];
  /** Replicas that fit on one node, for each of `offers`. */
  readonly replicasPerNode: readonly number[];
}

export interface Limit {
  readonly gpus: number;
  readonly offers: readonly number[];
  readonly source: { readonly quota: number } | { readonly offer: number };
}

/** `finish` may leave options of a workload out as soon as it is made, so that they need not all be kept. */
export function instanceOf(problem: PackingProblem, finish: Finish = (workload) => workload): Instance {
  const order = sortedById(problem.offers);
  const position = invert(order);
  const limits = limitsOf(problem, order, position);
  const limitsOfOffer = order.map((_, offer) => limits.flatMap((limit, index) => (limit.offers.includes(offer) ? [index] : [])));
  const zoneNames = [...new Set(problem.offers.flatMap((offer) => offer.zones))].sort(byText);
  const groups = [...new Set(problem.offers.map(groupName))].sort(byText);
  const pools: Pool[] = [];
  const offers = order.map((source, offer) => {
    const from = at(problem.offers, source);
    const together = from.nodesTogether ?? 1;
    const names: (string | null)[] = from.market === "spot" || together > 1 ? [] : [null];
    names.push(...[...from.zones].sort(byText));
    const first = pools.length;
    for (const zoneName of names) pools.push({ offer, zone: zoneName === null ? -1 : zoneNames.indexOf(zoneName), zoneName });
    return {
      source,
      group: groups.indexOf(groupName(from)),
      spot: from.market === "spot",
      nodesTogether: together,
      gpusPerNode: from.gpusPerNode * together,
      usdPerNodeHour: from.usdPerNodeHour * together,
      usdPerSlotHour: from.usdPerNodeHour / from.gpusPerNode,
      pools: names.map((_, index) => first + index),
      limits: limitsOfOffer[offer] ?? [],
    };
  });
  const bare: Instance = { offers, pools, workloads: [], limits, zoneCount: zoneNames.length, groupCount: groups.length };
  const workloads = sortedById(problem.workloads)
    .filter((source) => at(problem.workloads, source).demand > 0)
    .map((source) => finish(workloadOf(at(problem.workloads, source), source, { from: problem.offers, position, made: offers }), bare));
  return { ...bare, workloads };
}

export type Finish = (workload: InstanceWorkload, bare: Instance) => InstanceWorkload;

interface Offers {
  readonly from: readonly PackingOffer[];
  readonly position: readonly number[];
  readonly made: readonly InstanceOffer[];
}

function workloadOf(workload: PackingWorkload, source: number, offers: Offers): InstanceWorkload {
  const options = sortedById(workload.options).map((index) => optionOf(workload, at(workload.options, index), index, offers));
  return {
    source,
    survive: workload.survive,
    spotMaxShare: workload.spotMaxShare,
    surviveSpotPool: workload.surviveSpotPool ?? false,
    options: options.filter((option) => option.offers.length > 0 && option.spreads.length > 0),
  };
}

function optionOf(
  workload: PackingWorkload,
  option: PackingOption,
  source: number,
  { from: offers, position, made }: Offers,
): InstanceOption {
  const usable = [...new Set(option.offers)]
    .filter((index) => at(made, at(position, index)).gpusPerNode >= option.gpusPerReplica && option.capacity > 0)
    .filter((index) => at(offers, index).market !== "spot" || workload.spotMaxShare > 0)
    .sort((a, b) => at(position, a) - at(position, b));
  const bought = usable.map((index) => at(made, at(position, index)));
  const replicasPerNode = bought.map(({ gpusPerNode }) => Math.floor(gpusPerNode / option.gpusPerReplica));
  const need = replicaNeed(workload.demand, workload.degradedShare, option.capacity);
  const zones = new Set(usable.flatMap((index) => at(offers, index).zones)).size;
  const places = (batch: number): Places => ({
    largestNodeReplicas: Math.max(1, ...replicasPerNode) / batch,
    zones,
    spotMaxShare: workload.spotMaxShare,
    surviveSpotPool: workload.surviveSpotPool ?? false,
  });
  const spreadsOf = (batch: number): Spread[] => {
    const batches = { whole: Math.ceil(need.whole / batch), degraded: Math.ceil(need.degraded / batch) };
    return usable.length === 0 ? [] : spreads(workload.survive, batches, places(batch));
  };
  const batch = batchFor(workload, need);
  return {
    source,
    gpusPerReplica: option.gpusPerReplica,
    need,
    spreads: spreadsOf(1),
    boundSpreads: usable.length === 0 ? [] : spreadsForBound(workload.survive, need, places(1)),
    batch,
    batchSpreads: spreadsOf(batch).filter((spread) => spread.replicas <= mostCounted),
    group: groupOf(bought),
    limits: [...new Set(bought.flatMap(({ limits }) => limits))],
    offers: usable.map((index) => at(position, index)),
    replicasPerNode,
  };
}

function groupOf(offers: readonly InstanceOffer[]): number {
  const groups = new Set(offers.map(({ group }) => group));
  const [group] = groups;
  return groups.size === 1 && group !== undefined ? group : -1;
}

/** Large workloads are counted in batches, so that twice the need (a zone rule over two zones) stays countable; where zones and spot cross, more coarsely. */
function batchFor(workload: PackingWorkload, need: ReplicaNeed): number {
  const crosses = workload.survive === "zone" && workload.spotMaxShare > 0 && workload.spotMaxShare < 1;
  const most = (crosses ? mostCounted / 4 : mostCounted) / 2;
  let batch = 1;
  while (Math.max(need.whole, need.degraded) > batch * most) batch *= 2;
  return batch;
}

/** A quota and a number of nodes are the same kind of rule: so many GPUs on nodes of these offers. */
function limitsOf(problem: PackingProblem, order: readonly number[], position: readonly number[]): Limit[] {
  const quotas = sortedById(problem.quotas).map((quota) => {
    const { gpus, offers } = at(problem.quotas, quota);
    const sorted = [...new Set(offers)].map((index) => at(position, index)).sort((a, b) => a - b);
    return { gpus, offers: sorted, source: { quota } };
  });
  const scarce = order.flatMap((source, offer) => {
    const { maxNodes, gpusPerNode } = at(problem.offers, source);
    return maxNodes === null ? [] : [{ gpus: maxNodes * gpusPerNode, offers: [offer], source: { offer: source } }];
  });
  return [...quotas, ...scarce];
}

function sortedById(things: readonly { readonly id: string }[]): number[] {
  return things.map((_, index) => index).sort((a, b) => byText(at(things, a).id, at(things, b).id));
}

const groupName = ({ cluster, gpu }: PackingOffer): string => JSON.stringify([cluster, gpu]);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function invert(order: readonly number[]): number[] {
  const position: number[] = new Array(order.length).fill(0);
  order.forEach((source, index) => {
    position[source] = index;
  });
  return position;
}
