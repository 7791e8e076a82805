import type { Finding } from "../../planner/finding.ts";
import type { FleetPlan, PlannedCluster } from "../../planner/plan/fleet-plan.ts";
import type { ClusterBinding } from "../clusterBinding.ts";
import type { GpuFleetArgs } from "../gpuFleet.ts";

/** Every cluster of the plan must be bound to a real one, with all that its cloud asks for. */
export function bindingFindings({ plan, clusters, huggingFaceToken }: Omit<GpuFleetArgs, "catalog">): Finding[] {
  const findings = plan.clusters.flatMap((cluster) => {
    const binding = clusters[cluster.name];
    return binding === undefined ? [notBound(cluster)] : clusterFindings(cluster, binding, plan);
  });
  const names = plan.workloads.flatMap(({ deployments }) => deployments.map(({ weights }) => weights.tokenSecret));
  if (huggingFaceToken !== undefined && names.every((name) => name === null)) findings.push(tokenUnused);
  return findings;
}

const notBound = ({ name, cloud, region }: PlannedCluster): Finding => ({
  code: "cluster-not-bound",
  path: `config.clusters.${name}`,
  message: `the plan uses the cluster ${name} (${cloud}, ${region}) and the stack does not say which cluster that is`,
  suggestion: "add it to the stack's config",
});

const tokenUnused: Finding = {
  code: "token-without-secret",
  path: "config.huggingFaceToken",
  message: "no workload names a secret for it",
  suggestion: "add weights: { tokenSecret: hf-token } to the workloads that need it",
};

function clusterFindings(cluster: PlannedCluster, binding: ClusterBinding, plan: FleetPlan): Finding[] {
  const path = `config.clusters.${cluster.name}`;
  const findings: Finding[] = [];
  const need = (key: keyof ClusterBinding, why: string) => {
    if (binding[key] === undefined) findings.push({ code: "binding-incomplete", path: `${path}.${key}`, message: `missing; ${why}` });
  };
  if (cluster.cloud === "static") {
    if (binding.renderYamlToDirectory === undefined) need("kubeconfig", "no cloud can be asked for it");
    return findings;
  }
  need("clusterName", "node pools are made in it");
  if (cluster.cloud === "gcp") need("project", "the cluster's project");
  if (cluster.cloud === "aws") {
    need("nodeRoleArn", "the nodes' IAM role");
    need("subnetIdsByZone", "the nodes' subnets");
    findings.push(...subnetFindings(cluster, binding, plan));
  }
  return findings;
}

/** Only a plain map can be checked now; a secret one is checked when it is used. */
function subnetFindings(cluster: PlannedCluster, { subnetIdsByZone }: ClusterBinding, plan: FleetPlan): Finding[] {
  if (subnetIdsByZone === undefined || Object.getPrototypeOf(subnetIdsByZone) !== Object.prototype) return [];
  const zones = new Set(plan.pools.filter((pool) => pool.cluster === cluster.name).flatMap((pool) => pool.zones));
  return [...zones]
    .filter((zone) => !(zone in subnetIdsByZone))
    .map((zone) => ({
      code: "zone-without-subnet",
      path: `config.clusters.${cluster.name}.subnetIdsByZone`,
      message: `no subnet for zone ${zone}, where the plan has a pool`,
      value: zone,
    }));
}
