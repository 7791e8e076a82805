import type { Catalog } from "../../catalog/catalog.ts";
import { instanceFamily } from "../../catalog/instance-family.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import { hostDevice } from "./host-device.ts";
import { allocatable } from "./node-allocatable.ts";

/** An instance type without GPUs as the one device of a replica that has the node to itself; undefined when there is none of this name. */
export function wholeHost({ instanceTypes, cpus, serving }: Catalog, name: string): Gpu | undefined {
  const instance = instanceTypes.find(({ id, gpu }) => gpu === null && id === name.toLowerCase());
  const cpu = instance && cpus.find(({ instanceFamilies }) => instanceFamilies.includes(instanceFamily(instance.id)));
  if (instance === undefined || cpu === undefined) return undefined;
  const { vcpus, memoryBytes } = allocatable(instance, serving);
  return hostDevice(cpu, instance.id, { vcpus, memoryBytes, memoryBandwidthGBps: instance.memoryBandwidthGBps });
}
