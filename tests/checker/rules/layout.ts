import type { WorkloadSpec } from "../../../planner/spec/fleet-spec.ts";
import {
  allPlaced,
  failing,
  isMixed,
  isNear,
  nodeSlots,
  placedIn,
  type Rule,
  replicaSlots,
  type Subject,
  servedWorkloads,
  sum,
} from "../subject.ts";

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

/** Law 9: one layout on one GPU type in one cluster for each workload, but for one whose requests are sent by weight. And a replica lies inside one node, or owns all of several. */
export const layoutIsOne: Rule = (subject) => [
  ...mixedLayouts(subject),
  ...weights(subject),
  ...splitReplicas(subject),
  ...spanningReplicas(subject),
];

/** docs/spec.md, routing: by weight only where asked for, in one cluster, each replica with its capacity's part of the requests. */
const weights: Rule = (subject) =>
  servedWorkloads(subject).flatMap((served) => {
    const placed = placedIn(subject, served);
    const { deployments } = served.planned;
    const shares = deployments.flatMap(({ requestShare }) => (requestShare === undefined ? [] : [requestShare]));
    if (shares.length === 0) return [];
    const capacity = sum(deployments.map((one) => one.replicas * one.capacityRequestsPerSecondPerReplica));
    return failing([
      [served.asked.routing === "weighted", "has weights that nobody asked for"],
      [shares.length === deployments.length && isNear(sum(shares), 1, 1e-9), "has weights that do not add up to 1"],
      [new Set(placed.map(({ pool }) => pool.cluster)).size === 1, "is in several clusters"],
      [
        deployments.every((one) =>
          isNear(one.requestShare ?? 0, (one.replicas * one.capacityRequestsPerSecondPerReplica) / capacity, 1.5e-6),
        ),
        "has weights that are not its capacities' parts",
      ],
    ]).map((text) => `workload ${served.asked.name} ${text}`);
  });

const mixedLayouts: Rule = (subject) =>
  servedWorkloads(subject).flatMap((served) => {
    if (isMixed(served)) return [];
    const layouts = placedIn(subject, served).map(({ deployment, pool }) =>
      JSON.stringify({
        cluster: pool.cluster,
        gpu: pool.gpu,
        part: pool.gpu === null ? [pool.instanceType, deployment.cpuSlotsPerReplica] : null,
        precision: deployment.precision,
        kvCacheDtype: deployment.kvCacheDtype,
        parallel: [deployment.tensorParallel, deployment.pipelineParallel, deployment.dataParallel, deployment.expertParallel],
        capacity: deployment.capacityRequestsPerSecondPerReplica,
        engine: deployment.engine,
        memory: deployment.memory,
        weights: deployment.weights,
      }),
    );
    return new Set(layouts).size > 1 ? [`workload ${served.asked.name}: its replicas have more than one layout, GPU or cluster`] : [];
  });

const splitReplicas: Rule = (subject) =>
  allPlaced(subject).flatMap(({ deployment, pool, asked }) => {
    const { gpusPerReplica, tensorParallel, pipelineParallel, dataParallel, expertParallel, precision } = deployment;
    const group = tensorParallel * dataParallel;
    const isHost = pool.gpu === null;
    // docs/tasks.md: processors compute 16-bit weights in 32 bits.
    const in32 = isHost && precision === "fp32" && asked.precisions.some((one) => one === "fp16" || one === "bf16");
    const isAsked = asked.precisions.includes(precision) || (precision === "fp16" && asked.precisions.includes("bf16")) || in32;
    // Of each of its nodes.
    const taken = replicaSlots(deployment, pool) / deployment.nodesPerReplica;
    const unit = isHost ? "slots" : "GPUs";
    const largest = subject.catalog.largestReplicaVcpus / subject.catalog.slotVcpus;
    return failing([
      [gpusPerReplica === (isHost ? 0 : group * pipelineParallel), "its GPUs are not the product of its parallel sizes"],
      [!isHost || group * pipelineParallel * deployment.nodesPerReplica === 1, "a replica without GPUs is divided over several"],
      [
        isHost === (deployment.cpuSlotsPerReplica !== undefined),
        "it takes slots of vCPUs where there are GPUs, or none where there are none",
      ],
      [!isHost || taken <= largest, `${taken} slots are more than a replica may take`],
      [isPowerOfTwo(taken), `${taken} ${unit} are no power of two`],
      [expertParallel === 1 || expertParallel === group, "experts span neither one GPU nor the whole group"],
      [taken <= nodeSlots(pool), "a replica does not lie inside its nodes"],
      [nodeSlots(pool) % taken === 0, `${taken} ${unit} do not divide a node of ${nodeSlots(pool)}`],
      [isAsked, `the precision ${precision} was not asked for`],
      [deployment.weights.format === precision, "the weights have another format than the layout"],
      [deployment.engine.maxModelLen === asked.maxModelLen, `maxModelLen is ${deployment.engine.maxModelLen}, not ${asked.maxModelLen}`],
      [asked.kvCacheDtype === "auto" || deployment.kvCacheDtype === asked.kvCacheDtype, "another kvCacheDtype than asked for"],
    ]).map((text) => `deployment ${deployment.name}: ${text}`);
  });

