import { at } from "../../element.ts";
import { type Bins, makeBins, priceList } from "../distribute.ts";
import type { InstanceOption } from "../instance.ts";
import type { Spread } from "../survive/spread.ts";
import type { Multipliers } from "./multipliers.ts";
import type { Relaxation } from "./relaxation.ts";

/** The prices and node counts at which options are priced. */
export interface Terms {
  readonly multipliers: Multipliers;
  readonly box: Box;
}

/** Nodes that may be shared, for each row: what a branch of the tree has decided. */
export interface Box {
  readonly least: Int32Array;
  readonly most: Int32Array;
}

export interface Pricer {
  readonly relaxation: Relaxation;
  readonly bins: Bins;
  readonly binPlace: Int32Array;
  readonly slotPrices: Float64Array;
  readonly lastPicks: Int32Array;
  evaluations: number;
}

export function makePricer(relaxation: Relaxation): Pricer {
  const { instance } = relaxation;
  return {
    relaxation,
    bins: makeBins(instance.pools.length, instance.zoneCount),
    binPlace: new Int32Array(instance.pools.length),
    slotPrices: new Float64Array(instance.offers.length),
    lastPicks: new Int32Array(instance.workloads.length).fill(-1),
    evaluations: 0,
  };
}

/** The least a GPU of the option can cost in a market. */
export function cheapestGpu(pricer: Pricer, option: InstanceOption, { multipliers, box }: Terms, spot: boolean): number {
  const { rowOfOffer, instance, rows } = pricer.relaxation;
  let least = Infinity;
  for (let place = 0; place < option.offers.length; place++) {
    const offer = option.offers[place] as number;
    const row = rowOfOffer[offer] as number;
    if (at(instance.offers, offer).spot !== spot) continue;
    const own = at(instance.offers, offer).usdPerSlotHour;
    const shared = row >= 0 && (box.most[row] as number) > 0 ? (multipliers.fullNode[row] as number) / at(rows, row).gpusPerNode : Infinity;
    least = Math.min(least, own, shared);
  }
  return least;
}

/** Fills the bins with what replicas of an option cost at the terms: one for each offer, or for each pool under a zone rule. */
export function fillBins(pricer: Pricer, workload: number, option: InstanceOption, spread: Spread, terms: Terms): void {
  const { bins, binPlace } = pricer;
  const { instance, rowOfOffer } = pricer.relaxation;
  bins.count = 0;
  for (let place = 0; place < option.offers.length; place++) {
    const offer = at(instance.offers, option.offers[place] as number);
    const perNode = option.replicasPerNode[place] as number;
    const row = perNode > 1 ? (rowOfOffer[option.offers[place] as number] as number) : -1;
    const pools = spread.perZone < Infinity ? offer.pools.length : 1;
    for (let index = 0; index < pools; index++) {
      const zone = at(instance.pools, offer.pools[index] as number).zone;
      if (spread.perZone < Infinity && zone < 0) continue;
      const bin = bins.count++;
      binPlace[bin] = place;
      bins.spot[bin] = offer.spot ? 1 : 0;
      bins.zone[bin] = zone;
      const whole = offer.usdPerNodeHour + limitPrice(offer.limits, terms.multipliers) * offer.gpusPerNode;
      if (row < 0) fillOwnNodes(bins, bin, spread, whole);
      else fillSharedNodes(pricer, { bin, row, workload, gpus: option.gpusPerReplica, perNode, spread, usdPerNode: whole }, terms);
      if (offer.spot) bins.most[bin] = Math.min(bins.most[bin] as number, spread.perSpotPool * (offer.pools.length / pools));
    }
  }
}

/** The price of a GPU bought under these limits. */
export function limitPrice(limits: readonly number[], { limitGpu }: Multipliers): number {
  let sum = 0;
  for (const limit of limits) sum += limitGpu[limit] as number;
  return sum;
}

function fillOwnNodes(bins: Bins, bin: number, spread: Spread, usdPerNode: number): void {
  const list = priceList(bin);
  bins.most[bin] = spread.replicas;
  for (let count = 1; count <= spread.replicas; count++) bins.prices[list + count] = count * usdPerNode;
}

interface SharedPlace {
  readonly bin: number;
  readonly row: number;
  readonly workload: number;
  readonly gpus: number;
  readonly perNode: number;
  readonly spread: Spread;
  readonly usdPerNode: number;
}

/**
 * With a zone rule a bin is one pool, whose full nodes the workload has for itself: they cost their price and only the rest
 * is shared. Without one a bin stands for all pools of the offer; then the replicas may be in parts of nodes everywhere.
 */
function fillSharedNodes(pricer: Pricer, place: SharedPlace, { multipliers, box }: Terms): void {
  const { bin, row, workload, gpus, perNode, spread, usdPerNode } = place;
  const { bins } = pricer;
  const { rows } = pricer.relaxation;
  const { gpusPerNode, pools } = at(rows, row);
  const list = priceList(bin);
  const perGpu = ((multipliers.fullNode[row] as number) / gpusPerNode) * gpus;
  const ownNode = multipliers.ownNode[workload * rows.length + row] as number;
  const mostNodes = box.most[row] as number;
  if (spread.perZone < Infinity) {
    bins.most[bin] = Math.min(spread.replicas, spread.perZone);
    for (let count = 1; count <= (bins.most[bin] as number); count++) {
      const rest = count % perNode;
      const shared = rest === 0 ? 0 : mostNodes === 0 ? Infinity : rest * perGpu + ownNode;
      bins.prices[list + count] = ((count - rest) / perNode) * usdPerNode + shared;
    }
    return;
  }
  const perPart = Math.min(perNode, spread.perPool);
  const mostParts = perNode > spread.perPool ? Math.min(mostNodes, pools) : mostNodes;
  bins.most[bin] = Math.min(spread.replicas, perPart * mostParts);
  for (let count = 1; count <= (bins.most[bin] as number); count++) {
    bins.prices[list + count] = count * perGpu + Math.ceil(count / perPart) * ownNode;
  }
}
