import { allPlaced, failing, nodeSlots, type Rule, repeated, replicaSlots } from "../subject.ts";

/** Where a workload's data may be, with whom and how densely it may live, and what cannot be bought. */
export const wishesAreGranted: Rule = (subject) => [...workloads(subject), ...capacity(subject)];

const workloads: Rule = (subject) => {
  const placed = allPlaced(subject);
  return placed.flatMap(({ asked, deployment, pool }) => {
    const neighbours = placed.filter((one) => one.pool === pool && one.asked.name !== asked.name);
    const { residency, maxReplicasPerNode = Number.POSITIVE_INFINITY, dedicatedNodes = false, hostPerReplica: host } = asked;
    // Any number that fits may come to lie on one node: nothing in the plan hinders it.
    const onOneNode = Math.floor(nodeSlots(pool) / replicaSlots(deployment, pool));
    return failing([
      [residency === undefined || residency.includes(pool.region), `deployment ${deployment.name}: its data may not be in ${pool.region}`],
      [onOneNode <= maxReplicasPerNode, `deployment ${deployment.name}: ${onOneNode} replicas may come to lie on one node`],
      [!dedicatedNodes || neighbours.length === 0, `deployment ${deployment.name} shares its nodes`],
      [deployment.vcpusPerReplica >= (host?.vcpus ?? 0), `deployment ${deployment.name} has fewer vCPU than it asked for`],
      [deployment.memoryBytesPerReplica >= (host?.memoryBytes ?? 0), `deployment ${deployment.name} has less memory than it asked for`],
    ]);
  });
};

const capacity: Rule = ({ spec, plan }) =>
  plan.pools.flatMap((pool) => {
    const missing = (spec.unavailable ?? []).filter(
      ({ instances, regions, market }) =>
        instances.includes(pool.instanceType) &&
        regions.includes(`${pool.cloud}/${pool.region}`) &&
        (market ?? pool.market) === pool.market,
    );
    const zones = missing.flatMap((row) => row.zones ?? pool.zones);
    return repeated([...pool.zones, ...new Set(zones)]).length === 0 ? [] : [`pool ${pool.name}: it cannot be had in its zones`];
  });
