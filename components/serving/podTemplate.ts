import type { core } from "@pulumi/kubernetes/types/input.js";
import type { PlannedDeployment, PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import { slotsPerReplica } from "../../planner/plan/slots.ts";
import { gibibyte, mebibyte } from "../../planner/units.ts";
import { deploymentLabel, gkeSpotTaint, gpuTaint, poolLabel, reservedTaint, workloadLabel } from "../labels.ts";
import { kubernetesLabels } from "../tags.ts";
import { drain, p99RequestSeconds } from "./drain.ts";
import { enginePort } from "./endpoint.ts";
import { engineContainer } from "./engineContainer.ts";
import { cachePath } from "./engineProcess.ts";
import { probes } from "./probes.ts";
import type { ServedDeployment } from "./servedWorkload.ts";
import { startupBudget } from "./startup.ts";
import { ephemeralStorageBytes, sharedMemoryBytes } from "./storage.ts";
import { weightsPath } from "./vllmArguments.ts";

/** What never changes for a deployment of this name: a selector is immutable, so it holds names and nothing that a re-plan may alter. */
export const selectorLabels = ({ workload, deployment }: ServedDeployment): Record<string, string> => ({
  [workloadLabel]: workload.name,
  [deploymentLabel]: deployment.name,
});

export const workloadLabels = (
  fleet: string,
  workload: PlannedWorkload,
  fleetTags: Readonly<Record<string, string>>,
): Record<string, string> => ({
  ...kubernetesLabels({ fleet, workload: workload.name, costCenter: workload.costCenter, tags: { ...fleetTags, ...workload.tags } }),
  "app.kubernetes.io/name": workload.deployments[0]?.engine.name ?? "vllm",
  "app.kubernetes.io/instance": workload.name,
  "app.kubernetes.io/managed-by": "pulumi",
});

/** Larger replicas go first, so that a pool full to its last GPU, or slot of vCPUs, is filled again after any restart. */
export const priorityClassName = (fleet: string, size: ReplicaSize): string => `${fleet}-${size.kind}-${size.slots}`;

/** What a replica takes of its node, as the scheduler has to order replicas by it. */
export interface ReplicaSize {
  readonly kind: "gpu" | "cpu";
  readonly slots: number;
}

export const replicaSize = (deployment: PlannedDeployment): ReplicaSize => ({
  kind: deployment.cpuSlotsPerReplica === undefined ? "gpu" : "cpu",
  slots: slotsPerReplica(deployment),
});

/**
 * Everything in it is a name or follows from the layout and the spec: what a re-plan may move (counts, other workloads, predictions, tags)
 * stays out, because any change here restarts the replicas.
 */
export function podTemplate(served: ServedDeployment): core.v1.PodTemplateSpec {
  const { fleet, workload, deployment, pool } = served;
  const leaving = drain(pool.market, pool.cloud, p99RequestSeconds(workload));
  const engine = engineContainer(served, leaving);
  return {
    metadata: {
      labels: { ...workloadLabels(fleet, { ...workload, tags: {} }, {}), ...selectorLabels(served) },
      annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false", "karpenter.sh/do-not-disrupt": "true" },
    },
    spec: {
      serviceAccountName: workload.name,
      automountServiceAccountToken: false,
      // A Service called `vllm...` would otherwise set VLLM_PORT=tcp://..., which the engine reads as its own setting.
      enableServiceLinks: false,
      priorityClassName: priorityClassName(fleet, replicaSize(deployment)),
      terminationGracePeriodSeconds: leaving.terminationGracePeriodSeconds,
      securityContext: { ...engine.user, seccompProfile: { type: "RuntimeDefault" } },
      nodeSelector: { [poolLabel]: pool.name },
      tolerations: tolerations(served),
      topologySpreadConstraints: spread(served),
      containers: [
        {
          name: engine.name,
          image: deployment.engine.image,
          imagePullPolicy: "IfNotPresent",
          ...(engine.args.length === 0 ? {} : { args: [...engine.args] }),
          env: [...engine.env],
          ports: [{ name: "http", containerPort: enginePort }],
          resources: resources(served),
          ...probes(startupBudget(deployment).engineSeconds),
          lifecycle: { preStop: { sleep: { seconds: leaving.preStopSeconds } } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          volumeMounts: [
            ...(pool.gpu === null ? [] : [{ name: "shm", mountPath: "/dev/shm" }]),
            { name: "cache", mountPath: cachePath },
            ...(volumeClaim(served) === null ? [] : [{ name: "weights", mountPath: weightsPath, readOnly: true }]),
          ],
        },
      ],
      volumes: volumes(served),
    },
  };
}

/** Named in full: EKS adds no toleration for extended resources, and GKE adds none for spot. */
function tolerations({ pool }: ServedDeployment): core.v1.Toleration[] {
  const own = { key: (pool.gpu === null ? reservedTaint : gpuTaint).key, operator: "Exists", effect: "NoSchedule" };
  const isGkeSpot = pool.cloud === "gcp" && pool.market === "spot";
  return isGkeSpot ? [own, { key: gkeSpotTaint.key, operator: "Equal", value: gkeSpotTaint.value, effect: "NoSchedule" }] : [own];
}

/** Over zones, then over nodes, where the pool leaves a choice. Never a reason to stay pending: the plan counts on every replica. */
function spread(served: ServedDeployment): core.v1.TopologySpreadConstraint[] {
  const labelSelector = { matchLabels: { [workloadLabel]: served.workload.name } };
  const keys = served.pool.zones.length > 1 ? ["topology.kubernetes.io/zone", "kubernetes.io/hostname"] : ["kubernetes.io/hostname"];
  return keys.map((topologyKey) => ({ topologyKey, maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway", labelSelector }));
}

/**
 * Requests are the replica's share of its node, so that packing by GPU is packing by everything. Memory is limited to what it requests,
 * /dev/shm included; CPU is not limited, because throttling a tokenizer stalls the GPU. Without a GPU it is: a server starts as many threads
 * as its limit lets it see processors, and would else compute with all of the node's beside its neighbours.
 */
function resources(served: ServedDeployment): core.v1.ResourceRequirements {
  const { deployment, pool } = served;
  const cpu = `${Math.floor(deployment.vcpusPerReplica * 1000)}m`;
  const memory = `${Math.floor(deployment.memoryBytesPerReplica / mebibyte)}Mi`;
  const gpus = pool.gpu === null ? {} : { "nvidia.com/gpu": `${deployment.gpusPerReplica}` };
  return {
    requests: {
      cpu,
      memory,
      "ephemeral-storage": `${Math.ceil(ephemeralStorageBytes(served) / gibibyte)}Gi`,
      ...gpus,
    },
    limits: { ...(pool.gpu === null ? { cpu } : {}), memory, ...gpus },
  };
}

function volumes(served: ServedDeployment): core.v1.Volume[] {
  const claim = volumeClaim(served);
  const sizeLimit = `${Math.floor(sharedMemoryBytes(served.deployment) / mebibyte)}Mi`;
  return [
    // Only engines on GPUs hand batches to worker processes through it.
    ...(served.pool.gpu === null ? [] : [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit } }]),
    { name: "cache", emptyDir: {} },
    ...(claim === null ? [] : [{ name: "weights", persistentVolumeClaim: { claimName: claim, readOnly: true } }]),
  ];
}

/** The claim of `claim/folder`. */
const volumeClaim = ({ deployment: { weights } }: ServedDeployment): string | null =>
  weights.source === "volume" ? (weights.uri?.split("/")[0] ?? null) : null;
