import { Provider as AwsProvider, type ProviderArgs as AwsProviderArgs } from "@pulumi/aws/provider.js";
import { Provider as GcpProvider, type ProviderArgs as GcpProviderArgs } from "@pulumi/gcp/provider.js";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedCluster } from "../planner/plan/fleet-plan.ts";
import type { ClusterBinding } from "./clusterBinding.ts";
import { kubeconfigOf } from "./kubeconfig.ts";

/** How the clouds' APIs are reached, beside region and project, which come from the plan and the bindings. */
export interface CloudCredentials {
  readonly aws?: Omit<AwsProviderArgs, "region">;
  readonly gcp?: Omit<GcpProviderArgs, "region" | "project">;
}

/** One explicit provider per cluster for Kubernetes, one per AWS region and GCP project and region for the clouds. */
export interface Providers {
  readonly kubernetes: ReadonlyMap<string, KubernetesProvider>;
  /** By cluster; none for static ones. */
  readonly cloud: ReadonlyMap<string, pulumi.ProviderResource>;
}

export function providersFor(
  clusters: readonly PlannedCluster[],
  bindings: Readonly<Record<string, ClusterBinding>>,
  credentials: CloudCredentials,
  opts: pulumi.ResourceOptions,
): Providers {
  const made = new Map<string, pulumi.ProviderResource>();
  const cloud = new Map<string, pulumi.ProviderResource>();
  const kubernetes = new Map<string, KubernetesProvider>();
  for (const cluster of clusters) {
    const binding = bindings[cluster.name] ?? {};
    const key = cluster.cloud === "gcp" ? gcpKey(cluster, binding) : `aws-${cluster.region}`;
    const provider = cluster.cloud === "static" ? undefined : (made.get(key) ?? cloudProvider(key, cluster, binding, credentials, opts));
    if (provider !== undefined) {
      made.set(key, provider);
      cloud.set(cluster.name, provider);
    }
    kubernetes.set(cluster.name, kubernetesProvider(cluster, binding, provider, opts));
  }
  return { kubernetes, cloud };
}

function cloudProvider(
  name: string,
  { cloud, region }: PlannedCluster,
  { project }: ClusterBinding,
  credentials: CloudCredentials,
  opts: pulumi.ResourceOptions,
): pulumi.ProviderResource {
  if (cloud === "aws") return new AwsProvider(name, { ...credentials.aws, region }, opts);
  return new GcpProvider(name, { ...credentials.gcp, ...(project === undefined ? {} : { project }), region }, opts);
}

/** A secret, or what only a program knows later, cannot be part of a name; such a cluster gets a provider of its own. */
const gcpKey = (cluster: PlannedCluster, { project }: ClusterBinding): string =>
  typeof project === "string" ? `gcp-${project}-${cluster.region}` : `gcp-${cluster.name}`;

function kubernetesProvider(
  cluster: PlannedCluster,
  binding: ClusterBinding,
  provider: pulumi.ProviderResource | undefined,
  opts: pulumi.ResourceOptions,
): KubernetesProvider {
  const { context, renderYamlToDirectory } = binding;
  const name = `kubernetes-${cluster.name}`;
  if (renderYamlToDirectory !== undefined) return new KubernetesProvider(name, { renderYamlToDirectory }, opts);
  const given = binding.kubeconfig ?? (provider === undefined ? "" : kubeconfigOf(cluster, binding, { provider }));
  return new KubernetesProvider(name, { kubeconfig: pulumi.secret(given), ...(context === undefined ? {} : { context }) }, opts);
}
