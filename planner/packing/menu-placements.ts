import { at } from "../element.ts";
import { bulkPlacements } from "./bulk-placement.ts";
import type { Choice } from "./fleet.ts";
import type { Instance, InstanceOption, InstanceWorkload } from "./instance.ts";
import { spotLimit } from "./replica-need.ts";
import type { Spread } from "./survive/spread.ts";

/** One option of one workload, and where its placements are to be. */
export interface Kitchen {
  readonly instance: Instance;
  readonly workload: InstanceWorkload;
  readonly index: number;
  readonly option: InstanceOption;
  readonly offers: { readonly onDemand: readonly number[]; readonly spot: readonly number[] };
  readonly thorough: boolean;
}

/** Places in the option's offers: the cheapest whose nodes a replica fills, and the larger nodes that are cheaper by the GPU. */
export function offersWorthTrying(instance: Instance, option: InstanceOption): Kitchen["offers"] {
  const slotPrice = (place: number): number => at(instance.offers, at(option.offers, place)).usdPerSlotHour;
  const market = (spot: boolean): number[] => {
    const all = option.offers.map((_, place) => place).filter((place) => at(instance.offers, at(option.offers, place)).spot === spot);
    const cheapestFirst = all.sort((a, b) => slotPrice(a) - slotPrice(b) || at(option.replicasPerNode, a) - at(option.replicasPerNode, b));
    const own = cheapestFirst.find((place) => at(option.replicasPerNode, place) === 1);
    const shared = cheapestFirst.filter((place) => at(option.replicasPerNode, place) > 1).slice(0, 3);
    return own === undefined ? shared : [own, ...shared.filter((place) => slotPrice(place) < slotPrice(own) * 1.3)];
  };
  return { onDemand: market(false), spot: market(true) };
}

/** Placements of a spread that keep its limits where that is easily said; not all of them obey the rules. */
export function placements(kitchen: Kitchen, spread: Spread): Choice[] {
  const { instance, workload, index, offers } = kitchen;
  const spot = Math.min(spread.replicas, spotLimit(workload.spotMaxShare, spread.replicas));
  const found = spread.perZone < Infinity || spread.perPool < Infinity ? bulkPlacements(instance, workload, index, spread) : [];
  const onDemandPlaces = offers.onDemand.length > 0 ? offers.onDemand : [-1];
  const spotPlaces = offers.spot.length > 0 && spot > 0 ? offers.spot : [-1];
  for (const own of onDemandPlaces) {
    for (const other of spotPlaces) {
      for (const onSpot of spotCounts(kitchen, spread, spot, own, other)) {
        const parts = { own, ownReplicas: spread.replicas - onSpot, other, onSpot };
        if (spread.perZone < Infinity) found.push(...overZones(kitchen, spread, parts));
        else found.push(...overPools(kitchen, spread, parts));
      }
    }
  }
  return found;
}

interface Parts {
  readonly own: number;
  readonly ownReplicas: number;
  readonly other: number;
  readonly onSpot: number;
}

/** As many on spot as allowed, none, and what fills nodes of either market. */
function spotCounts({ option }: Kitchen, spread: Spread, most: number, own: number, other: number): number[] {
  if (own < 0) return most === spread.replicas && other >= 0 ? [most] : [];
  if (other < 0) return [0];
  const counts = new Set([most, 0]);
  const perSpot = at(option.replicasPerNode, other);
  const perOwn = at(option.replicasPerNode, own);
  if (perSpot > 1) counts.add(most - (most % perSpot));
  if (perOwn > 1) counts.add(Math.max(0, spread.replicas - Math.ceil((spread.replicas - most) / perOwn) * perOwn));
  return [...counts];
}

/** One placement for each zone that the shared nodes may be in; full nodes and, where it is cheaper, single ones for the rest. */
function overPools(kitchen: Kitchen, spread: Spread, { own, ownReplicas, other, onSpot }: Parts): Choice[] {
  const { instance, option, index } = kitchen;
  const choices: Choice[] = [];
  for (const [zone, spotZone] of zonePairs(kitchen.thorough, poolsShared(kitchen, own, ownReplicas), poolsShared(kitchen, other, onSpot))) {
    const draft: Draft = { pools: [], replicas: [] };
    const whole =
      spread.perPool === Infinity
        ? addTo(kitchen, draft, own, ownReplicas, zone) && addTo(kitchen, draft, other, onSpot, spotZone)
        : addApart(kitchen, draft, own, ownReplicas, zone, spread.perPool) &&
          addApart(kitchen, draft, other, onSpot, spotZone, spread.perPool);
    if (!whole) continue;
    choices.push({ option: index, ...draft });
    const single = kitchen.offers.onDemand.find((place) => at(option.replicasPerNode, place) === 1);
    const perNode = own < 0 ? 1 : at(option.replicasPerNode, own);
    const rest = ownReplicas % perNode;
    if (single === undefined || single === own || rest === 0 || rest === ownReplicas || spread.perPool < Infinity) continue;
    const split: Draft = { pools: [], replicas: [] };
    addTo(kitchen, split, own, ownReplicas - rest, zone);
    add(split, firstPool(instance, option, single), rest);
    addTo(kitchen, split, other, onSpot, spotZone);
    choices.push({ option: index, ...split });
  }
  if (kitchen.thorough && spread.perPool === Infinity) {
    if (onSpot === 0) choices.push(...overTwoZones(kitchen, own, ownReplicas));
    if (ownReplicas === 0) choices.push(...overTwoZones(kitchen, other, onSpot));
  }
  return choices;
}

/** On nodes that hold fewer, parts in two zones save little. */
const leastPerLargeNode = 4;

