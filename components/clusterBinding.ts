import type * as pulumi from "@pulumi/pulumi";

/** The real cluster behind a logical name of the plan: where its pools are made and how its API is reached. */
export interface ClusterBinding {
  /** The cloud's name of the cluster. Needed wherever node pools are made (EKS, GKE). */
  readonly clusterName?: pulumi.Input<string>;
  /** Contents of a kubeconfig file. Kept secret. Default: one made from what the cloud says of the cluster of this name. */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Context inside the kubeconfig. Default: its current one. */
  readonly context?: string;
  /** Writes the Kubernetes objects as YAML files there instead of sending them to a cluster. */
  readonly renderYamlToDirectory?: string;
  /** EKS: ARN of the nodes' IAM role. */
  readonly nodeRoleArn?: pulumi.Input<string>;
  /** EKS: one subnet per zone, by the zone's full name (`us-east-1a`). */
  readonly subnetIdsByZone?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** GKE: the project of the cluster. */
  readonly project?: pulumi.Input<string>;
  /** GKE: region or zone of the cluster. Default: the plan's region. */
  readonly location?: pulumi.Input<string>;
  /** GKE: e-mail of the nodes' service account. Default: the project's Compute Engine one. */
  readonly nodeServiceAccount?: pulumi.Input<string>;
}
