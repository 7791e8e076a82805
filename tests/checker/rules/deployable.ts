import type { Rule } from "../subject.ts";

/** A plan says of itself what cannot be deployed yet: replicas over several nodes, requests sent by weight, and Arm machines with GPUs on EKS. Of nothing else. */
export const reasonsAreSaid: Rule = ({ plan }) => {
  const pools = plan.pools
    .filter(({ cloud, arch, gpu }) => cloud === "aws" && arch === "arm64" && gpu !== null)
    .map(({ name }) => `pools.${name}`);
  const deployments = plan.workloads
    .flatMap((workload) => workload.deployments)
    .filter(({ nodesPerReplica }) => nodesPerReplica > 1)
    .map(({ name }) => `deployments.${name}`);
  const mixed = plan.workloads
    .filter((workload) => workload.deployments.some(({ requestShare }) => requestShare !== undefined))
    .map(({ name }) => `workloads.${name}`);
  const due = [...pools, ...mixed, ...deployments];
  const said = (plan.notDeployable ?? []).map(({ path }) => path);
  return [
    ...due.filter((path) => !said.includes(path)).map((path) => `${path} cannot be deployed yet, and the plan does not say so`),
    ...said.filter((path) => !due.includes(path)).map((path) => `${path} can be deployed, and the plan says that it cannot`),
  ];
};
