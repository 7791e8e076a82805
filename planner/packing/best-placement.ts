import { at } from "../element.ts";
import { distribute, distributeOverZones, priceList } from "./distribute.ts";
import { type Choice, type Fleet, stateFor } from "./fleet.ts";
import { everyGroup, type Guide, noGuide } from "./guide.ts";
import type { InstanceOption, InstanceWorkload } from "./instance.ts";
import { type Placer, type Priced, preparedOption } from "./placer.ts";
import { priceInPool, priceOfChoice } from "./pool-price.ts";
import { spotLimit } from "./replica-need.ts";
import type { Spread } from "./survive/spread.ts";
import { trimmed } from "./trim.ts";
import { withinLimits } from "./within-limits.ts";

/**
 * The cheapest way to add a workload to the fleet as it is: exact for one workload of up to 32 replicas (larger ones are
 * placed in batches). Null if there is none below `below`.
 */
export function bestPlacement(placer: Placer, fleet: Fleet, workload: number, guide: Guide, below = Infinity): Choice | null {
  const { options } = at(placer.instance.workloads, workload);
  const { options: listed, fullNodeUsdPerHour } = at(placer.shortlists, workload);
  let best: Priced = { price: below, choice: null };
  for (let rank = 0; rank < listed.length; rank++) {
    const index = listed[rank] as number;
    const option = at(options, index);
    const guided = guide.group === everyGroup || (guide.group >= 0 && guide.group === option.group);
    const least = (fullNodeUsdPerHour[rank] as number) * (guided ? guide.leastShare : 1) - idleUsdPerHour(fleet, option);
    if (least >= best.price) continue;
    const priced = guided || option.group < 0 ? price(placer, fleet, workload, index, guide) : knownPrice(placer, fleet, workload, index);
    if (priced.price < best.price) best = priced;
  }
  return best.choice;
}

/** The cheapest place of one option. */
export function bestPlaceOf(placer: Placer, fleet: Fleet, workload: number, option: number, guide: Guide = noGuide): Choice | null {
  const { group } = at(at(placer.instance.workloads, workload).options, option);
  const known = group >= 0 && guide === noGuide;
  return (known ? knownPrice(placer, fleet, workload, option) : price(placer, fleet, workload, option, guide)).choice;
}

/** What an option can save at most by using GPUs that are paid for. */
function idleUsdPerHour(fleet: Fleet, option: InstanceOption): number {
  let sum = 0;
  for (let index = 0; index < option.offers.length; index++) sum += fleet.idleUsdPerHour[option.offers[index] as number] as number;
  return sum;
}

const mostKnown = 200;

/** The search comes back to the same states of a group again and again. */
function knownPrice(placer: Placer, fleet: Fleet, workload: number, index: number): Priced {
  const { known } = preparedOption(placer, workload, index);
  const state = stateFor(fleet, at(at(placer.instance.workloads, workload).options, index));
  const found = known.get(state);
  if (found !== undefined) return found;
  const priced = price(placer, fleet, workload, index, noGuide);
  if (known.size >= mostKnown) known.clear();
  known.set(state, priced);
  return priced;
}

function price(placer: Placer, fleet: Fleet, workloadIndex: number, index: number, guide: Guide): Priced {
  const workload = at(placer.instance.workloads, workloadIndex);
  const option = at(workload.options, index);
  let best: Priced = { price: Infinity, choice: null };
  const { spreads: priced, bulk } = preparedOption(placer, workloadIndex, index);
  const { spreads, fullNodeUsdPerHour } = priced;
  const idle = idleUsdPerHour(fleet, option);
  for (let rank = 0; rank < spreads.length; rank++) {
    if ((fullNodeUsdPerHour[rank] as number) * guide.leastShare - idle >= best.price) break;
    const spread = at(spreads, rank);
    const cheapest = (below: number): Priced => {
      const found = priceOf(placer, fleet, workload, option, spread, guide);
      return found < below ? { price: found, choice: choiceFromBins(placer, workload, index) } : { price: Infinity, choice: null };
    };
    const found = option.limits.length > 0 ? withinLimits(placer, fleet, option, guide, best.price, cheapest) : cheapest(best.price);
    if (found.price < best.price) best = found;
  }
  if (option.batch === 1) return best;
  if (best.choice !== null) best = { price: priceOfChoice(placer, fleet, option, best.choice, guide), choice: best.choice };
  for (const choice of bulk) {
    const found = priceOfChoice(placer, fleet, option, choice, guide);
    if (found < best.price) best = { price: found, choice };
  }
  return best;
}

