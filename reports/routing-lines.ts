import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { deviceOf } from "../planner/plan/slots.ts";
import { wrap } from "./columns.ts";
import { layoutText } from "./layout-text.ts";
import { percent } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** Where the requests of workloads on several layouts go, a line each. */
export function routingLines({ workloads, pools }: FleetPlan, rendering: Rendering): string[] {
  const lines = workloads.flatMap(({ name, deployments }) => {
    const parts = deployments.flatMap((deployment) => {
      const pool = pools.find((one) => one.name === deployment.pool);
      if (deployment.requestShare === undefined || pool === undefined) return [];
      const layout = layoutText({ ...deployment, ...deviceOf(pool, deployment) });
      return [`${percent(deployment.requestShare, 1)} to ${layout} in ${pool.name}`];
    });
    return parts.length === 0 ? [] : [`- ${name}: ${parts.join(", ")}`];
  });
  if (lines.length === 0) return [];
  return [
    styleFor(rendering.color).strong("Requests sent by weight, to each replica by its capacity"),
    ...lines.flatMap((line) => wrap(line, rendering.width, "  ", "    ")),
  ];
}
