import { at } from "../../element.ts";
import { distributeOverZones, mostCounted, priceList } from "../distribute.ts";
import type { InstanceOption } from "../instance.ts";
import type { Spread } from "../survive/spread.ts";
import type { Pricer, Terms } from "./option-bins.ts";

interface ZonedOption {
  readonly option: InstanceOption;
  readonly spread: Spread;
  readonly spotLimit: number;
  readonly terms: Terms;
}

/**
 * The least price of an option in the filled bins under a zone rule, or something not below `below`; fills `bins.replicas`.
 * In every zone where a workload has a part of a node it needs a shared node of that zone, so it cannot have parts in more
 * zones than the row has nodes. Where the cheapest placement does, a cheaper one than `below` has to leave one of those
 * zones out: tries each. Without this a large node that is needed in two zones would be paid for by halves.
 */
export function distributeParts(pricer: Pricer, zoned: ZonedOption, below: number): number {
  return within(pricer, zoned, below, new Uint8Array(pricer.bins.count));
}

/** Bins marked in `kept` have their parts: placements without them were looked at before. */
function within(pricer: Pricer, zoned: ZonedOption, below: number, kept: Uint8Array): number {
  const { bins, binPlace, relaxation } = pricer;
  const { spread, spotLimit, option } = zoned;
  pricer.evaluations++;
  const price = distributeOverZones(bins, relaxation.instance.zoneCount, spread.replicas, spread.perZone, spotLimit);
  if (price >= below) return price;
  const crowd = tooManyParts(pricer, zoned);
  if (crowd === null) return price;
  let best = below;
  let replicas: Int32Array | null = null;
  const keptNow = kept.slice();
  for (const bin of crowd) {
    if (keptNow[bin] === 1) continue;
    const list = priceList(bin);
    const prices = bins.prices.slice(list, list + mostCounted + 1);
    leaveOutParts(bins.prices, list, at(option.replicasPerNode, at(binPlace, bin)));
    const found = within(pricer, zoned, best, keptNow);
    bins.prices.set(prices, list);
    keptNow[bin] = 1;
    if (found >= best) continue;
    best = found;
    replicas = bins.replicas.slice();
  }
  if (replicas !== null) bins.replicas.set(replicas);
  return best;
}

function leaveOutParts(prices: Float64Array, list: number, perNode: number): void {
  for (let count = 1; count <= mostCounted; count++) if (count % perNode > 0) prices[list + count] = Infinity;
}

/** The bins of a row with parts of nodes in more zones than it may have nodes; null when there is no such row. */
function tooManyParts({ bins, binPlace, relaxation }: Pricer, { option, terms }: ZonedOption): number[] | null {
  const { rowOfOffer, instance } = relaxation;
  for (let place = 0; place < option.offers.length; place++) {
    const row = rowOfOffer[option.offers[place] as number] as number;
    const perNode = option.replicasPerNode[place] as number;
    if (row < 0 || perNode === 1 || (terms.box.most[row] as number) >= instance.zoneCount) continue;
    const parts: number[] = [];
    for (let bin = 0; bin < bins.count; bin++) {
      if (binPlace[bin] === place && (bins.replicas[bin] as number) % perNode > 0) parts.push(bin);
    }
    if (parts.length > (terms.box.most[row] as number)) return parts;
  }
  return null;
}
