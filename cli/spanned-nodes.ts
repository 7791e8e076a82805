import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import { networkOf } from "../planner/candidates/node-network.ts";
import type { Finding } from "../planner/finding.ts";
import { gpusPerReplica, type Layout } from "../planner/layouts/layout.ts";
import type { ReplicaNetwork } from "../planner/performance/pipeline-hops.ts";

export interface SpannedNodes {
  readonly network: ReplicaNetwork;
  readonly assumption: Finding;
}

/**
 * What a replica with more GPUs than any node of the catalog has of this type lies on: the largest nodes that can send to each other from
 * GPU to GPU, the slowest network among them. Null where one node could hold it, or no such nodes are known.
 */
export function spannedNodes(layout: Layout, gpu: Gpu, { instanceTypes }: Catalog): SpannedNodes | null {
  const types = instanceTypes.filter((instance) => instance.gpu === gpu.id);
  const gpus = gpusPerReplica(layout);
  if (types.some(({ gpuCount }) => gpuCount >= gpus)) return null;
  const [node] = types
    .flatMap((instance) => {
      const bytesPerSecond = networkOf(instance);
      return bytesPerSecond === null ? [] : [{ ...instance, bytesPerSecond }];
    })
    .toSorted((a, b) => b.gpuCount - a.gpuCount || a.bytesPerSecond - b.bytesPerSecond);
  if (node === undefined) return null;
  const nodes = Math.ceil(gpus / node.gpuCount);
  const gigabits = Math.round((node.bytesPerSecond * 8) / 1e9);
  const message = `${gpus} x ${gpu.id} are ${nodes} nodes of ${node.gpuCount}, over the ${gigabits} Gbit/s of ${node.id}, the slowest such node`;
  return {
    network: { nodes, bytesPerSecond: node.bytesPerSecond },
    assumption: { code: "several-nodes", path: "pipelineParallel", message, value: nodes, unit: "nodes" },
  };
}