/** What does not fill a large node, in parts over two zones: there may be room in both, but not enough in either. */
function overTwoZones(kitchen: Kitchen, place: number, replicas: number): Choice[] {
  const zones = poolsShared(kitchen, place, replicas);
  const perNode = place < 0 ? 1 : at(kitchen.option.replicasPerNode, place);
  const choices: Choice[] = [];
  if (perNode < leastPerLargeNode) return choices;
  for (let first = 0; first < zones; first++) {
    for (let second = 0; second < first; second++) {
      for (let apart = 1; apart < replicas % perNode; apart++) {
        const draft: Draft = { pools: [], replicas: [] };
        addTo(kitchen, draft, place, replicas - apart, first);
        addTo(kitchen, draft, place, apart, second);
        choices.push({ option: kitchen.index, ...draft });
      }
    }
  }
  return choices;
}

/** Where both markets share nodes: both in the same zone, or each in any. */
function zonePairs(thorough: boolean, zones: number, spotZones: number): (readonly [zone: number, spotZone: number])[] {
  if (!thorough) return Array.from({ length: Math.max(zones, spotZones) }, (_, zone) => [zone, zone] as const);
  return Array.from({ length: zones * spotZones }, (_, pair) => [pair % zones, Math.floor(pair / zones)] as const);
}

/** As few zones as the spread allows, and as many as there are; beginning with each zone in turn where nodes are shared. */
function overZones(kitchen: Kitchen, spread: Spread, { own, ownReplicas, other, onSpot }: Parts): Choice[] {
  const market = own >= 0 ? own : other;
  const ownPools = zonePools(kitchen, market);
  const spotPools = other < 0 ? ownPools : zonePools(kitchen, other);
  const zones = Math.min(ownPools.length, spotPools.length);
  const shared = Math.max(poolsShared(kitchen, own, ownReplicas), poolsShared(kitchen, other, onSpot));
  const choices: Choice[] = [];
  for (const counts of [zoneCounts(spread, Math.ceil(spread.replicas / spread.perZone)), zoneCounts(spread, zones)]) {
    if (counts.length === 0 || counts.length > zones) continue;
    for (let first = 0; first < (shared > 1 ? zones : 1); first++) {
      const inZone = (pools: readonly number[]): number[] => counts.map((_, step) => at(pools, (first + step) % zones));
      choices.push({ option: kitchen.index, ...inZones(counts, inZone(ownPools), inZone(spotPools), onSpot) });
    }
  }
  return choices;
}

/** The first zones on spot, as many as are wanted there. */
function inZones(counts: readonly number[], ownPools: readonly number[], spotPools: readonly number[], onSpot: number): Draft {
  const draft: Draft = { pools: [], replicas: [] };
  let spotLeft = onSpot;
  counts.forEach((count, zone) => {
    const spotHere = Math.min(count, spotLeft);
    spotLeft -= spotHere;
    if (spotHere > 0) add(draft, at(spotPools, zone), spotHere);
    if (count > spotHere) add(draft, at(ownPools, zone), count - spotHere);
  });
  return draft;
}

/** The replicas over so many zones, evenly; none when one of them would hold too many. */
function zoneCounts({ replicas, perZone }: Spread, zones: number): number[] {
  const used = Math.min(zones, replicas);
  const counts = Array.from({ length: used }, (_, zone) => Math.floor(replicas / used) + (zone < replicas % used ? 1 : 0));
  return counts.every((count) => count <= perZone) ? counts : [];
}

interface Draft {
  readonly pools: number[];
  readonly replicas: number[];
}

function add(draft: Draft, pool: number, replicas: number): void {
  draft.pools.push(pool);
  draft.replicas.push(replicas);
}

/** Pools with a zone, of one of the option's offers. */
function zonePools({ instance, option }: Kitchen, place: number): number[] {
  const { pools } = at(instance.offers, at(option.offers, place));
  return pools.filter((pool) => at(instance.pools, pool).zone >= 0);
}

const firstPool = (instance: Instance, option: InstanceOption, place: number): number =>
  at(at(instance.offers, at(option.offers, place)).pools, 0);

/** Among how many pools the choice matters: one where nodes are filled by a replica or by these. */
function poolsShared(kitchen: Kitchen, place: number, replicas: number): number {
  if (place < 0 || replicas === 0) return 1;
  const perNode = at(kitchen.option.replicasPerNode, place);
  return perNode === 1 || replicas % perNode === 0 ? 1 : Math.max(1, zonePools(kitchen, place).length);
}

/** All in one pool: that of the zone, where nodes are shared, for there the workloads with a zone rule are. */
function addTo(kitchen: Kitchen, draft: Draft, place: number, replicas: number, zone: number): boolean {
  if (replicas === 0) return true;
  if (place < 0) return false;
  const { instance, option } = kitchen;
  const zones = zonePools(kitchen, place);
  const shared = at(option.replicasPerNode, place) > 1;
  const pool = shared && zones.length > 0 ? at(zones, zone % zones.length) : firstPool(instance, option, place);
  add(draft, pool, replicas);
  return true;
}

/** At most `perPool` in each, where a node could hold more. */
function addApart(kitchen: Kitchen, draft: Draft, place: number, replicas: number, zone: number, perPool: number): boolean {
  if (replicas === 0) return true;
  if (place < 0) return false;
  if (at(kitchen.option.replicasPerNode, place) <= perPool) return addTo(kitchen, draft, place, replicas, zone);
  const zones = zonePools(kitchen, place);
  let left = replicas;
  for (let step = 0; step < zones.length && left > 0; step++) {
    const here = Math.min(left, perPool);
    add(draft, at(zones, (zone + step) % zones.length), here);
    left -= here;
  }
  return left === 0;
}
