import { type PoolRisk, poolRisk } from "../candidates/pool-risk.ts";
import { at } from "../element.ts";
import type { Placement } from "../packing/problem.ts";
import { replicaNeed } from "../packing/replica-need.ts";
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
  const candidate = at(at(candidates, first.workload), first.option);
  const { demand } = at(spec.workloads, first.workload);
  const needed = replicaNeed(toMicroUp(demand.requestsPerSecond), 1, toMicroDown(candidate.capacityRequestsPerSecond)).whole;
  const spot = placements.filter(({ offer }) => at(offers, offer).market === "spot");
  if (spot.length === 0) return null;
  const risks = spot.map(({ offer, replicas }) => ({ replicas, risk: poolRisk(catalog, at(offers, offer), candidate.replica) }));
  const steady = placements.reduce((sum, { offer, replicas }) => sum + (at(offers, offer).market === "spot" ? 0 : replicas), 0);
  // up[n]: chance that n spot replicas are up.
  let up = [1];
  for (const { replicas, risk } of risks) {
    const own = upIn(replicas, risk);
    const next: number[] = new Array(up.length + replicas).fill(0);
    for (const [count, chance] of up.entries()) {
      for (const [more, other] of own.entries()) next[count + more] = at(next, count + more) + chance * other;
    }
    up = next;
  }
  const enough = up.reduce((sum, chance, count) => sum + (steady + count >= needed ? chance : 0), 0);
  const served = up.reduce((sum, chance, count) => sum + chance * Math.min(1, (steady + count) / needed), 0);
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
