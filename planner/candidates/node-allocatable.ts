import type { InstanceType } from "../../catalog/schema/instance-type.ts";
import type { ServingConstants } from "../../catalog/schema/serving.ts";
import { gibibyte, mebibyte } from "../units.ts";

/** What the pods of a fleet can have of one node. */
export interface Allocatable {
  readonly vcpus: number;
  readonly memoryBytes: number;
}

/**
 * Node capacity less what the kubelet and the system keep and what the node's daemon sets request.
 * EKS's figure for memory stands in the catalog where one was read; elsewhere GKE's reservation formula is used
 * (cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes). Both clouds reserve CPU by the same steps.
 */
export function allocatable(instance: InstanceType, serving: ServingConstants): Allocatable {
  const memory = instance.allocatableMemoryBytes ?? instance.memoryBytes - reservedMemoryBytes(instance.memoryBytes);
  return {
    vcpus: instance.vcpus - reservedVcpus(instance.vcpus) - serving.node.daemonVcpus,
    memoryBytes: memory - serving.node.daemonMemoryBytes,
  };
}

/** Share of each step's cores: 6 % of the first, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest. */
function reservedVcpus(vcpus: number): number {
  return (
    0.06 * part(vcpus, 0, 1) + 0.01 * part(vcpus, 1, 2) + 0.005 * part(vcpus, 2, 4) + 0.0025 * part(vcpus, 4, Number.POSITIVE_INFINITY)
  );
}

/** 25 % of the first 4 GiB, 20 % of the next 4, 10 % of the next 8, 6 % of the next 112, 2 % of the rest, and 100 MiB for eviction. */
function reservedMemoryBytes(bytes: number): number {
  const steps: readonly (readonly [number, number, number])[] = [
    [0, 4, 0.25],
    [4, 8, 0.2],
    [8, 16, 0.1],
    [16, 128, 0.06],
    [128, Number.POSITIVE_INFINITY, 0.02],
  ];
  const reserved = steps.reduce((sum, [from, to, share]) => sum + share * part(bytes, from * gibibyte, to * gibibyte), 0);
  return reserved + 100 * mebibyte;
}

/** How much of `value` lies between two bounds. */
const part = (value: number, from: number, to: number): number => Math.max(0, Math.min(value, to) - from);
