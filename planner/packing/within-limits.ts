import { at } from "../element.ts";
import type { Choice, Fleet } from "./fleet.ts";
import type { Guide } from "./guide.ts";
import type { InstanceOption } from "./instance.ts";
import type { Placer, Priced } from "./placer.ts";
import { excessOf, priceOfChoice } from "./pool-price.ts";

/**
 * The cheapest distribution below `below` for an option whose offers have limits. `cheapest` prices each pool alone, so
 * several pools may break a limit together that each keeps; then one of them has to do with a node less. A small search
 * tries which.
 */
export function withinLimits(
  placer: Placer,
  fleet: Fleet,
  option: InstanceOption,
  guide: Guide,
  below: number,
  cheapest: (below: number) => Priced,
): Priced {
  let best: Priced = { price: below, choice: null };
  let left = mostTries;
  const tryPools = (): void => {
    if (left === 0) return;
    left--;
    const { choice } = cheapest(best.price);
    if (choice === null) return;
    const excess = newGpus(placer, fleet, option, choice).map((gpus, limit) => excessOf(placer, fleet, limit, gpus));
    const pools = choice.pools.filter((pool) => limitsOf(placer, pool).some((limit) => at(excess, limit) > 0));
    const apart = sumOf(pools.map((pool) => excessAlone(placer, fleet, option, choice, pool)));
    const price = priceOfChoice(placer, fleet, option, choice, guide) + (sumOf(excess) - apart) * placer.penaltyPerGpu;
    if (price < best.price) best = { price, choice };
    if (sumOf(excess) <= apart) return;
    for (const pool of pools) {
      const before = at(placer.mostInPool, pool);
      placer.mostInPool[pool] = withOneNodeLess(placer, fleet, option, choice, pool);
      tryPools();
      placer.mostInPool[pool] = before;
    }
  };
  tryPools();
  return best;
}

const mostTries = 24;

const limitsOf = ({ instance }: Placer, pool: number): readonly number[] => at(instance.offers, at(instance.pools, pool).offer).limits;

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** GPUs on new nodes, for each limit. */
function newGpus(placer: Placer, fleet: Fleet, option: InstanceOption, choice: Choice): number[] {
  const gpus: number[] = new Array(placer.instance.limits.length).fill(0);
  choice.pools.forEach((pool, index) => {
    const more = newGpusInPool(placer, fleet, pool, at(choice.replicas, index) * option.gpusPerReplica);
    for (const limit of limitsOf(placer, pool)) gpus[limit] = at(gpus, limit) + more;
  });
  return gpus;
}

function newGpusInPool(placer: Placer, fleet: Fleet, pool: number, gpus: number): number {
  const { gpusPerNode } = at(placer.instance.offers, at(placer.instance.pools, pool).offer);
  const nodes = Math.ceil(((fleet.loads[pool] as number) + gpus) / gpusPerNode);
  return Math.max(0, nodes - (fleet.nodes[pool] as number)) * gpusPerNode;
}

function excessAlone(placer: Placer, fleet: Fleet, option: InstanceOption, choice: Choice, pool: number): number {
  const replicas = at(choice.replicas, choice.pools.indexOf(pool));
  const more = newGpusInPool(placer, fleet, pool, replicas * option.gpusPerReplica);
  return sumOf(limitsOf(placer, pool).map((limit) => excessOf(placer, fleet, limit, more)));
}

/** Batches of replicas that fit in a pool with a new node less than the choice has there. */
function withOneNodeLess(placer: Placer, fleet: Fleet, option: InstanceOption, choice: Choice, pool: number): number {
  const { gpusPerNode } = at(placer.instance.offers, at(placer.instance.pools, pool).offer);
  const gpus = at(choice.replicas, choice.pools.indexOf(pool)) * option.gpusPerReplica;
  const nodes = Math.ceil(((fleet.loads[pool] as number) + gpus) / gpusPerNode) - 1;
  const room = nodes * gpusPerNode - (fleet.loads[pool] as number);
  return Math.max(0, Math.floor(room / (option.gpusPerReplica * option.batch)));
}
