import type { Finding } from "../finding.ts";
import type { FleetPlan, PlannedDeployment, PlannedPool, PlannedWorkload } from "./fleet-plan.ts";

/**
 * What the Pulumi program does not make yet of a fleet that can be planned and priced, a finding for each place; paths are the plan's.
 * [] when all of the fleet can be deployed.
 */
export const notDeployable = ({ pools, workloads }: Pick<FleetPlan, "pools" | "workloads">): Finding[] => [
  ...pools.flatMap(armOnEks),
  ...workloads.flatMap(mixed),
  ...workloads.flatMap(({ deployments }) => deployments.flatMap(overSeveralNodes)),
];

function armOnEks({ name, arch, cloud, instanceType, gpu }: PlannedPool): Finding[] {
  if (cloud !== "aws" || arch !== "arm64" || gpu === null) return [];
  const message = `${instanceType} is an Arm machine, whose image has no device plugin of its own; it is not supported yet`;
  return [{ code: "not-supported-yet", path: `pools.${name}`, message, suggestion: `add ${instanceType} to instances.deny` }];
}

function mixed({ name, deployments }: PlannedWorkload): Finding[] {
  const shared = deployments.filter(({ requestShare }) => requestShare !== undefined);
  if (shared.length === 0) return [];
  const message = `its ${shared.length} deployments have several layouts, and requests sent to them by weight take a router, which is not made yet`;
  return [{ code: "not-supported-yet", path: `workloads.${name}`, message, suggestion: "leave routing out, or set it to even" }];
}

function overSeveralNodes({ name, nodesPerReplica }: PlannedDeployment): Finding[] {
  if (nodesPerReplica === 1) return [];
  const message = `a replica over ${nodesPerReplica} nodes takes a LeaderWorkerSet, which is not made yet`;
  return [{ code: "not-supported-yet", path: `deployments.${name}`, message, value: nodesPerReplica, limit: 1, unit: "nodes" }];
}
