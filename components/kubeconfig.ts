import { getClusterOutput as getEksCluster } from "@pulumi/aws/eks/getCluster.js";
import { getClusterOutput as getGkeCluster } from "@pulumi/gcp/container/getCluster.js";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedCluster } from "../planner/plan/fleet-plan.ts";
import type { ClusterBinding } from "./clusterBinding.ts";

/** How kubectl and the Kubernetes provider reach a cluster and prove who asks. */
interface Access {
  readonly endpoint: string;
  /** Base64, as the clouds give it. */
  readonly certificate: string;
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * The kubeconfig of a cluster that is bound by its name only, asked of the cloud. It holds no credentials: a token is fetched on each use by
 * the cloud's own tool, which must be on PATH (`aws`, `gke-gcloud-auth-plugin`).
 */
export function kubeconfigOf(cluster: PlannedCluster, binding: ClusterBinding, opts: pulumi.InvokeOptions): pulumi.Output<string> {
  const name = pulumi.output(binding.clusterName ?? "");
  if (cluster.cloud === "gcp") {
    const found = getGkeCluster({ name, location: binding.location ?? cluster.region, project: pulumi.output(binding.project) }, opts);
    return found.apply(({ endpoint, masterAuths }) =>
      kubeconfig({
        endpoint: `https://${endpoint}`,
        certificate: masterAuths[0]?.clusterCaCertificate ?? "",
        command: "gke-gcloud-auth-plugin",
        args: [],
      }),
    );
  }
  return getEksCluster({ name }, opts).apply(({ name: eksName, endpoint, certificateAuthorities }) =>
    kubeconfig({
      endpoint,
      certificate: certificateAuthorities[0]?.data ?? "",
      command: "aws",
      args: ["eks", "get-token", "--cluster-name", eksName, "--region", cluster.region, "--output", "json"],
    }),
  );
}

/** JSON is YAML. */
const kubeconfig = ({ endpoint, certificate, command, args }: Access): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "cluster",
    clusters: [{ name: "cluster", cluster: { server: endpoint, "certificate-authority-data": certificate } }],
    contexts: [{ name: "cluster", context: { cluster: "cluster", user: "user" } }],
    users: [
      {
        name: "user",
        user: {
          exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command, args, interactiveMode: "Never", provideClusterInfo: true },
        },
      },
    ],
  });
