import type { Cloud } from "../../catalog/schema/instance-type.ts";
import { gibibyte } from "../units.ts";

/** Compiled kernels and the hub's bookkeeping beside a replica's weights. */
const cacheBytes = 4 * gibibyte;

/** The kubelet evicts pods when a tenth of the disk is left. */
const usableShare = 0.9;
const eksReservedBytes = gibibyte;

/** GKE reserves the least of these (cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes, read 2026-08). */
const gkeReservations: readonly { readonly bytes: number; readonly share: number }[] = [
  { bytes: 0, share: 0.5 },
  { bytes: 6 * gibibyte, share: 0.35 },
  { bytes: 100 * gibibyte, share: 0 },
];

/** What one replica keeps on its node's disk: every pod downloads its own copy, so that any pod may start on any node of its pool. */
export const replicaDiskBytes = (downloadBytes: number): number => downloadBytes + cacheBytes;

/** Disk that the kubelet lets pods request together. */
export function allocatableDiskBytes(cloud: Cloud, diskBytes: number): number {
  if (cloud !== "gcp") return usableShare * diskBytes - eksReservedBytes;
  return usableShare * diskBytes - Math.min(...gkeReservations.map(({ bytes, share }) => bytes + share * diskBytes));
}

/** The smallest disk that leaves pods this much: the inverse of allocatableDiskBytes. */
export function diskBytesFor(cloud: Cloud, podBytes: number): number {
  if (cloud !== "gcp") return (podBytes + eksReservedBytes) / usableShare;
  return Math.min(...gkeReservations.map(({ bytes, share }) => (podBytes + bytes) / (usableShare - share)));
}