function priceOf(placer: Placer, fleet: Fleet, workload: InstanceWorkload, option: InstanceOption, spread: Spread, guide: Guide): number {
  const { bins, instance } = placer;
  placer.evaluations++;
  bins.count = 0;
  for (let index = 0; index < option.offers.length; index++) {
    const most = (option.replicasPerNode[index] as number) > spread.perPool * option.batch ? spread.perPool : spread.replicas;
    const offer = option.offers[index] as number;
    const mostSpot = at(instance.offers, offer).spot ? spread.perSpotPool : Infinity;
    addPools(placer, fleet, option, offer, { most: Math.min(spread.replicas, most, mostSpot), spread, guide });
  }
  const spot = spotLimit(workload.spotMaxShare, spread.replicas);
  if (spread.perZone === Infinity) return distribute(bins, spread.replicas, spot);
  return distributeOverZones(bins, instance.zoneCount, spread.replicas, spread.perZone, spot);
}

interface Asked {
  /** Most batches of replicas in one pool. */
  readonly most: number;
  readonly spread: Spread;
  readonly guide: Guide;
}

/**
 * Adds the pools of one offer that can differ for this workload: all of them where zones or pools are limited, else those
 * with room for a replica on a paid node and one that has none, for all pools without room cost the same.
 */
function addPools(placer: Placer, fleet: Fleet, option: InstanceOption, offer: number, asked: Asked): void {
  const { pools, gpusPerNode, spot } = at(placer.instance.offers, offer);
  const { spread, guide } = asked;
  const zonal = spread.perZone < Infinity;
  const splits = spread.perPool < Infinity || (spot && spread.perSpotPool < Infinity);
  let withoutRoom = false;
  for (let index = 0; index < pools.length; index++) {
    const pool = pools[index] as number;
    if (zonal && at(placer.instance.pools, pool).zone < 0) continue;
    const paid = Math.max(fleet.nodes[pool] as number, guide.paidNodes === null ? 0 : (guide.paidNodes[pool] as number));
    const room = paid * gpusPerNode - (fleet.loads[pool] as number) >= option.gpusPerReplica;
    if (!room && !zonal && !splits) {
      if (withoutRoom) continue;
      withoutRoom = true;
    }
    addBin(placer, fleet, pool, option.gpusPerReplica * option.batch, asked);
  }
}

function addBin(placer: Placer, fleet: Fleet, pool: number, gpus: number, asked: Asked): void {
  const { bins } = placer;
  const { offer: offerIndex, zone } = at(placer.instance.pools, pool);
  const offer = at(placer.instance.offers, offerIndex);
  const bin = bins.count++;
  placer.binPools[bin] = pool;
  bins.spot[bin] = offer.spot ? 1 : 0;
  bins.zone[bin] = zone;
  bins.most[bin] = Math.min(asked.most, placer.mostInPool[pool] as number);
  const list = priceList(bin);
  for (let count = 1; count <= asked.most; count++) bins.prices[list + count] = priceInPool(placer, fleet, pool, gpus * count, asked.guide);
}

function choiceFromBins(placer: Placer, workload: InstanceWorkload, index: number): Choice {
  const { bins, binPools, instance } = placer;
  const { batch } = at(workload.options, index);
  const pools: number[] = [];
  const replicas: number[] = [];
  for (let bin = 0; bin < bins.count; bin++) {
    if ((bins.replicas[bin] as number) === 0) continue;
    pools.push(binPools[bin] as number);
    replicas.push((bins.replicas[bin] as number) * batch);
  }
  const choice = { option: index, pools, replicas };
  return batch === 1 ? choice : trimmed(instance, workload, choice);
}
