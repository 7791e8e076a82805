import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import type { Changeover } from "../../planner/plan/changeover.ts";
import type { PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import { workloadLabel } from "../labels.ts";
import type { NodePool } from "../nodePool.ts";
import { endpoint, enginePort } from "./endpoint.ts";
import { networkPolicySpec } from "./networkPolicy.ts";
import { podTemplate, selectorLabels, workloadLabels } from "./podTemplate.ts";
import { type Autoscaling, scaledObject } from "./scaledObject.ts";
import { type Schedule, scheduleOf } from "./schedule.ts";
import type { ServedDeployment } from "./servedWorkload.ts";
import { startupBudget } from "./startup.ts";

export interface InferenceServiceArgs {
  readonly fleet: string;
  readonly workload: PlannedWorkload;
  /** At least one; all in one cluster. */
  readonly served: readonly ServedDeployment[];
  /** Of the fleet and the stack; the workload's own win over them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly namespace: pulumi.Input<string>;
  /** By name: a deployment waits for the pool that it runs on. */
  readonly pools: ReadonlyMap<string, NodePool>;
  /** What every deployment waits for beside its pool: priority classes, secrets. */
  readonly after: readonly pulumi.Resource[];
  readonly changeover: Changeover;
  readonly autoscaling: Autoscaling;
}

/** One workload on Kubernetes: a Deployment per pool behind one Service and one PodDisruptionBudget. */
export class InferenceService extends pulumi.ComponentResource {
  /** OpenAI-compatible base URL inside the cluster. */
  readonly endpoint: string;
  readonly deployments: readonly Deployment[];

  constructor(name: string, args: InferenceServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { workload, served } = args;
    super("gpu-fleet-planner:index:InferenceService", name, serviceInputs(args), opts);
    const own = { parent: this };
    const metadata = {
      name: workload.name,
      namespace: args.namespace,
      labels: workloadLabels(args.fleet, workload, args.tags),
    };
    const selector = { [workloadLabel]: workload.name };

    const account = new ServiceAccount(name, { metadata, automountServiceAccountToken: false }, own);
    const policy = new NetworkPolicy(name, { metadata, spec: networkPolicySpec(workload) }, own);
    new PodDisruptionBudget(
      name,
      { metadata, spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: selector } } },
      own,
    );
    // Its endpoints are the Deployments', which are waited for one by one; waiting here again would only add a shorter deadline.
    new Service(
      name,
      {
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { type: "ClusterIP", selector, ports: [{ name: "http", port: enginePort, targetPort: "http" }] },
      },
      own,
    );
    this.deployments = served.map((one) => {
      const pool = args.pools.get(one.pool.name);
      const engine = engineDeployment(one, args, {
        ...own,
        dependsOn: [account, policy, ...args.after, ...(pool === undefined ? [] : [pool])],
      });
      const schedule = scheduleFor(one, args);
      const labels = workloadLabels(args.fleet, workload, args.tags);
      if (schedule !== null)
        scaledObject(one.deployment.name, { namespace: args.namespace, labels }, schedule, { ...own, dependsOn: [engine] });
      return engine;
    });

    this.endpoint = endpoint(args.fleet, workload.name);
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

const scheduleFor = ({ deployment }: ServedDeployment, { autoscaling }: Pick<InferenceServiceArgs, "autoscaling">): Schedule | null =>
  autoscaling === "keda" ? scheduleOf(deployment) : null;

/** What the preview's JSON and policies see of the workload. */
function serviceInputs({ workload, served }: InferenceServiceArgs) {
  return {
    cluster: served[0]?.pool.cluster,
    model: workload.model,
    replicas: workload.deployments.reduce((sum, { replicas }) => sum + replicas, 0),
    usdPerMonth: workload.cost.usdPerMonth,
    costCenter: workload.costCenter,
  };
}

/**
 * `up` waits for on-demand replicas to answer, as long as their start may take. Spot capacity may be missing for hours, which is not a
 * failed update, so spot replicas are waited for only where others go when they serve. Replicas whose GPUs others still hold cannot be.
 */
const isAwaited = ({ deployment, pool }: ServedDeployment, { takingOver, withoutRoom }: Changeover): boolean =>
  takingOver.has(deployment.name) || (pool.market !== "spot" && !withoutRoom.has(deployment.name));

function engineDeployment(served: ServedDeployment, args: InferenceServiceArgs, opts: pulumi.CustomResourceOptions): Deployment {
  const { deployment } = served;
  const { rolloutSeconds } = startupBudget(deployment);
  const wait = isAwaited(served, args.changeover) ? {} : { annotations: { "pulumi.com/skipAwait": "true" } };
  return new Deployment(
    deployment.name,
    {
      metadata: { name: deployment.name, namespace: args.namespace, labels: workloadLabels(args.fleet, args.workload, args.tags), ...wait },
      spec: {
        replicas: deployment.replicas,
        progressDeadlineSeconds: rolloutSeconds,
        revisionHistoryLimit: 3,
        // There are no spare GPUs to start a new replica beside an old one.
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
        selector: { matchLabels: selectorLabels(served) },
        template: podTemplate(served),
      },
    },
    {
      ...opts,
      customTimeouts: rolloutTimeouts(rolloutSeconds, deployment.replicas),
      // Made with all replicas; from then on their number is KEDA's.
      ...(scheduleFor(served, args) === null ? {} : { ignoreChanges: ["spec.replicas"] }),
    },
  );
}

/** All replicas start at once, but an update replaces them one after the other. A minute more, so that Kubernetes reports first. */
const rolloutTimeouts = (rolloutSeconds: number, replicas: number) => ({
  create: `${rolloutSeconds + 60}s`,
  update: `${rolloutSeconds * replicas + 60}s`,
  delete: "15m",
});
