import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass.js";
import * as pulumi from "@pulumi/pulumi";
import { kubernetesLabels } from "../tags.ts";
import { tokenSecretKey } from "./engineProcess.ts";
import { priorityClassName, type ReplicaSize, replicaSize } from "./podTemplate.ts";
import type { ServedDeployment } from "./servedWorkload.ts";

/** Above the default of 0, far below the system's 2,000,000,000. */
const basePriority = 100_000;
const priorityPerSlot = 1_000;

/** What the workloads of one cluster share. */
export interface ClusterObjects {
  readonly namespace: Namespace;
  /** What a Deployment must wait for beside its namespace. */
  readonly shared: readonly pulumi.Resource[];
}

export interface ClusterObjectsArgs {
  readonly fleet: string;
  readonly cluster: string;
  readonly served: readonly ServedDeployment[];
  readonly tags: Readonly<Record<string, string>>;
  readonly huggingFaceToken?: pulumi.Input<string> | undefined;
}

/** Namespace, priority classes and, when the stack's config holds a token, the secrets that the workloads name. */
export function clusterObjects(args: ClusterObjectsArgs, opts: pulumi.CustomResourceOptions): ClusterObjects {
  const { fleet, cluster, served, huggingFaceToken } = args;
  const labels = kubernetesLabels({ fleet, costCenter: null, tags: args.tags });
  const namespace = new Namespace(
    `${cluster}-namespace`,
    { metadata: { name: fleet, labels: { ...labels, "pod-security.kubernetes.io/enforce": "baseline" } } },
    opts,
  );
  const classes = replicaSizes(served).map(
    (size) =>
      new PriorityClass(
        `${cluster}-${size.kind}-${size.slots}`,
        {
          metadata: { name: priorityClassName(fleet, size), labels },
          value: basePriority + priorityPerSlot * size.slots,
          description: "Larger replicas are placed first, so that a full pool can be packed again after a restart.",
        },
        opts,
      ),
  );
  const secretNames = distinct(served.map(({ deployment }) => deployment.weights.tokenSecret)).filter((name) => name !== null);
  const secrets =
    huggingFaceToken === undefined
      ? []
      : secretNames.toSorted().map((name) => {
          const metadata = { name, namespace: namespace.metadata.name, labels };
          return new Secret(`${cluster}-${name}`, { metadata, stringData: { [tokenSecretKey]: pulumi.secret(huggingFaceToken) } }, opts);
        });
  return { namespace, shared: [...classes, ...secrets] };
}

/** Of GPUs, smallest first, then of CPU-only nodes. */
function replicaSizes(served: readonly ServedDeployment[]): ReplicaSize[] {
  const sizes = new Map(served.map(({ deployment }) => replicaSize(deployment)).map((size) => [`${size.kind}-${size.slots}`, size]));
  return [...sizes.values()].toSorted((a, b) => (a.kind === b.kind ? a.slots - b.slots : a.kind === "gpu" ? -1 : 1));
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
