import type { Catalog } from "../../catalog/catalog.ts";
import { instanceFamily } from "../../catalog/instance-family.ts";
import type { Cpu } from "../../catalog/schema/cpu.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { InstanceType } from "../../catalog/schema/instance-type.ts";
import { hostDevice } from "./host-device.ts";
import { hostShare } from "./host-share.ts";
import { allocatable } from "./node-allocatable.ts";

/** A node without GPUs: its processor, and the slots of vCPUs that replicas take of it. */
export interface HostNode {
  readonly cpu: Cpu;
  readonly slots: number;
  /** Slots that one replica may take: powers of two that divide the node, so that replicas of all sizes fill it. */
  readonly sizes: readonly number[];
}

/** Null for an instance type whose processor the catalog does not know, and for one smaller than a slot. */
export function hostNode({ cpus, slotVcpus, largestReplicaVcpus }: Catalog, instance: InstanceType): HostNode | null {
  const cpu = cpus.find(({ instanceFamilies }) => instanceFamilies.includes(instanceFamily(instance.id)));
  const slots = Math.floor(instance.vcpus / slotVcpus);
  if (cpu === undefined || slots === 0) return null;
  const sizes: number[] = [];
  for (let size = 1; slots % size === 0 && size * slotVcpus <= largestReplicaVcpus; size *= 2) sizes.push(size);
  return { cpu, slots, sizes };
}

/** What a replica has that takes so many slots of a node, as hardware to predict for: its share of all that pods can have. */
export function hostPart(catalog: Catalog, instance: InstanceType, { cpu, slots }: HostNode, size: number): Gpu {
  const room = allocatable(instance, catalog.serving);
  const share = hostShare({ slotsPerNode: slots, allocatableVcpus: room.vcpus, allocatableMemoryBytes: room.memoryBytes }, size);
  const bandwidth = instance.memoryBandwidthGBps;
  return hostDevice(cpu, cpu.id, { ...share, memoryBandwidthGBps: bandwidth === null ? null : (bandwidth * size) / slots });
}
