import type { Finding } from "../../planner/finding.ts";
import type { FleetPlan, PlannedPool } from "../../planner/plan/fleet-plan.ts";

/** What holds for a pool on any cloud. */
export function poolFindings(pool: PlannedPool, plan: FleetPlan): Finding[] {
  const path = `pools.${pool.name}`;
  const findings: Finding[] = [];
  if (!plan.clusters.some(({ name }) => name === pool.cluster)) {
    findings.push({ code: "unknown-cluster", path, message: `stands in the cluster ${pool.cluster}, which the plan does not have` });
  }
  if ((pool.market === "static") !== (pool.cloud === "static")) {
    findings.push({ code: "market-not-sold", path, message: `${pool.cloud} has no ${pool.market} offers`, value: pool.market });
  }
  if (!(pool.minNodes <= pool.nodes && pool.nodes <= pool.maxNodes && pool.maxNodes > 0)) {
    findings.push({
      code: "pool-size",
      path,
      message: `${pool.nodes} nodes are outside ${pool.minNodes} to ${pool.maxNodes}`,
      value: pool.nodes,
    });
  }
  if (pool.zones.length === 0) findings.push({ code: "pool-without-zone", path, message: "no zone to put its nodes in" });
  return findings;
}
