import type { FleetPlan, PlannedWorkload } from "../planner/plan/fleet-plan.ts";
import { alternativesLines } from "./alternatives.ts";
import { assumptionLines, notDeployableLines, warningLines } from "./finding-lines.ts";
import { modelName } from "./model-name.ts";
import { grouped } from "./money.ts";
import { rate } from "./quantity.ts";
import { rejectionLines } from "./rejections.ts";
import { lengthsText } from "./serving-table.ts";
import { styleFor } from "./style.ts";
import type { PlanRendering } from "./table.ts";

const demandText = (demand: PlannedWorkload["demand"]): string =>
  demand.documentsPerRequest === undefined && demand.audioSeconds === undefined
    ? `${grouped(demand.inputTokens)} tokens in and ${grouped(demand.outputTokens)} out`
    : lengthsText(demand);

/** The cheapest ways to serve the plan's one workload, side by side. */
export function renderWays(plan: FleetPlan, rendering: PlanRendering): string {
  const [workload] = plan.workloads;
  if (workload === undefined) return "no workload\n";
  const style = styleFor(rendering.color);
  const ways = plan.alternatives ?? [];
  const named = { ...rendering, workloads: [modelName(workload.model)] };
  const sections = [
    [
      `${style.strong(modelName(workload.model))} at ${rate(workload.demand.requestsPerSecond)} requests/s, ${demandText(workload.demand)}`,
      style.faint("Cheapest ways, each with another GPU or precision; predicted latency / target"),
    ],
    alternativesLines(ways, workload.slo, rendering),
    plan.rejected === undefined ? [] : rejectionLines(plan.rejected, rendering),
    notDeployableLines(plan, rendering),
    warningLines([...(rendering.warnings ?? []), ...plan.warnings], named),
    assumptionLines(plan.assumptions, named),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}
