import { at } from "../element.ts";
import { roundingShare } from "./bound/lagrangian.ts";
import type { Instance } from "./instance.ts";
import type { Shortlist } from "./shortlist.ts";
import { slotPriceOf } from "./slot-price.ts";

/** What a GPU under each limit costs beyond its price (micro-dollars per hour, a Lagrange multiplier), and the bound that follows. */
export interface LimitPrices {
  readonly usdPerGpu: readonly number[];
  /** No fleet within the limits is cheaper. */
  readonly bound: number;
}

/**
 * Prices for the limits at which the workloads, each alone on full nodes, want about as many GPUs as there are. What they pay
 * then, less what the limits earn, is a lower bound whatever the prices are; steps along what is wanted too much raise it.
 */
export function limitPrices(instance: Instance, shortlists: readonly Shortlist[], rounds = 80): LimitPrices {
  const { limits, offers } = instance;
  const scale = offers.reduce((sum, { usdPerSlotHour }) => sum + usdPerSlotHour, 0) / Math.max(1, offers.length);
  let best: LimitPrices = { usdPerGpu: limits.map(() => 0), bound: -Infinity };
  const usdPerGpu = limits.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    const { price, wanted } = askEverybody(instance, shortlists, usdPerGpu);
    const earned = limits.reduce((sum, { gpus }, limit) => sum + at(usdPerGpu, limit) * gpus, 0);
    const bound = price - earned - (price + earned) * roundingShare;
    if (bound > best.bound) best = { usdPerGpu: [...usdPerGpu], bound };
    const step = (0.7 * scale) / (1 + round / 6);
    limits.forEach(({ gpus }, limit) => {
      const surplus = Math.max(-1, Math.min(2, (at(wanted, limit) - gpus) / Math.max(1, gpus)));
      usdPerGpu[limit] = Math.max(0, at(usdPerGpu, limit) + step * surplus);
    });
    if (usdPerGpu.every((usd) => usd === 0)) break;
  }
  return best;
}

/** The cheapest option of every workload at these prices, and the GPUs that they take of each limit. */
function askEverybody(
  instance: Instance,
  shortlists: readonly Shortlist[],
  usdPerGpu: readonly number[],
): { price: number; wanted: number[] } {
  const slotPrices = instance.offers.map((offer) => offer.usdPerSlotHour + tollOf(offer.limits, usdPerGpu));
  const wanted: number[] = new Array(instance.limits.length).fill(0);
  let sum = 0;
  instance.workloads.forEach((workload, index) => {
    const { options, fullNodeUsdPerHour } = at(shortlists, index);
    let best = Infinity;
    let taken: readonly [offer: number, gpus: number][] = [];
    for (let rank = 0; rank < options.length && at(fullNodeUsdPerHour, rank) < best; rank++) {
      const option = at(workload.options, at(options, rank));
      const priced = slotPriceOf(instance, workload, option, slotPrices);
      if (priced === null || priced.price >= best) continue;
      best = priced.price;
      taken = option.offers.map((offer, place) => [offer, at(priced.replicas, place) * option.gpusPerReplica]);
    }
    sum += best;
    for (const [offer, gpus] of taken) for (const limit of at(instance.offers, offer).limits) wanted[limit] = at(wanted, limit) + gpus;
  });
  return { price: sum, wanted };
}

const tollOf = (limits: readonly number[], usdPerGpu: readonly number[]): number =>
  limits.reduce((sum, limit) => sum + at(usdPerGpu, limit), 0);

/** The same instance without limits, where GPUs that were under one cost that much more, rounded down so that its bounds stay bounds. */
export function pricedInstance(instance: Instance, usdPerGpu: readonly number[]): Instance {
  const offers = instance.offers.map((offer) => {
    const usdPerNodeHour = offer.usdPerNodeHour + Math.floor(tollOf(offer.limits, usdPerGpu) * offer.gpusPerNode);
    return { ...offer, usdPerNodeHour, usdPerSlotHour: usdPerNodeHour / offer.gpusPerNode, limits: [] };
  });
  const workloads = instance.workloads.map((workload) => ({
    ...workload,
    options: workload.options.map((option) => ({ ...option, limits: [] })),
  }));
  return { ...instance, offers, workloads, limits: [] };
}
