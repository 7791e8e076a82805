import type { Catalog } from "../../catalog/catalog.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import { hostNode, hostPart } from "../candidates/host-node.ts";
import { allocatable } from "../candidates/node-allocatable.ts";
import type { Finding } from "../finding.ts";
import { engineRelease } from "../layouts/release.ts";
import { memoryBudget } from "../memory/budget.ts";
import { besideOf, speculationOf } from "../performance/named-speculation.ts";
import type { FleetPlan, PlannedDeployment, PlannedPool } from "./fleet-plan.ts";
import { machinesOf } from "./paid-nodes.ts";

/**
 * What a catalog other than the one a plan was made with may take away from it: GPUs, hosts and machines that are not what they were.
 * Everything that follows from the spec alone is held by its hash. Paths are the plan's. [] when all of it still holds.
 */
export function brokenByCatalog(plan: FleetPlan, catalog: Catalog): Finding[] {
  return [
    ...plan.pools.flatMap((pool) => [...nodeFindings(pool, plan, catalog), ...machineFindings(pool, plan, catalog)]),
    ...plan.workloads.flatMap(({ model, deployments }) => deployments.flatMap((one) => replicaFindings(one, model, plan, catalog))),
  ];
}

/** A node that the catalog describes otherwise: other GPUs, or less host than its replicas were promised. */
function nodeFindings(pool: PlannedPool, plan: FleetPlan, catalog: Catalog): Finding[] {
  const path = `pools.${pool.name}.instanceType`;
  const instance = catalog.instanceTypes.find(({ id }) => id === pool.instanceType);
  if (instance === undefined) {
    return [{ code: "lock-unknown-instance", path, message: `the catalog has no ${pool.instanceType} any more`, value: pool.instanceType }];
  }
  const is = nodeWords(instance.gpu, instance.gpuCount, hostNode(catalog, instance), catalog.slotVcpus);
  const { cpu } = pool;
  const was = nodeWords(pool.gpu, pool.gpusPerNode, cpu && { slots: cpu.slotsPerNode, cpu: { id: cpu.processor } }, cpu?.slotVcpus);
  if (is !== was) {
    return [
      {
        code: "lock-node-differs",
        path,
        message: `${pool.instanceType} has ${is} in the catalog, ${was} in the lock`,
        value: is,
        limit: was,
      },
    ];
  }
  const room = allocatable(instance, catalog.serving);
  const deployments = plan.workloads.flatMap((workload) => workload.deployments);
  const asked = (field: "vcpusPerReplica" | "memoryBytesPerReplica"): number =>
    Math.max(
      0,
      ...pool.nodePatterns.map(({ replicas, span = 1 }) =>
        Object.entries(replicas).reduce(
          (sum, [name, count]) => sum + (count * (deployments.find((one) => one.name === name)?.[field] ?? 0)) / span,
          0,
        ),
      ),
    );
  const limits = [
    { value: asked("vcpusPerReplica"), limit: room.vcpus, unit: "vCPU" },
    { value: asked("memoryBytesPerReplica"), limit: room.memoryBytes, unit: "bytes of host memory" },
  ];
  return limits
    .filter(({ value, limit }) => value > limit)
    .map(({ value, limit, unit }) => ({
      ...{ code: "lock-host-too-small", path, value, limit, unit },
      message: `the replicas of one node ask for ${value} ${unit}; ${pool.instanceType} has ${limit}`,
    }));
}

const nodeWords = (
  gpu: string | null,
  gpus: number,
  host: { readonly slots: number; readonly cpu: { readonly id: string } } | null | undefined,
  slotVcpus: number | undefined,
): string =>
  gpu === null ? `${host?.slots ?? 0} x ${slotVcpus ?? 0} vCPUs of ${host?.cpu.id ?? "an unknown processor"}` : `${gpus} x ${gpu}`;

/** Machines that the user owns or holds can become fewer. Reported once for each kind, at its first pool. */
function machineFindings(pool: PlannedPool, plan: FleetPlan, catalog: Catalog): Finding[] {
  const { market } = pool;
  if (market !== "static" && market !== "reserved") return [];
  const alike = plan.pools.filter((other) => machinesOf(other) === machinesOf(pool));
  const price = catalog.prices.find(({ instance, region }) => instance === pool.instanceType && region === pool.region);
  const nodes = alike.reduce((sum, other) => sum + other.nodes, 0);
  const limit = price?.[market]?.nodes ?? null;
  if (limit === null || nodes <= limit || alike[0]?.name !== pool.name) return [];
  const path = `pools.${pool.name}.nodes`;
  const message = `${nodes} nodes of ${pool.instanceType} are planned in ${pool.region}, which has ${limit}`;
  return [{ code: "lock-nodes-missing", path, message, value: nodes, limit, unit: "nodes" }];
}

/** The GPU of a pool, or what a replica gets of its nodes where they have none; undefined when the catalog does not know it. */
function hardwareOf(pool: PlannedPool, { cpuSlotsPerReplica }: PlannedDeployment, catalog: Catalog): Gpu | undefined {
  if (pool.gpu !== null) return catalog.gpus.find(({ id }) => id === pool.gpu);
  const instance = catalog.instanceTypes.find(({ id }) => id === pool.instanceType);
  const node = instance === undefined ? null : hostNode(catalog, instance);
  return instance === undefined || node === null ? undefined : hostPart(catalog, instance, node, cpuSlotsPerReplica ?? 1);
}

/** A replica that would not start as it is laid out. */
function replicaFindings(deployment: PlannedDeployment, modelId: string, plan: FleetPlan, catalog: Catalog): Finding[] {
  const path = `deployments.${deployment.name}`;
  const pool = plan.pools.find(({ name }) => name === deployment.pool);
  const gpu = pool && hardwareOf(pool, deployment, catalog);
  const model = catalog.models.find(({ id }) => id === modelId);
  if (gpu === undefined || model === undefined) {
    const message = `the catalog has no ${gpu === undefined ? (pool?.gpu ?? pool?.instanceType ?? deployment.pool) : modelId} any more`;
    return [{ code: "lock-unknown-facts", path, message }];
  }
  const release = engineRelease(catalog.engines, deployment.engine.name, deployment.engine.version);
  if ("code" in release) return [{ ...release, path }];
  const { maxModelLen, maxNumSeqs, maxNumBatchedTokens, gpuMemoryUtilization, enforceEager } = deployment.engine;
  const engine = { maxModelLen, maxNumSeqs, maxNumBatchedTokens, gpuMemoryUtilization, enforceEager };
  const { speculative, lora } = deployment.engine;
  const speculation = speculationOf(speculative, catalog);
  if (speculative !== undefined && speculation === undefined) {
    return [{ code: "lock-unknown-facts", path, message: `the catalog has no ${speculative.draftModel} any more` }];
  }
  const { fits, finding } = memoryBudget(model, gpu, release, { ...deployment, ...engine, gpu: gpu.id }, besideOf(speculation, lora));
  return fits || finding === null ? [] : [{ ...finding, path }];
}
