import type { ServingConstants } from "../../catalog/schema/serving.ts";
import { mebibyte } from "../units.ts";
import type { Allocatable } from "./node-allocatable.ts";
import type { Offer } from "./offer.ts";

/**
 * A replica with s of a node's k GPUs, or slots, requests s/k of what pods may have of the node, so that any packing that fits those
 * fits CPU and memory too. Rounded down to 0.1 vCPU and 1 MiB.
 */
export function hostShare(offer: Pick<Offer, "slotsPerNode" | "allocatableVcpus" | "allocatableMemoryBytes">, slots: number): Allocatable {
  const share = slots / offer.slotsPerNode;
  return {
    vcpus: Math.floor(offer.allocatableVcpus * share * 10) / 10,
    memoryBytes: Math.floor((offer.allocatableMemoryBytes * share) / mebibyte) * mebibyte,
  };
}

/** What of a replica's files counts for its host: its weights, and the adapters that every GPU's process keeps. */
export interface HeldBytes {
  readonly weightBytes: number;
  readonly adapterBytes: number;
}

/** The least a replica can start and run with, or what was asked for where that is more. */
export function hostNeed(
  serving: ServingConstants,
  gpus: number,
  { weightBytes, adapterBytes }: HeldBytes,
  asked?: Allocatable,
): Allocatable {
  const { host } = serving;
  const shard = host.shardFactor * Math.min(host.largestShardBytes, weightBytes);
  const shared = host.sharedMemoryBytesPerReplica + host.sharedMemoryBytesPerExtraGpu * (gpus - 1);
  return {
    vcpus: Math.max(asked?.vcpus ?? 0, host.vcpusPerReplica + host.vcpusPerGpu * gpus),
    memoryBytes: Math.max(
      asked?.memoryBytes ?? 0,
      host.memoryBytesPerReplica + host.memoryBytesPerGpu * gpus + shared + shard + adapterBytes * gpus,
    ),
  };
}

/** The same on a node without GPUs, where weights and batches are in the host's memory as well: what the server takes beside them, and while it loads. */
export function cpuNeed({ cpuReplica }: ServingConstants, weightBytes: number, asked?: Allocatable): Allocatable {
  const { vcpus, serverMemoryBytes, loadFactor } = cpuReplica;
  return {
    vcpus: Math.max(asked?.vcpus ?? 0, vcpus),
    memoryBytes: Math.max(asked?.memoryBytes ?? 0, serverMemoryBytes + loadFactor * weightBytes),
  };
}

export const suffices = (share: Allocatable, need: Allocatable): boolean =>
  share.vcpus >= need.vcpus && share.memoryBytes >= need.memoryBytes;
