import type { Packing, PackingProblem, PackingWorkload, Placement } from "../../planner/packing/problem.ts";

/**
 * Reads a packing against the problem and says everything that is wrong with it. Written from the contract alone; it
 * shares no code with planner/packing, so that one mistake cannot hide in both.
 */
export function violations(problem: PackingProblem, packing: Packing): string[] {
  return [
    ...problem.workloads.flatMap((workload, index) =>
      workloadViolations(
        problem,
        workload,
        index,
        packing.placements.filter((placement) => placement.workload === index),
      ),
    ),
    ...poolViolations(problem, packing),
    ...limitViolations(problem, packing),
    ...sumViolations(problem, packing),
  ];
}

function workloadViolations(problem: PackingProblem, workload: PackingWorkload, index: number, placements: Placement[]): string[] {
  const wrong: string[] = [];
  if (workload.demand === 0) return placements.length === 0 ? [] : [`${workload.id}: replicas without demand`];
  const options = new Set(placements.map(({ option }) => option));
  const option = workload.options[placements[0]?.option ?? -1];
  if (options.size !== 1 || option === undefined) return [`${workload.id}: ${options.size} options`];
  wrong.push(...placements.flatMap((placement) => placementViolations(problem, workload, option.offers, placement)));
  if (new Set(placements.map(({ offer, zone }) => `${offer} ${zone}`)).size < placements.length) wrong.push(`${workload.id}: a pool twice`);
  if (!ruleHolds(problem, workload, placements))
    wrong.push(`${workload.id} (${index}): breaks demand, spot share or survive: ${workload.survive}`);
  return wrong;
}

function placementViolations(
  problem: PackingProblem,
  { id }: PackingWorkload,
  offers: readonly number[],
  { offer, zone, replicas }: Placement,
): string[] {
  const bought = problem.offers[offer];
  if (!offers.includes(offer) || bought === undefined) return [`${id}: offer ${offer} is not in its option`];
  if (zone !== null && !bought.zones.includes(zone)) return [`${id}: ${bought.id} is not sold in ${zone}`];
  if (zone === null && bought.market === "spot") return [`${id}: a spot pool without a zone`];
  if (zone === null && bought.nodesTogether !== undefined) return [`${id}: nodes of one replica in any zone`];
  return Number.isInteger(replicas) && replicas >= 1 ? [] : [`${id}: ${replicas} replicas`];
}

/** Demand, spot share and the survive rule, word for word. */
export function ruleHolds(
  problem: PackingProblem,
  workload: PackingWorkload,
  placements: readonly Pick<Placement, "option" | "offer" | "zone" | "replicas">[],
): boolean {
  const option = workload.options[placements[0]?.option ?? -1];
  if (option === undefined) return false;
  const places = placements.map(({ offer, zone, replicas }) => {
    const { market, gpusPerNode, nodesTogether = 1 } = problem.offers[offer] as PackingProblem["offers"][number];
    return { spot: market === "spot", perNode: Math.floor((gpusPerNode * nodesTogether) / option.gpusPerReplica), zone, replicas };
  });
  const total = sum(places.map(({ replicas }) => replicas));
  const onSpot = sum(places.filter(({ spot }) => spot).map(({ replicas }) => replicas));
  if (total * option.capacity < workload.demand) return false;
  if (onSpot > Math.floor(workload.spotMaxShare * total + 1e-6)) return false;
  const spotPools = Map.groupBy(
    placements.filter(({ offer }) => problem.offers[offer]?.market === "spot"),
    ({ offer, zone }) => `${offer} ${zone}`,
  );
  const mostInSpotPool = Math.max(0, ...[...spotPools.values()].map((pool) => sum(pool.map(({ replicas }) => replicas))));
  if (workload.surviveSpotPool === true && (total - mostInSpotPool) * option.capacity < workload.demand) return false;
  if (workload.survive === "none") return true;
  const zones = [...new Set(places.map(({ zone }) => zone))];
  if (workload.survive === "zone" && zones.includes(null)) return false;
  const lost = {
    replica: 1,
    node: Math.max(...places.map(({ replicas, perNode }) => Math.min(replicas, perNode))),
    zone: Math.max(...zones.map((lostZone) => sum(places.filter(({ zone }) => zone === lostZone).map(({ replicas }) => replicas)))),
  }[workload.survive];
  return (total - lost) * option.capacity >= workload.degradedShare * workload.demand - 1e-6;
}

