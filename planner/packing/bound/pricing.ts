import { at } from "../../element.ts";
import { distribute } from "../distribute.ts";
import type { InstanceOption, InstanceWorkload } from "../instance.ts";
import { spotLimit } from "../replica-need.ts";
import { slotPriceOfSpread } from "../slot-price.ts";
import type { Spread } from "../survive/spread.ts";
import { cheapestGpu, fillBins, limitPrice, type Pricer, type Terms } from "./option-bins.ts";
import { isCountable } from "./relaxation.ts";
import { distributeParts } from "./zone-parts.ts";

/** What the cheapest option of a workload uses, at the multipliers. */
export interface Picked {
  price: number;
  option: number;
  /** Rows in use, and for each the GPUs on shared nodes and the nodes that the workload needs there by itself. */
  readonly rows: number[];
  readonly gpus: number[];
  readonly nodes: number[];
  /** GPUs on nodes it has for itself, for each limit. */
  readonly limitGpus: Float64Array;
}

/** The cheapest of the options `alive`, exactly, over every placement that obeys the workload's rules. */
export function pick(pricer: Pricer, workload: number, alive: readonly number[], terms: Terms): Picked {
  const { instance } = pricer.relaxation;
  const picked: Picked = {
    price: Infinity,
    option: -1,
    rows: [],
    gpus: [],
    nodes: [],
    limitGpus: new Float64Array(instance.limits.length),
  };
  // The last pick first: it is likely the cheapest again, and then the others need not be priced in full.
  const last = pricer.lastPicks[workload] as number;
  if (alive.includes(last)) priceOption(pricer, workload, last, terms, Infinity, picked);
  for (const index of alive) if (index !== last) priceOption(pricer, workload, index, terms, picked.price, picked);
  pricer.lastPicks[workload] = picked.option;
  return picked;
}

/** The price of one option, or something not below `below` when it cannot be cheaper than that. Notes what it uses in `picked`, if cheaper. */
export function priceOption(
  pricer: Pricer,
  workloadIndex: number,
  index: number,
  terms: Terms,
  below: number,
  picked: Picked | null,
): number {
  const workload = at(pricer.relaxation.instance.workloads, workloadIndex);
  const option = at(workload.options, index);
  const onDemandGpu = cheapestGpu(pricer, option, terms, false);
  const spotGpu = Math.min(onDemandGpu, cheapestGpu(pricer, option, terms, true));
  let best = below;
  for (const spread of option.boundSpreads) {
    const spot = Math.min(spread.replicas, spotLimit(workload.spotMaxShare, spread.spotOf));
    const least = (spot === 0 ? 0 : spot * spotGpu) + (spot === spread.replicas ? 0 : (spread.replicas - spot) * onDemandGpu);
    if (least * option.gpusPerReplica >= best) continue;
    if (!isCountable(workload, spread)) {
      pricer.evaluations++;
      best = priceByTheGpu(pricer, workload, index, spread, terms, best, picked);
      continue;
    }
    fillBins(pricer, workloadIndex, option, spread, terms);
    const price =
      spread.perZone === Infinity
        ? distributeCounted(pricer, spread.replicas, spot)
        : distributeParts(pricer, { option, spread, spotLimit: spot, terms }, best);
    if (price >= best) continue;
    best = price;
    if (picked !== null) note(pricer, option, index, spread, price, picked);
  }
  return best;
}

function distributeCounted(pricer: Pricer, replicas: number, spotLimit: number): number {
  pricer.evaluations++;
  return distribute(pricer.bins, replicas, spotLimit);
}

function note(pricer: Pricer, option: InstanceOption, index: number, spread: Spread, price: number, picked: Picked): void {
  const { bins, binPlace } = pricer;
  const { instance, rowOfOffer } = pricer.relaxation;
  picked.price = price;
  picked.option = index;
  picked.rows.length = picked.gpus.length = picked.nodes.length = 0;
  picked.limitGpus.fill(0);
  for (let bin = 0; bin < bins.count; bin++) {
    const replicas = bins.replicas[bin] as number;
    if (replicas === 0) continue;
    const place = binPlace[bin] as number;
    const offer = at(instance.offers, option.offers[place] as number);
    const perNode = option.replicasPerNode[place] as number;
    const zonal = spread.perZone < Infinity;
    const own = perNode === 1 ? replicas : zonal ? Math.floor(replicas / perNode) : 0;
    for (const limit of offer.limits) picked.limitGpus[limit] = (picked.limitGpus[limit] as number) + own * offer.gpusPerNode;
    const rest = replicas - own * perNode;
    if (rest === 0) continue;
    picked.rows.push(rowOfOffer[option.offers[place] as number] as number);
    picked.gpus.push(rest * option.gpusPerReplica);
    picked.nodes.push(zonal ? 1 : Math.ceil(rest / Math.min(perNode, spread.perPool)));
  }
}

/** For spreads with too many replicas to count: a lower bound of their price, without the price of own nodes. */
function priceByTheGpu(
  pricer: Pricer,
  workload: InstanceWorkload,
  index: number,
  spread: Spread,
  terms: Terms,
  below: number,
  picked: Picked | null,
): number {
  const { instance, rowOfOffer, rows } = pricer.relaxation;
  const option = at(workload.options, index);
  for (const offer of option.offers) {
    const { usdPerSlotHour, limits } = at(instance.offers, offer);
    const row = rowOfOffer[offer] as number;
    const own = usdPerSlotHour + limitPrice(limits, terms.multipliers);
    pricer.slotPrices[offer] = row < 0 ? own : Math.min(own, (terms.multipliers.fullNode[row] as number) / at(rows, row).gpusPerNode);
  }
  const priced = slotPriceOfSpread(instance, workload, option, spread, pricer.slotPrices);
  if (priced === null || priced.price >= below) return below;
  if (picked === null) return priced.price;
  picked.price = priced.price;
  picked.option = index;
  picked.rows.length = picked.gpus.length = picked.nodes.length = 0;
  picked.limitGpus.fill(0);
  option.offers.forEach((offer, place) => {
    const replicas = at(priced.replicas, place);
    const row = rowOfOffer[offer] as number;
    if (replicas === 0) return;
    if (row >= 0) {
      picked.rows.push(row);
      picked.gpus.push(replicas * option.gpusPerReplica);
      picked.nodes.push(0);
    } else {
      for (const limit of at(instance.offers, offer).limits) {
        picked.limitGpus[limit] = (picked.limitGpus[limit] as number) + replicas * option.gpusPerReplica;
      }
    }
  });
  return priced.price;
}
