import type { Candidate } from "../candidates/candidate.ts";
import type { Offer } from "../candidates/offer.ts";
import { isUnderQuota, quotaSlots } from "../candidates/quotas.ts";
import { at } from "../element.ts";
import type { PackingOffer, PackingProblem, PackingQuota, PackingWorkload } from "../packing/problem.ts";
import type { FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";
import { toMicroDown, toMicroUp } from "../units.ts";
import { machinesOf, searchedUsdPerNodeHour } from "./paid-nodes.ts";

/** The workloads' candidates and the offers as integers: the last step before packing, and the only place where floats are quantised. */
export function packingProblem(spec: FleetSpec, offers: readonly Offer[], candidates: readonly (readonly Candidate[])[]): PackingProblem {
  return {
    offers: offers.map(packingOffer),
    workloads: spec.workloads.map((workload, index) => packingWorkload(workload, candidates[index] ?? [])),
    quotas: [
      ...spec.quotas.map((quota) => {
        const under = offers.flatMap((offer, index) => (isUnderQuota(quota, offer) ? [index] : []));
        return {
          id: `${quota.cloud}/${quota.region}/${quota.family}/${quota.market}`,
          gpus: quotaSlots(
            quota,
            under.map((index) => at(offers, index)),
          ),
          offers: under,
        };
      }),
      ...sharedMachines(offers),
    ],
  };
}

/** A replica that spans nodes fills them, whole or not at all. */
function packingOffer(offer: Offer): PackingOffer {
  const { id, cluster, device, market, zones, slotsPerNode, usdPerNodeHour, maxNodes, paid, network } = offer;
  return {
    ...{ id, cluster, gpu: device, market, zones, gpusPerNode: slotsPerNode },
    usdPerNodeHour: searchedUsdPerNodeHour({ paid, usdPerNodeHour }),
    maxNodes,
    ...(network === undefined ? {} : { nodesTogether: network.nodes }),
  };
}

/**
 * Machines that exist once are on offer in every cluster of their region, once more for each workload that wants nodes of its own, and for replicas
 * that span them: together they are no more.
 */
function sharedMachines(offers: readonly Offer[]): PackingQuota[] {
  const kinds = Map.groupBy(
    offers.flatMap((offer, index) => (offer.maxNodes === null ? [] : [{ offer, index, maxNodes: offer.maxNodes }])),
    ({ offer }) => machinesOf(offer),
  );
  return [...kinds].flatMap(([id, same]) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return [];
    return [{ id, gpus: first.maxNodes * first.offer.slotsPerNode, offers: same.map(({ index }) => index) }];
  });
}

function packingWorkload(workload: WorkloadSpec, candidates: readonly Candidate[]): PackingWorkload {
  return {
    id: workload.name,
    demand: toMicroUp(workload.demand.requestsPerSecond),
    survive: workload.availability.survive,
    degradedShare: workload.availability.degradedShare,
    spotMaxShare: workload.spot.maxShare,
    surviveSpotPool: mustSurviveSpotPool(workload, candidates),
    ...(workload.routing === "weighted" ? { weighted: true } : {}),
    options: candidates.map((candidate) => ({
      id: candidate.id,
      cluster: candidate.cluster,
      gpu: candidate.replica.gpu.id,
      gpusPerReplica: candidate.slotsPerReplica,
      capacity: toMicroDown(candidate.capacityRequestsPerSecond),
      offers: candidate.offers,
    })),
  };
}

/** Whether a workload must be able to lose any one of its spot pools: when the chance that one is away is more than it allows. */
export const mustSurviveSpotPool = ({ spot }: WorkloadSpec, candidates: readonly Candidate[]): boolean =>
  spot.maxShare > 0 && Math.max(0, ...candidates.map(({ spotPoolAway }) => spotPoolAway)) > 1 - spot.minSurvival;