/** docs/spec.md, "Models that no single node holds": what must be so for a replica on several nodes. */
const spanningReplicas: Rule = (subject) =>
  allPlaced(subject)
    .filter(({ deployment }) => deployment.nodesPerReplica !== 1)
    .flatMap(({ asked, deployment, pool }) => {
      const { nodesPerReplica: nodes, gpusPerReplica, tensorParallel, pipelineParallel, replicas } = deployment;
      const instance = subject.catalog.instances.get(pool.instanceType);
      const model = subject.catalog.models.get(asked.model);
      return failing([
        [Number.isInteger(nodes) && nodes >= 2 && nodes <= 8, `a replica lies on ${nodes} nodes`],
        [gpusPerReplica === nodes * pool.gpusPerNode, "a replica does not own its nodes"],
        [pipelineParallel % nodes === 0 && tensorParallel <= pool.gpusPerNode, "its stages do not lie inside its nodes"],
        [pool.zones.length === 1, "the nodes of a replica may lie in several zones"],
        [
          pool.nodes === sum(onPool(subject, pool.name).map((one) => one.replicas * one.nodesPerReplica)),
          "others are on its nodes, or none",
        ],
        [replicas > 0 && pool.nodes % nodes === 0, "a replica has too few nodes"],
        [
          instance?.gpuDirectNetworking === true && instance.networkGbps !== null,
          `the GPUs of ${pool.instanceType} do not reach the network`,
        ],
        [model === undefined || heldByNoNode(subject, asked, model.parameters), "a single node on offer holds its model"],
      ]).map((text) => `deployment ${deployment.name}: ${text}`);
    });

const onPool = ({ plan }: Subject, pool: string) =>
  plan.workloads.flatMap((workload) => workload.deployments.filter((deployment) => deployment.pool === pool));

/** By its weights alone, in the smallest format asked for, on half of the memory that the engine may use: then cache and buffers fit as well. */
function heldByNoNode({ spec, catalog }: Subject, asked: WorkloadSpec, parameters: number): boolean {
  const least = Math.min(...asked.precisions.map((precision) => bytesPerWeight[precision] ?? 2));
  const clusters = spec.clusters.filter(({ name }) => asked.clusters.length === 0 || asked.clusters.includes(name));
  return [...catalog.instances.values()].every((instance) => {
    const gpu = instance.gpu === null ? undefined : catalog.gpus.get(instance.gpu);
    const isSold = clusters.some(({ cloud, region }) =>
      catalog.prices.some(
        (price) => price.instance === instance.id && price.cloud === cloud && price.region === region && price.onDemand != null,
      ),
    );
    const lists = [
      [spec.gpus, instance.gpu ?? ""],
      [spec.instances, instance.id],
    ] as const;
    const isAllowed = lists.every(([{ allow, deny }, id]) => !deny.includes(id) && (allow.length === 0 || allow.includes(id)));
    if (gpu === undefined || !isSold || !isAllowed || !spec.markets.includes("on-demand")) return true;
    if ((spec.unavailable ?? []).some(({ instances }) => instances.includes(instance.id))) return true;
    return parameters * least > 0.5 * instance.gpuCount * (gpu.memoryUsableMiB ?? 0) * 2 ** 20;
  });
}

const bytesPerWeight: Readonly<Record<string, number>> = { bf16: 2, fp16: 2, fp8: 1 };
