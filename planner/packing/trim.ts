import { at } from "../element.ts";
import type { Choice } from "./fleet.ts";
import type { Instance, InstanceWorkload } from "./instance.ts";
import { spotLimit } from "./replica-need.ts";
import { mostLost } from "./survive/loss.ts";

/** Takes off the replicas that no rule needs, the dearest first; placing in batches leaves a few. */
export function trimmed(instance: Instance, workload: InstanceWorkload, choice: Choice): Choice {
  const replicas = [...choice.replicas];
  const slotPrice = (index: number): number => at(instance.offers, at(instance.pools, at(choice.pools, index)).offer).usdPerSlotHour;
  const dearestFirst = choice.pools.map((_, index) => index).sort((a, b) => slotPrice(b) - slotPrice(a) || a - b);
  for (const index of dearestFirst) {
    while (at(replicas, index) > 0) {
      replicas[index] = at(replicas, index) - 1;
      if (obeysRules(instance, workload, { ...choice, replicas })) continue;
      replicas[index] = at(replicas, index) + 1;
      break;
    }
  }
  const kept = choice.pools.map((_, index) => index).filter((index) => at(replicas, index) > 0);
  return { option: choice.option, pools: kept.map((index) => at(choice.pools, index)), replicas: kept.map((index) => at(replicas, index)) };
}

/** Demand, spot share and the survive rules of one workload; quotas are the fleet's. */
export function obeysRules(instance: Instance, workload: InstanceWorkload, choice: Choice): boolean {
  const option = at(workload.options, choice.option);
  let total = 0;
  let onSpot = 0;
  let mostInSpotPool = 0;
  const held = choice.pools.map((pool, index) => {
    const { offer: offerIndex, zone } = at(instance.pools, pool);
    const replicas = at(choice.replicas, index);
    const offer = at(instance.offers, offerIndex);
    total += replicas;
    if (offer.spot) {
      onSpot += replicas;
      mostInSpotPool = Math.max(mostInSpotPool, replicas);
    }
    return { replicas, perNode: Math.floor(offer.gpusPerNode / option.gpusPerReplica), zone };
  });
  const lost = mostLost(workload.survive, held);
  if (lost === null || total < option.need.whole || onSpot > spotLimit(workload.spotMaxShare, total)) return false;
  if (workload.surviveSpotPool && total - mostInSpotPool < option.need.whole) return false;
  return total - lost >= option.need.degraded;
}
