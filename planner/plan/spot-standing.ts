import { type PoolRisk, poolRisk } from "../candidates/pool-risk.ts";
import { at } from "../element.ts";
import type { Placement } from "../packing/problem.ts";
import { hoursPerMonth, toMicroDown, toMicroUp } from "../units.ts";
import type { Assembly } from "./planned-pools.ts";

export interface SpotStanding {
  /** Chance that at a random moment enough replicas are up for the whole demand. */
  readonly survival: number;
  /** Share of the requests that find room, in the mean. */
  readonly servedShare: number;
  readonly interruptionsPerMonth: number;
  readonly replacementSeconds: number;
  readonly isPublished: boolean;
}

/** What the placements of one workload keep up; null when none is on spot. Exact for the model: pools are away or there, replicas binomial. */
export function spotStanding(
  { catalog, offers, candidates, spec }: Pick<Assembly, "catalog" | "offers" | "candidates" | "spec">,
  placements: readonly Placement[],
): SpotStanding | null {
  const [first] = placements;
  if (first === undefined) return null;
  const candidateOf = ({ workload, option }: Placement) => at(at(candidates, workload), option);
  const capacityOf = (placement: Placement): number => toMicroDown(candidateOf(placement).capacityRequestsPerSecond);
  const { requestsPerSecond } = at(spec.workloads, first.workload).demand;
  const demand = toMicroUp(requestsPerSecond);
  // Of one layout whole replicas are counted: what is left of the last is no use to the others.
  const isMixed = placements.some(({ option }) => option !== first.option);
  const needed = isMixed ? demand : Math.ceil(demand / capacityOf(first)) * capacityOf(first);
  const spot = placements.filter(({ offer }) => at(offers, offer).market === "spot");
  if (spot.length === 0) return null;
  const risks = spot.map((placement) => ({
    replicas: placement.replicas,
    capacity: capacityOf(placement),
    risk: poolRisk(catalog, at(offers, placement.offer), candidateOf(placement).replica),
  }));
  const steady = placements
    .filter(({ offer }) => at(offers, offer).market !== "spot")
    .reduce((sum, placement) => sum + placement.replicas * capacityOf(placement), 0);
  // Capacity of the spot replicas that are up -> its chance.
  let up = new Map([[0, 1]]);
  for (const { replicas, capacity, risk } of risks) {
    const own = upIn(replicas, risk);
    const next = new Map<number, number>();
    for (const [there, chance] of up) {
      for (const [more, other] of own.entries()) {
        const sum = there + more * capacity;
        next.set(sum, (next.get(sum) ?? 0) + chance * other);
      }
    }
    up = next;
  }
  const states = [...up].toSorted(([a], [b]) => a - b);
  const enough = states.reduce((sum, [there, chance]) => sum + (steady + there >= needed ? chance : 0), 0);
  const served = states.reduce((sum, [there, chance]) => sum + chance * Math.min(1, (steady + there) / needed), 0);
  const lost = risks.reduce((sum, { replicas, risk }) => sum + replicas * risk.lossesPerHour * hoursPerMonth, 0);
  return {
    survival: Math.min(1, enough),
    servedShare: Math.min(1, served),
    interruptionsPerMonth: lost,
    replacementSeconds: Math.max(...risks.map(({ risk }) => risk.replacementSeconds)),
    isPublished: risks.every(({ risk }) => risk.isPublished),
  };
}

/** Chances of 0, 1, ..., n replicas up in one pool. */
function upIn(replicas: number, { poolAway, replicaAway }: PoolRisk): number[] {
  const chances: number[] = new Array(replicas + 1).fill(0);
  let chance = (1 - poolAway) * (1 - replicaAway) ** replicas;
  for (let away = 0; away <= replicas; away++) {
    chances[replicas - away] = chance;
    chance *= ((replicas - away) / (away + 1)) * (replicaAway / (1 - replicaAway));
  }
  chances[0] = at(chances, 0) + poolAway;
  return chances;
}
