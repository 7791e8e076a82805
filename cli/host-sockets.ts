import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import { isHost } from "../planner/layouts/host.ts";

/** Says so where text is generated over the sockets of one node: their bandwidth is added up, and servers that place nothing reach less. */
export function severalSockets(model: Model, gpu: Gpu, { instanceTypes, cpus }: Catalog): readonly Finding[] {
  if (!isHost(gpu) || model.task !== "generate") return [];
  const vcpus = instanceTypes.find(({ id }) => id === gpu.id)?.vcpus ?? 0;
  const limit = cpus.find(({ id }) => id === gpu.architecture)?.socketVcpus ?? vcpus;
  if (vcpus <= limit) return [];
  return [
    {
      code: "several-sockets",
      path: "gpu",
      message: `${gpu.id} has ${Math.ceil(vcpus / limit)} sockets, and all of their bandwidth is counted: a server that does not place its threads and weights on them may reach less than one socket's`,
      value: vcpus,
      limit,
      unit: "vCPUs",
      suggestion: "name an instance type of one socket",
    },
  ];
}
