import type { PaidNodes, PlannedPool } from "../../../planner/plan/fleet-plan.ts";
import { type Check, cpuOf, failing, type Rule, type Subject } from "../subject.ts";

/** The engine's image takes 10 to 20 GB unpacked, and logs and weights come on top. */
const leastDiskBytes = 50 * 2 ** 30;

/** Pools are what the catalog says about their instance type. */
export const poolsAreTheCatalogs: Rule = (subject) => {
  const { plan, catalog } = subject;
  return plan.pools.flatMap((pool) => {
    const instance = catalog.instances.get(pool.instanceType);
    if (instance === undefined) return [`pool ${pool.name}: the catalog has no ${pool.instanceType}`];
    const weights = plan.workloads.flatMap(({ deployments }) =>
      deployments.filter((deployment) => deployment.pool === pool.name).map((deployment) => deployment.weights.bytes),
    );
    return failing([
      [instance.cloud === pool.cloud, "another cloud sells its instance type"],
      ...contents(subject, pool),
      [instance.arch === pool.arch, "its instance type has another architecture"],
      [Number.isInteger(pool.nodes) && pool.nodes >= 1, `it has ${pool.nodes} nodes`],
      [pool.minNodes <= pool.nodes && pool.nodes <= pool.maxNodes, "its nodes are outside minNodes and maxNodes"],
      [pool.diskBytes >= leastDiskBytes + Math.max(0, ...weights), "its disk does not hold the image and the weights"],
    ]).map((text) => `pool ${pool.name}: ${text}`);
  });
};

/** What the catalog says is in a node, whether it is in a pool or stands idle. */
export function contents(subject: Subject, nodes: PlannedPool | PaidNodes): Check[] {
  const instance = subject.catalog.instances.get(nodes.instanceType);
  if (instance === undefined) return [[false, "the catalog has no such instance type"]];
  return [
    [instance.gpu === nodes.gpu && instance.gpuCount === nodes.gpusPerNode, "its instance type has other GPUs"],
    [hasItsSlots(subject, nodes, instance.vcpus), "its processor or its slots of vCPUs are others"],
  ];
}

/** docs/spec.md: a node without GPUs is divided into slots of four vCPUs. */
function hasItsSlots(subject: Subject, pool: PlannedPool | PaidNodes, vcpus: number): boolean {
  const { cpu } = pool;
  if (pool.gpu !== null || cpu === undefined) return (pool.gpu === null) === (cpu !== undefined);
  const { slotVcpus } = subject.catalog;
  return cpu.slotVcpus === slotVcpus && cpu.slotsPerNode === Math.floor(vcpus / slotVcpus) && cpu.processor === cpuOf(subject, pool)?.id;
}
