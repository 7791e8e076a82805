import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { wrap } from "./columns.ts";
import { grouped } from "./money.ts";
import { percent } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** What interruptions do to each workload that is partly on spot, a line each. */
export function spotLines({ workloads }: FleetPlan, rendering: Rendering): string[] {
  const lines = workloads.flatMap(({ name, spotRisk }) => {
    if (spotRisk === undefined) return [];
    const { survival, servedShare, interruptionsPerMonth, replacementSeconds, survivesSpotPool } = spotRisk;
    const pool = survivesSpotPool ? "; any one spot pool may go" : "";
    return [
      `- ${name}: all of the demand is served ${percent(survival, 3)} of the time, and ${percent(servedShare, 3)} of the requests${pool}; ${grouped(interruptionsPerMonth, 1)} replicas lost a month, each replaced in ${grouped(replacementSeconds)} s at best`,
    ];
  });
  if (lines.length === 0) return [];
  return [
    styleFor(rendering.color).strong("Spot, as far as its interruptions are known"),
    ...lines.flatMap((line) => wrap(line, rendering.width, "  ", "    ")),
  ];
}
