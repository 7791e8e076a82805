import { type Placed, placedIn, type Rule, type Subject, servedWorkloads, sum } from "../subject.ts";

/**
 * Enough replicas are up with the chance that was asked for, or the plan says that they are not. From the published rates and the statement of the
 * model alone (docs/spec.md, spot): pools go as a whole or node by node.
 */
export const spotSurvives: Rule = (subject) =>
  servedWorkloads(subject).flatMap((served) => {
    const placed = placedIn(subject, served);
    const spot = placed.filter(({ pool }) => pool.market === "spot");
    const { asked, planned } = served;
    if (spot.length === 0) return planned.spotRisk === undefined ? [] : [`workload ${asked.name} has a spot risk and nothing on spot`];
    // Rates are planned in whole millionths, demand rounded up and capacity down; with any demand there is a replica to lose.
    const needed = Math.max(1, Math.ceil(asked.demand.requestsPerSecond * 1e6 - 1e-6));
    const steady = sum(placed.map((one) => (one.pool.market === "spot" ? 0 : one.deployment.replicas * microCapacity(one))));
    const survival = chanceOf(
      spot.map((one) => riskOf(subject, one)),
      needed - steady,
    );
    const isTold = subject.plan.warnings.some(({ code, path }) => code === "spot-survival-missed" && path.startsWith(asked.path));
    const complaints: string[] = [];
    if (survival < asked.spot.minSurvival - 1e-9 && !isTold)
      complaints.push(`it survives with ${survival}, less than ${asked.spot.minSurvival}`);
    if (Math.abs((planned.spotRisk?.survival ?? -1) - survival) > 1e-6) complaints.push(`it says another survival than ${survival}`);
    return complaints.map((text) => `workload ${asked.name}: ${text}`);
  });

const microCapacity = ({ deployment }: Pick<Placed, "deployment">): number =>
  Math.floor(deployment.capacityRequestsPerSecondPerReplica * 1e6);

interface Risk {
  readonly replicas: number;
  readonly capacity: number;
  readonly poolAway: number;
  readonly replicaAway: number;
}

function riskOf({ catalog }: Subject, { deployment, pool }: Placed): Risk {
  const { correlation, absence, bands, provisioning } = catalog.spotModel;
  const band = catalog.spotBands.get(`${pool.instanceType} ${pool.region}`) ?? bands.lostShareUpTo.length - 1;
  const lossesPerHour = -Math.log(1 - (bands.lostShareUpTo[band] ?? 1)) / 730;
  const backHours = (provisioning.seconds + deployment.startupSeconds) / 3600;
  const away = (hours: number): number => hours / (1 + hours);
  return {
    replicas: deployment.replicas,
    capacity: microCapacity({ deployment }),
    poolAway: away(lossesPerHour * correlation.sharedLossShare * (absence.meanHours + backHours)),
    // A replica over several nodes is away with any one of them.
    replicaAway: away(lossesPerHour * deployment.nodesPerReplica * (1 - correlation.sharedLossShare) * backHours),
  };
}

/** Chance that at least the capacity `needed` is up, pool by pool. */
function chanceOf([first, ...rest]: readonly Risk[], needed: number): number {
  if (needed <= 0) return 1;
  if (first === undefined) return 0;
  const { replicas, capacity, poolAway, replicaAway } = first;
  let chance = poolAway * chanceOf(rest, needed);
  for (let up = 0; up <= replicas; up++) {
    const own = choose(replicas, up) * (1 - replicaAway) ** up * replicaAway ** (replicas - up);
    if (own > 1e-15) chance += (1 - poolAway) * own * chanceOf(rest, needed - up * capacity);
  }
  return chance;
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
