import type { Candidate } from "../candidates/candidate.ts";
import type { Offer } from "../candidates/offer.ts";
import { money } from "../cost/money.ts";
import { at } from "../element.ts";
import { pack } from "../packing/pack.ts";
import type { Packing } from "../packing/problem.ts";
import { packingProblem } from "../plan/packing-problem.ts";
import type { Assembly } from "../plan/planned-pools.ts";
import { servingPoint, workloadCost } from "../plan/planned-workloads.ts";
import type { Alternative } from "../plan/ways-not-taken.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";

interface Priced {
  readonly candidate: Candidate;
  readonly packing: Packing;
}

/**
 * The cheapest `count` ways to serve one workload by itself that a person would call different: another GPU or another precision.
 * Each is packed alone under the spec's rules, so the first may be dearer than the workload's share of a fleet it fits into.
 */
export function alternativesFor(
  assembly: Assembly,
  workload: WorkloadSpec,
  candidates: readonly Candidate[],
  count: number,
): Alternative[] {
  if (count === 0) return [];
  const priced = candidates.flatMap((candidate): Priced[] => {
    const alone = packingProblem({ ...assembly.spec, workloads: [workload] }, assembly.offers, [[candidate]]);
    const result = pack(alone);
    return "packing" in result ? [{ candidate, packing: result.packing }] : [];
  });
  const cheapestFirst = priced.toSorted(
    (a, b) => a.packing.usdPerHour - b.packing.usdPerHour || (a.candidate.id < b.candidate.id ? -1 : 1),
  );
  const seen = new Set<string>();
  const different = cheapestFirst.filter(({ candidate }) => {
    const { layout } = candidate.replica;
    const kind = `${layout.gpu}/${layout.precision}`;
    return seen.has(kind) ? false : seen.add(kind);
  });
  return different.slice(0, count).map((way) => alternative(assembly, workload, way));
}

function alternative(assembly: Assembly, workload: WorkloadSpec, { candidate, packing }: Priced): Alternative {
  const replicas = packing.placements.reduce((sum, placement) => sum + placement.replicas, 0);
  // What its nodes cost whoever pays for them already: the way is priced as if it were alone.
  const cost = money(packing.pools.reduce((sum, { offer, nodes }) => sum + nodes * at(assembly.offers, offer).usdPerNodeHour, 0));
  const { layout } = candidate.replica;
  return {
    workload: workload.name,
    cluster: candidate.cluster,
    gpu: layout.gpu,
    precision: layout.precision,
    tensorParallel: layout.tensorParallel,
    ...beyondTensorParallel(candidate),
    ...(layout.vcpus === undefined ? { gpusPerReplica: candidate.slotsPerReplica } : { gpusPerReplica: 0, vcpus: layout.vcpus }),
    replicas,
    pools: nodesBought(assembly, packing),
    ...cost,
    usdPerMillionTokens: workloadCost(cost, workload.demand).usdPerMillionTokens,
    predicted: servingPoint(assembly.catalog, candidate, workload.demand.requestsPerSecond / replicas),
  };
}

/** Stages and nodes of a replica, where there is more than one. */
export const beyondTensorParallel = ({ replica: { layout, network } }: Candidate) => ({
  ...(layout.pipelineParallel === 1 ? {} : { pipelineParallel: layout.pipelineParallel }),
  ...(network === undefined ? {} : { nodesPerReplica: network.nodes }),
});

/** Nodes by instance type and market, dearest first: in which zones they stand is no matter of choice between ways. */
export function nodesBought(assembly: Assembly, packing: Packing): Alternative["pools"] {
  const byKind = new Map<string, { readonly offer: Offer; nodes: number }>();
  for (const pool of packing.pools) {
    const offer = at(assembly.offers, pool.offer);
    const kind = byKind.get(offer.id) ?? { offer, nodes: 0 };
    kind.nodes += pool.nodes;
    byKind.set(offer.id, kind);
  }
  return [...byKind.values()]
    .toSorted((a, b) => b.offer.usdPerNodeHour * b.nodes - a.offer.usdPerNodeHour * a.nodes || (a.offer.id < b.offer.id ? -1 : 1))
    .map(({ offer, nodes }) => ({ instanceType: offer.instanceType, market: offer.market, nodes, priceAsOf: offer.priceAsOf }));
}
