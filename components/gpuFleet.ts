import * as pulumi from "@pulumi/pulumi";
import { PlanningError } from "../planner/finding.ts";
import { type Changeover, type DeployedFleet, deployedFleet, noChangeover } from "../planner/plan/changeover.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import type { ClusterBinding } from "./clusterBinding.ts";
import { CostReport, costReportArgs } from "./costReport.ts";
import { NodePool } from "./nodePool.ts";
import { type CloudCredentials, type Providers, providersFor } from "./providers.ts";
import { type ClusterObjects, clusterObjects } from "./serving/clusterObjects.ts";
import { InferenceService } from "./serving/inferenceService.ts";
import type { Autoscaling } from "./serving/scaledObject.ts";
import { type ServedDeployment, type ServingFacts, servedDeployments } from "./serving/servedWorkload.ts";
import { validityFindings } from "./validity/validity.ts";

export interface GpuFleetArgs {
  /** Finished: the component decides nothing that the plan has decided. */
  readonly plan: FleetPlan;
  /** Engines, GPUs and models of the catalog that the plan was made with. */
  readonly catalog: ServingFacts;
  /** The real cluster behind each logical name of the plan. */
  readonly clusters: Readonly<Record<string, ClusterBinding>>;
  /** On everything taggable, beside the spec's own. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Token of the Hugging Face Hub, put into the Kubernetes secrets that workloads name in `weights.tokenSecret`. */
  readonly huggingFaceToken?: pulumi.Input<string> | undefined;
  readonly credentials?: CloudCredentials;
  /** How to come to the plan from what runs now. Default: nothing runs yet. */
  readonly changeover?: Changeover;
  /** Whether replicas and nodes follow the hours of the day. Default: none. */
  readonly autoscaling?: Autoscaling;
}

/**
 * A planned fleet: node pools on EKS and GKE, the engines on Kubernetes, and what it all costs.
 * @throws {PlanningError} before any resource is made, when a cloud or Kubernetes would refuse a part of the plan.
 */
export class GpuFleet extends pulumi.ComponentResource {
  /** OpenAI-compatible base URLs inside the clusters, by workload. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** What runs when everything of the plan is made; not known before, and never when a part of it failed. */
  readonly deployed: pulumi.Output<DeployedFleet>;

  constructor(name: string, args: GpuFleetArgs, opts?: pulumi.ComponentResourceOptions) {
    const findings = validityFindings(args);
    if (findings.length > 0) throw new PlanningError(findings);
    const { plan, changeover = noChangeover } = args;
    super("gpu-fleet-planner:index:GpuFleet", name, { fleet: plan.fleet }, opts);
    const own = { parent: this };
    const tags = { ...plan.tags, ...args.tags };

    new CostReport(name, costReportArgs(plan, changeover), own);
    const providers = providersFor(plan.clusters, args.clusters, args.credentials ?? {}, own);
    const pools = this.#nodePools(args, tags, providers);
    const services = this.#services(args, tags, providers, pools);
    this.endpoints = Object.fromEntries([...services].map(([workload, { endpoint }]) => [workload, endpoint]));
    const made = [...services.values()].flatMap(({ deployments }) => deployments.map(({ id }) => id));
    this.deployed = pulumi.all(made).apply(() => deployedFleet(plan, changeover.extraNodes));
    this.registerOutputs({ endpoints: this.endpoints });
  }

  #nodePools(
    { plan, clusters, changeover = noChangeover, autoscaling = "none" }: GpuFleetArgs,
    tags: Record<string, string>,
    providers: Providers,
  ): ReadonlyMap<string, NodePool> {
    return new Map(
      plan.pools.map((pool) => {
        const owner = { fleet: plan.fleet, pool: pool.name, costCenter: pool.costCenter, tags };
        const binding = clusters[pool.cluster] ?? {};
        return [
          pool.name,
          new NodePool(
            pool.name,
            {
              pool,
              extraNodes: changeover.extraNodes[pool.name] ?? 0,
              isScaled: autoscaling === "keda" && pool.minNodes < pool.maxNodes,
              binding,
              owner,
              provider: providers.cloud.get(pool.cluster),
            },
            { parent: this },
          ),
        ];
      }),
    );
  }

  #services(
    { plan, catalog, huggingFaceToken, changeover = noChangeover, autoscaling = "none" }: GpuFleetArgs,
    tags: Record<string, string>,
    providers: Providers,
    pools: ReadonlyMap<string, NodePool>,
  ): ReadonlyMap<string, InferenceService> {
    const services = new Map<string, InferenceService>();
    const workloads = plan.workloads.map((workload) => ({ workload, served: servedDeployments(plan, workload, catalog) }));
    for (const { name: cluster } of plan.clusters) {
      const here = workloads.filter(({ served }) => served[0]?.pool.cluster === cluster);
      const provider = providers.kubernetes.get(cluster);
      if (here.length === 0 || provider === undefined) continue;
      const served: ServedDeployment[] = here.flatMap((one) => one.served);
      const objects: ClusterObjects = clusterObjects(
        { fleet: plan.fleet, cluster, served, tags, huggingFaceToken },
        { parent: this, provider },
      );
      for (const one of here) {
        const service = new InferenceService(
          one.workload.name,
          {
            ...one,
            fleet: plan.fleet,
            tags,
            namespace: objects.namespace.metadata.name,
            pools,
            after: objects.shared,
            changeover,
            autoscaling,
          },
          { parent: this, providers: { kubernetes: provider } },
        );
        services.set(one.workload.name, service);
      }
    }
    return services;
  }
}
