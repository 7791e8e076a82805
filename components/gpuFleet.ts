import * as pulumi from "@pulumi/pulumi";
import { PlanningError } from "../planner/finding.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import type { ClusterBinding } from "./clusterBinding.ts";
import { CostReport, costReportArgs } from "./costReport.ts";
import { NodePool } from "./nodePool.ts";
import { type CloudCredentials, type Providers, providersFor } from "./providers.ts";
import { type ClusterObjects, clusterObjects } from "./serving/clusterObjects.ts";
import { InferenceService } from "./serving/inferenceService.ts";
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
}

/**
 * A planned fleet: node pools on EKS and GKE, the engines on Kubernetes, and what it all costs.
 * @throws {PlanningError} before any resource is made, when a cloud or Kubernetes would refuse a part of the plan.
 */
export class GpuFleet extends pulumi.ComponentResource {
  /** OpenAI-compatible base URLs inside the clusters, by workload. */
  readonly endpoints: Readonly<Record<string, string>>;

  constructor(name: string, args: GpuFleetArgs, opts?: pulumi.ComponentResourceOptions) {
    const findings = validityFindings(args);
    if (findings.length > 0) throw new PlanningError(findings);
    const { plan } = args;
    super("gpu-fleet-planner:index:GpuFleet", name, { fleet: plan.fleet }, opts);
    const own = { parent: this };
    const tags = { ...plan.tags, ...args.tags };

    new CostReport(name, costReportArgs(plan), own);
    const providers = providersFor(plan.clusters, args.clusters, args.credentials ?? {}, own);
    const pools = this.#nodePools(args, tags, providers);
    this.endpoints = this.#services(args, tags, providers, pools);
    this.registerOutputs({ endpoints: this.endpoints });
  }

  #nodePools({ plan, clusters }: GpuFleetArgs, tags: Record<string, string>, providers: Providers): ReadonlyMap<string, NodePool> {
    return new Map(
      plan.pools.map((pool) => {
        const owner = { fleet: plan.fleet, pool: pool.name, costCenter: pool.costCenter, tags };
        const binding = clusters[pool.cluster] ?? {};
        return [
          pool.name,
          new NodePool(pool.name, { pool, binding, owner, provider: providers.cloud.get(pool.cluster) }, { parent: this }),
        ];
      }),
    );
  }

  #services(
    { plan, catalog, huggingFaceToken }: GpuFleetArgs,
    tags: Record<string, string>,
    providers: Providers,
    pools: ReadonlyMap<string, NodePool>,
  ): Record<string, string> {
    const endpoints: Record<string, string> = {};
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
          { ...one, fleet: plan.fleet, tags, namespace: objects.namespace.metadata.name, pools, after: objects.shared },
          { parent: this, providers: { kubernetes: provider } },
        );
        endpoints[one.workload.name] = service.endpoint;
      }
    }
    return endpoints;
  }
}
