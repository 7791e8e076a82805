import type { NodePattern, PlannedDeployment, PlannedPool } from "../../../planner/plan/fleet-plan.ts";
import { allPlaced, nodeSlots, type Rule, replicaSlots, sum } from "../subject.ts";

/** The patterns fill every node within its GPUs, vCPU and memory and account for every replica; any other filling would fit as well. */
export const nodesHoldTheirReplicas: Rule = (subject) =>
  subject.plan.pools.flatMap((pool) => {
    const deployments = new Map(
      allPlaced(subject)
        .filter((placed) => placed.pool === pool)
        .map(({ deployment }) => [deployment.name, deployment]),
    );
    const texts = [
      ...patternsAddUp(pool, deployments),
      ...pool.nodePatterns.flatMap((pattern) => nodeHolds(subject, pool, pattern, deployments)),
      ...sharesFit(subject, pool, [...deployments.values()]),
    ];
    return texts.map((text) => `pool ${pool.name}: ${text}`);
  });

type Deployments = ReadonlyMap<string, PlannedDeployment>;

function patternsAddUp(pool: PlannedPool, deployments: Deployments): string[] {
  const complaints: string[] = [];
  const { nodePatterns } = pool;
  const nodes = sum(nodePatterns.map((pattern) => pattern.nodes));
  if (nodes !== pool.nodes) complaints.push(`its patterns have ${nodes} nodes, not ${pool.nodes}`);
  if (nodePatterns.some((pattern) => !Number.isInteger(pattern.nodes) || pattern.nodes < 1)) complaints.push("a pattern has no nodes");
  for (const [name, { replicas }] of deployments) {
    const held = sum(nodePatterns.map((pattern) => (pattern.nodes / (pattern.span ?? 1)) * (pattern.replicas[name] ?? 0)));
    if (held !== replicas) complaints.push(`its patterns hold ${held} replicas of ${name}, not ${replicas}`);
  }
  const strangers = nodePatterns.flatMap((pattern) => Object.keys(pattern.replicas)).filter((name) => !deployments.has(name));
  return [...complaints, ...strangers.map((name) => `a pattern names ${name}, which is not on the pool`)];
}

function nodeHolds(
  { catalog }: Parameters<Rule>[0],
  pool: PlannedPool,
  { replicas, span = 1 }: NodePattern,
  deployments: Deployments,
): string[] {
  const instance = catalog.instances.get(pool.instanceType);
  if (instance === undefined) return [];
  const held = Object.entries(replicas).flatMap(([name, count]) => {
    const deployment = deployments.get(name);
    return deployment === undefined ? [] : [{ deployment, count }];
  });
  // Of one node: a replica over several takes as much of each.
  const used = (of: (deployment: PlannedDeployment) => number): number =>
    sum(held.map(({ deployment, count }) => (count * of(deployment)) / deployment.nodesPerReplica));
  const complaints: string[] = [];
  if (held.some(({ deployment }) => deployment.nodesPerReplica !== span)) complaints.push("a pattern has another span than its replicas");
  if (span > 1 && sum(held.map(({ count }) => count)) !== 1) complaints.push("nodes that a replica spans hold more than it");
  if (held.some(({ count }) => !Number.isInteger(count) || count < 1)) complaints.push("a pattern holds a broken number of replicas");
  if (used((deployment) => replicaSlots(deployment, pool)) > nodeSlots(pool))
    complaints.push(`a node holds more ${pool.gpu === null ? "slots" : "GPUs"}' worth than it has`);
  if (used((deployment) => deployment.vcpusPerReplica) > instance.vcpus) complaints.push("a node's replicas request more vCPU than it has");
  if (used((deployment) => deployment.memoryBytesPerReplica) > instance.memoryBytes)
    complaints.push("a node's replicas request more memory than it has");
  return complaints;
}

/** Law 8: the scheduler picks the nodes, so whatever fits the GPUs must fit vCPU and memory too; and a replica needs some of both. */
function sharesFit({ catalog }: Parameters<Rule>[0], pool: PlannedPool, deployments: readonly PlannedDeployment[]): string[] {
  const instance = catalog.instances.get(pool.instanceType);
  if (instance === undefined) return [];
  return deployments.flatMap((deployment) => {
    const { name, vcpusPerReplica, memoryBytesPerReplica } = deployment;
    const share = replicaSlots(deployment, pool) / nodeSlots(pool);
    const tooMuch = vcpusPerReplica > instance.vcpus * share || memoryBytesPerReplica > instance.memoryBytes * share;
    const tooLittle = !(vcpusPerReplica >= 1 && memoryBytesPerReplica >= 2 ** 30);
    return [
      ...(tooMuch ? [`${name} requests more than its GPUs' share of a node`] : []),
      ...(tooLittle ? [`${name} requests too little to run`] : []),
    ];
  });
}
