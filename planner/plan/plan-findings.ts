import { at } from "../element.ts";
import type { Finding } from "../finding.ts";
import { batchDecision } from "../memory/batch-cap.ts";
import type { Placement } from "../packing/problem.ts";
import type { Day } from "./hours.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";

/** What the plan takes for granted beyond the spec's own defaults. */
export function planAssumptions(assembly: Assembly, day: Day | null): Finding[] {
  const zones = assembly.packing.pools.some((pool) => pool.zone !== null);
  return [
    {
      code: "assume-even-spread",
      path: "",
      message: "requests reach every replica of a workload evenly, as a Kubernetes Service spreads them",
    },
    {
      code: "assume-confidence",
      path: "confidence",
      message: `capacities are derated so that each SLO holds with probability ${assembly.spec.confidence}, given the prediction's error bar`,
      value: assembly.spec.confidence,
    },
    ...(day === null
      ? []
      : [
          {
            code: "assume-nodes-follow",
            path: "",
            message:
              "costs by the hour take it that replicas follow the profile and that nodes come and go with them; the headline is around the clock",
          },
        ]),
    ...(zones
      ? [{ code: "assume-zone-prices", path: "clouds", message: "every zone of a region has the region's price and has the instance type" }]
      : []),
    ...batchDecisions(assembly),
  ];
}

/** Why the engine of each workload gets its batch and its share of the memory. */
function batchDecisions(assembly: Assembly): Finding[] {
  const first = new Map(assembly.packing.placements.toReversed().map((placement) => [placement.workload, placement]));
  return [...first.values()]
    .toSorted((a, b) => a.workload - b.workload)
    .map((placement) => {
      const workload = at(assembly.spec.workloads, placement.workload);
      const { model, gpu, release, layout } = at(assembly.candidates[placement.workload] ?? [], placement.option).replica;
      return batchDecision(model, gpu, release, layout, workload.path);
    });
}

/** What a reader should know before money is spent. Offers' own findings come beside these. */
export function planWarnings(assembly: Assembly): Finding[] {
  return [...estimatedPrices(assembly), ...spotRisk(assembly), ...weakEvidence(assembly)];
}

function estimatedPrices(assembly: Assembly): Finding[] {
  return assembly.packing.pools.flatMap((pool): Finding[] => {
    const offer = at(assembly.offers, pool.offer);
    return offer.priceEstimated ? [estimatedPrice({ ...offer, name: nameOfPool(offer, pool.zone) })] : [];
  });
}

export const estimatedPrice = (pool: {
  readonly name: string;
  readonly market: string;
  readonly instanceType: string;
  readonly region: string;
  readonly priceSource: string;
}): Finding => ({
  code: "estimated-price",
  path: `pools.${pool.name}`,
  message: `the ${pool.market} price of ${pool.instanceType} in ${pool.region} is an estimate (${pool.priceSource})`,
  suggestion: "put the price you pay into catalogOverrides",
});

function spotRisk(assembly: Assembly): Finding[] {
  const onSpot = (placement: Placement) => at(assembly.offers, placement.offer).market === "spot";
  const workloads = new Set(assembly.packing.placements.filter(onSpot).map(({ workload }) => workload));
  return [...workloads].map((index): Finding => {
    const workload = at(assembly.spec.workloads, index);
    return {
      code: "spot-interruption-not-modelled",
      path: `${workload.path}.spot`,
      message: "interruptions of spot nodes are not part of the capacity yet: only the share on spot and survive are",
      value: workload.spot.maxShare,
      suggestion: "use availability.survive: zone where the loss of a spot pool must not break the SLO",
    };
  });
}

function weakEvidence(assembly: Assembly): Finding[] {
  const seen = new Set<number>();
  return assembly.packing.placements.flatMap((placement): Finding[] => {
    if (seen.has(placement.workload)) return [];
    seen.add(placement.workload);
    const workload = at(assembly.spec.workloads, placement.workload);
    const { atCapacity, replica } = at(assembly.candidates[placement.workload] ?? [], placement.option);
    if (atCapacity.evidence !== "none" && atCapacity.evidence !== "gpu-family") return [];
    return [
      {
        code: "weak-evidence",
        path: workload.path,
        message: `no measured run stands behind the prediction of ${workload.model} on ${replica.gpu.id}; the error bar is the wide one`,
        suggestion: "measure one replica before you rely on the replica count",
      },
    ];
  });
}
