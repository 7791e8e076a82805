import type { PackingOffer, PackingProblem } from "../../planner/packing/problem.ts";

/**
 * The same problem under one rule more: replicas that share a pool have one GPU count. Every offer becomes one for each size that may be
 * placed on it; quotas and the nodes that exist hold for all of them together.
 */
export function withSameSizePools(problem: PackingProblem): PackingProblem {
  const offers: PackingOffer[] = [];
  const split = problem.offers.map((offer, index) => {
    const options = problem.workloads.flatMap((workload) => workload.options).filter((option) => option.offers.includes(index));
    const sizes = [...new Set(options.map(({ gpusPerReplica }) => gpusPerReplica))].toSorted((a, b) => a - b);
    return new Map(sizes.map((gpus) => [gpus, offers.push({ ...offer, id: `${offer.id}/${gpus}-gpu` }) - 1]));
  });
  const partsOf = (offer: number): number[] => [...(split[offer]?.values() ?? [])];
  const existing = problem.offers.flatMap(({ id, maxNodes, gpusPerNode }, index) =>
    maxNodes === null ? [] : [{ id: `${id}/nodes`, offers: partsOf(index), gpus: maxNodes * gpusPerNode }],
  );
  return {
    ...problem,
    offers,
    workloads: problem.workloads.map((workload) => ({
      ...workload,
      options: workload.options.map((option) => ({
        ...option,
        offers: option.offers.flatMap((offer) => split[offer]?.get(option.gpusPerReplica) ?? []),
      })),
    })),
    quotas: [...problem.quotas.map((quota) => ({ ...quota, offers: quota.offers.flatMap(partsOf) })), ...existing],
  };
}
