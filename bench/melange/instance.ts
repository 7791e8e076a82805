import { at } from "../../planner/element.ts";
import type { Instance, InstanceOption, InstanceWorkload } from "../../planner/packing/instance.ts";
import { toMicro } from "../../planner/units.ts";

/** An instance of Mélange's problem (Griggs et al., arXiv 2404.14527): GPU types, buckets of request sizes, and what one GPU of a type sustains of a bucket. */
export interface MelangeInstance {
  readonly id: string;
  readonly gpuTypes: readonly { readonly name: string; readonly usdPerHour: number }[];
  readonly buckets: readonly { readonly requestsPerSecond: number }[];
  /** Requests per second, for each bucket and type; 0 where the type misses the SLO. */
  readonly maxThroughput: readonly (readonly number[])[];
  /** Equal parts that a bucket is cut into, each on one type. */
  readonly sliceFactor: number;
}

/** Parts of a GPU that loads are counted in: divisible by every number up to 16, so that thirds and tenths are exact. */
const partsOfGpu = 720_720;

/**
 * As the packer sees it: a slice is a workload, a GPU type an offer of one-GPU nodes, and a load a number of parts, rounded up. A slice may
 * be spread over GPUs of its type, as in the published formulation (loads are only added up); it is written as an even
 * number of equal replicas, two to each GPU it fills.
 */
export function packingInstanceOf(melange: MelangeInstance): Instance {
  return {
    offers: melange.gpuTypes.map(({ usdPerHour }, type) => ({
      source: type,
      group: type,
      spot: false,
      nodesTogether: 1,
      gpusPerNode: partsOfGpu,
      usdPerNodeHour: toMicro(usdPerHour),
      usdPerSlotHour: toMicro(usdPerHour) / partsOfGpu,
      pools: [type],
      limits: [],
    })),
    pools: melange.gpuTypes.map((_, type) => ({ offer: type, zone: -1, zoneName: null })),
    workloads: melange.buckets.flatMap(({ requestsPerSecond }, bucket): InstanceWorkload[] => {
      if (requestsPerSecond <= 0) return [];
      const options = at(melange.maxThroughput, bucket).flatMap((throughput, type) =>
        throughput > 0 ? [optionOf(type, requestsPerSecond / melange.sliceFactor / throughput)] : [],
      );
      return Array.from({ length: melange.sliceFactor }, () => ({
        source: bucket,
        survive: "none",
        spotMaxShare: 0,
        surviveSpotPool: false,
        options,
      }));
    }),
    limits: [],
    zoneCount: 0,
    groupCount: melange.gpuTypes.length,
  };
}

function optionOf(type: number, load: number): InstanceOption {
  const replicas = 2 * Math.ceil(load - 1e-9);
  const parts = Math.max(1, Math.ceil((load * partsOfGpu) / replicas - 1e-6));
  const spreads = [{ replicas, spotOf: replicas, perPool: Infinity, perSpotPool: Infinity, perZone: Infinity }];
  return {
    source: type,
    gpusPerReplica: parts,
    need: { whole: replicas, degraded: replicas },
    spreads,
    boundSpreads: spreads,
    batch: 1,
    batchSpreads: spreads,
    group: type,
    limits: [],
    offers: [type],
    replicasPerNode: [Math.floor(partsOfGpu / parts)],
  };
}
