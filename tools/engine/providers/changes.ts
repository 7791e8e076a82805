type Inputs = Readonly<Record<string, unknown>>;

export interface Change {
  /** Path in Pulumi's notation: `taints[0].effect`. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

/** The leaves in which two sets of inputs differ. */
export function changesBetween(old: unknown, now: unknown, path = ""): Change[] {
  if (Array.isArray(old) && Array.isArray(now)) {
    const indices = Array.from({ length: Math.max(old.length, now.length) }, (_, index) => index);
    return indices.flatMap((index) => changesBetween(old[index], now[index], `${path}[${index}]`));
  }
  if (isObject(old) && isObject(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted();
    return keys.flatMap((key) => changesBetween(old[key], now[key], joined(path, key)));
  }
  if (old === now) return [];
  return [{ path, kind: old === undefined ? "add" : now === undefined ? "delete" : "update" }];
}

const isObject = (value: unknown): value is Inputs => typeof value === "object" && value !== null;

const joined = (path: string, key: string): string => {
  if (!/^[A-Za-z_]\w*$/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
};

/**
 * Inputs that cannot be changed in place, by type: the `ForceNew` fields of the Terraform resources behind the AWS and Google SDKs
 * (hashicorp/terraform-provider-aws eks/node_group.go, terraform-provider-google container/node_config.go), and the immutable fields of the
 * Kubernetes API. A path stands for everything below it. GKE can change machine type and zones of a pool in place; they stand here
 * because a pool's name holds them, so that a change under the same name is a defect of ours and shows as a replacement.
 */
const immutable: Readonly<Record<string, readonly string[]>> = {
  "pulumi:providers:aws": ["region"],
  "pulumi:providers:gcp": ["project", "region"],
  "pulumi:providers:kubernetes": ["kubeconfig", "context", "renderYamlToDirectory"],
  "aws:ec2/launchTemplate:LaunchTemplate": ["name", "namePrefix"],
  "aws:eks/nodeGroup:NodeGroup": [
    "amiType",
    "capacityType",
    "clusterName",
    "diskSize",
    "instanceTypes",
    "launchTemplate.id",
    "launchTemplate.name",
    "nodeGroupName",
    "nodeGroupNamePrefix",
    "nodeRoleArn",
    "remoteAccess",
    "subnetIds",
  ],
  "gcp:container/nodePool:NodePool": [
    "cluster",
    "initialNodeCount",
    "location",
    "name",
    "nodeLocations",
    "project",
    "nodeConfig.guestAccelerators",
    "nodeConfig.gvnic",
    "nodeConfig.machineType",
    "nodeConfig.metadata",
    "nodeConfig.oauthScopes",
    "nodeConfig.serviceAccount",
    "nodeConfig.shieldedInstanceConfig",
    "nodeConfig.spot",
  ],
  "kubernetes:apps/v1:Deployment": ["spec.selector"],
  "kubernetes:scheduling.k8s.io/v1:PriorityClass": ["value", "preemptionPolicy"],
  "kubernetes:core/v1:Secret": ["type"],
};

/** No Kubernetes object can be renamed or moved. */
const immutableOfEveryObject = ["metadata.name", "metadata.namespace"];

export function forcesReplacement(type: string, path: string): boolean {
  const fields = [...(immutable[type] ?? []), ...(type.startsWith("kubernetes:") ? immutableOfEveryObject : [])];
  return fields.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`));
}