function boughtAtOnce(problem: PackingProblem, offer: number): { together: number; gpus: number } {
  const { nodesTogether = 1, gpusPerNode } = problem.offers[offer] as PackingProblem["offers"][number];
  return { together: nodesTogether, gpus: gpusPerNode * nodesTogether };
}

function poolViolations(problem: PackingProblem, packing: Packing): string[] {
  const wrong: string[] = [];
  const names = packing.pools.map(({ offer, zone }) => `${offer} ${zone}`);
  if (new Set(names).size < names.length) wrong.push("a pool is listed twice");
  for (const placement of packing.placements) {
    if (!names.includes(`${placement.offer} ${placement.zone}`)) wrong.push(`no pool for ${JSON.stringify(placement)}`);
  }
  for (const { offer, zone, nodes, patterns } of packing.pools) {
    const name = `${problem.offers[offer]?.id} in ${zone}`;
    const here = packing.placements.filter((placement) => placement.offer === offer && placement.zone === zone);
    const { together, gpus: room } = boughtAtOnce(problem, offer);
    if (nodes < 1 || nodes % together !== 0) wrong.push(`${name}: ${nodes} nodes, bought ${together} at a time`);
    if (sum(patterns.map((pattern) => pattern.nodes)) !== nodes) wrong.push(`${name}: its patterns do not add up to its nodes`);
    for (const pattern of patterns) {
      const gpus = sum(pattern.replicas.map(({ workload, replicas }) => replicas * gpusPerReplica(problem, here, workload)));
      if (gpus > room) wrong.push(`${name}: a node with ${gpus} GPUs in use`);
    }
    for (const { workload, replicas } of here) {
      const placed = sum(
        patterns.map(
          (pattern) =>
            (pattern.nodes / together) * sum(pattern.replicas.filter((own) => own.workload === workload).map((own) => own.replicas)),
        ),
      );
      if (placed !== replicas) wrong.push(`${name}: ${placed} of ${replicas} replicas of workload ${workload} on nodes`);
    }
  }
  return wrong;
}

function gpusPerReplica(problem: PackingProblem, placements: readonly Placement[], workload: number): number {
  const placement = placements.find((candidate) => candidate.workload === workload);
  return problem.workloads[workload]?.options[placement?.option ?? -1]?.gpusPerReplica ?? Infinity;
}

function limitViolations(problem: PackingProblem, packing: Packing): string[] {
  const wrong: string[] = [];
  problem.offers.forEach(({ id, maxNodes }, offer) => {
    const nodes = sum(packing.pools.filter((pool) => pool.offer === offer).map((pool) => pool.nodes));
    if (maxNodes !== null && nodes > maxNodes) wrong.push(`${id}: ${nodes} nodes of ${maxNodes}`);
  });
  for (const quota of problem.quotas) {
    const own = packing.pools.filter(({ offer }) => quota.offers.includes(offer));
    const gpus = sum(own.map(({ offer, nodes }) => nodes * (problem.offers[offer]?.gpusPerNode ?? 0)));
    if (gpus > quota.gpus) wrong.push(`quota ${quota.id}: ${gpus} GPUs of ${quota.gpus}`);
  }
  return wrong;
}

function sumViolations(problem: PackingProblem, packing: Packing): string[] {
  const cost = sum(packing.pools.map(({ offer, nodes }) => nodes * (problem.offers[offer]?.usdPerNodeHour ?? Number.NaN)));
  const wrong: string[] = [];
  if (cost !== packing.usdPerHour) wrong.push(`nodes cost ${cost}, the packing says ${packing.usdPerHour}`);
  if (packing.lowerBoundUsdPerHour > packing.usdPerHour) wrong.push("the bound is above the cost");
  if ((packing.status === "optimal") !== (packing.lowerBoundUsdPerHour === packing.usdPerHour))
    wrong.push("the status does not fit the bound");
  return wrong;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
