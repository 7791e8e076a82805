import { at } from "../element.ts";
import type { Choice, Fleet } from "./fleet.ts";
import type { Guide } from "./guide.ts";
import type { InstanceOption } from "./instance.ts";
import type { Placer } from "./placer.ts";

/** What a choice adds to the fleet's price, each pool taken alone. */
export function priceOfChoice(placer: Placer, fleet: Fleet, option: InstanceOption, choice: Choice, guide: Guide): number {
  let sum = 0;
  choice.pools.forEach((pool, index) => {
    sum += priceInPool(placer, fleet, pool, at(choice.replicas, index) * option.gpusPerReplica, guide);
  });
  return sum;
}

/** What so many more GPUs in use cost in a pool: the nodes they need beyond those that are there. */
export function priceInPool(placer: Placer, fleet: Fleet, pool: number, gpus: number, guide: Guide): number {
  const offerIndex = at(placer.instance.pools, pool).offer;
  const offer = at(placer.instance.offers, offerIndex);
  const linear = guide.usdPerSlotHour === null ? -1 : (guide.usdPerSlotHour[offerIndex] as number);
  if (linear >= 0) return linear * gpus;
  const paid = Math.max(fleet.nodes[pool] as number, guide.paidNodes === null ? 0 : (guide.paidNodes[pool] as number));
  const nodePrice = guide.usdPerNodeHour === null ? offer.usdPerNodeHour : (guide.usdPerNodeHour[offerIndex] as number);
  const more = Math.max(0, Math.ceil(((fleet.loads[pool] as number) + gpus) / offer.gpusPerNode) - paid);
  const penalty = offer.limits.length === 0 ? 0 : penaltyFor(placer, fleet, offer.limits, more * offer.gpusPerNode);
  return more * nodePrice + penalty;
}

function penaltyFor(placer: Placer, fleet: Fleet, limits: readonly number[], moreGpus: number): number {
  let excess = 0;
  for (const limit of limits) excess += excessOf(placer, fleet, limit, moreGpus);
  return excess * placer.penaltyPerGpu;
}

/** GPUs above a limit when so many are bought in addition. */
export function excessOf(placer: Placer, fleet: Fleet, limit: number, gpus: number): number {
  const room = at(placer.instance.limits, limit).gpus - (fleet.limitGpus[limit] as number);
  return Math.max(0, gpus - Math.max(0, room));
}
