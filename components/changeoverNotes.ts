import type { Finding } from "../planner/finding.ts";
import type { Changeover } from "../planner/plan/changeover.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { dollars } from "../reports/money.ts";

/** What a changeover asks of whoever runs `up`: once more for the nodes that were needed on the way, and patience where there is a gap. */
export function changeoverNotes({ extraNodes, gaps, withoutRoom }: Changeover, { pools, workloads }: FleetPlan): Finding[] {
  const extra = pools.flatMap((pool): Finding[] => {
    const nodes = extraNodes[pool.name] ?? 0;
    if (nodes === 0) return [];
    const count = `${nodes} ${nodes === 1 ? "node" : "nodes"}`;
    return [
      {
        code: "changeover-extra-nodes",
        path: `pools.${pool.name}`,
        message: `keeps ${count} more than planned (${dollars(nodes * pool.usdPerNodeHour, 4)} an hour) until replicas have moved or gone`,
        value: nodes,
        unit: "nodes",
        suggestion: "run `pulumi up` once more when this one is through: it takes them away",
      },
    ];
  });
  const later = workloads.flatMap(({ name, deployments }): Finding[] => {
    if (!deployments.some((deployment) => withoutRoom.has(deployment.name))) return [];
    const path = `workloads.${name}`;
    if (!gaps.includes(name)) {
      return [
        { code: "changeover-starts-later", path, message: "new replicas start when others have gone; this `up` does not wait for them" },
      ];
    }
    return [
      {
        code: "changeover-gap",
        path,
        message: "old replicas go before all new ones can start: there are no GPUs for both, and requests may fail until those are up",
      },
    ];
  });
  return [...extra, ...later];
}
