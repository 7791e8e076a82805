import type { Finding } from "../../planner/finding.ts";
import type { FleetPlan, PlannedDeployment } from "../../planner/plan/fleet-plan.ts";
import type { GpuFleetArgs } from "../gpuFleet.ts";
import { scheduleOf } from "../serving/schedule.ts";

/**
 * Replicas that share nodes do not leave them empty: a Deployment that shrinks gives up replicas where most are together, and a node autoscaler takes
 * only empty nodes away. So what follows the hours of the day has to fill its nodes.
 */
export function scalingFindings({ plan, autoscaling = "none" }: Pick<GpuFleetArgs, "plan" | "autoscaling">): Finding[] {
  if (autoscaling === "none") return [];
  return plan.workloads.flatMap((workload) =>
    workload.deployments.flatMap((deployment): Finding[] => {
      if (scheduleOf(deployment) === null || !sharesNodes(deployment, plan)) return [];
      const message = "follows the hours of the day on nodes that hold other replicas too, and would leave them half empty instead of free";
      const suggestion = `set maxReplicasPerNode: 1 and dedicatedNodes: true for ${workload.name} in the spec, or autoscaling: none in the config of the stack`;
      return [{ code: "scaled-on-shared-nodes", path: `deployments.${deployment.name}`, message, suggestion }];
    }),
  );
}

/** Whether some node of its pool, the cloud's, holds more than one replica. Nodes of one's own stay anyway. */
function sharesNodes({ name, pool: home }: PlannedDeployment, { pools }: FleetPlan): boolean {
  const pool = pools.find((one) => one.name === home);
  if (pool === undefined || pool.cloud === "static") return false;
  const own = pool.nodePatterns.filter(({ replicas }) => name in replicas);
  return own.some(({ replicas }) => Object.values(replicas).reduce((sum, count) => sum + count, 0) > 1);
}
