import { listed } from "../planner/figures.ts";
import type { Finding } from "../planner/finding.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { alternativesLines } from "./alternatives.ts";
import { wrap } from "./columns.ts";
import { dayLines } from "./day-table.ts";
import { constraintLines, explanationLines } from "./explanation.ts";
import { assumptionLines, type FindingRendering, notDeployableLines, warningLines } from "./finding-lines.ts";
import { idlePaidNodes } from "./idle-nodes.ts";
import { dollars, hourly } from "./money.ts";
import { deviceNames } from "./node-devices.ts";
import { otherFleetLines } from "./other-fleets.ts";
import { paidLines } from "./paid-lines.ts";
import { poolLines } from "./pool-table.ts";
import { percent } from "./quantity.ts";
import { rejectionLines } from "./rejections.ts";
import { routingLines } from "./routing-lines.ts";
import { spotLines } from "./spot-lines.ts";
import { stabilityLines } from "./stability-lines.ts";
import { type Rendering, styleFor } from "./style.ts";
import { workloadLines } from "./workload-table.ts";

export interface PlanRendering extends Rendering {
  /** Every assumption and every rejected candidate instead of the first few. */
  readonly verbose?: boolean;
  /** What the reader of the plan has to say on top of the plan's own warnings, such as the age of its prices. */
  readonly warnings?: readonly Finding[];
}

/** The plan as a person reads it: the total, who pays for what, what is bought, how good it is, what it rests on. */
export function renderPlanTable(plan: FleetPlan, rendering: PlanRendering): string {
  const named = { ...rendering, workloads: plan.workloads.map((workload) => workload.name) };
  const sections = [
    headline(plan, rendering),
    notDeployableLines(plan, rendering),
    workloadLines(plan, rendering),
    poolLines(plan, rendering),
    paidLines(plan, rendering),
    routingLines(plan, rendering),
    dayLines(plan, rendering),
    spotLines(plan, rendering),
    stabilityLines(plan, rendering),
    proof(plan, rendering),
    otherFleetLines(plan, rendering),
    alternativesSection(plan, rendering),
    plan.explanation === undefined ? [] : explanationLines(plan.explanation, named),
    constraintSection(plan, named),
    plan.rejected === undefined || (plan.explanation !== undefined && rendering.verbose !== true)
      ? []
      : rejectionLines(plan.rejected, rendering),
    warningLines([...(rendering.warnings ?? []), ...plan.warnings], named),
    assumptionLines(plan.assumptions, named),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headline(plan: FleetPlan, rendering: PlanRendering): string[] {
  const style = styleFor(rendering.color);
  const { cost, budget } = plan;
  const sentences = [
    `Covers ${listed(cost.included)}, around the clock and sized for the busiest hour. Not in it: ${cost.excluded.join(", ")}.`,
    cost.idleUsdPerHour > 0
      ? `Of this, ${hourly(cost.idleUsdPerHour)} an hour is for idle ${deviceNames([...plan.pools, ...idlePaidNodes(plan)])}.`
      : "",
    paidSentence(cost),
  ];
  const lines = [
    `${style.strong(plan.fleet)}: ${style.strong(`${dollars(cost.usdPerMonth)} a month`)} (${hourly(cost.usdPerHour)} an hour)`,
    ...sentences.flatMap((sentence) => wrap(sentence, rendering.width)),
  ];
  if (budget !== null) {
    const left = budget.headroomUsdPerMonth;
    const verdict = left >= 0 ? style.good(`${dollars(left)} to spare`) : style.bad(`${dollars(-left)} over`);
    lines.push(`Budget: ${dollars(budget.usdPerMonth)} a month, ${verdict}.`);
  }
  return lines;
}

/** What finance pays whatever becomes of this fleet. */
function paidSentence({ paidAnyway }: FleetPlan["cost"]): string {
  if (paidAnyway === undefined) return "";
  const { usdPerMonth, idle } = paidAnyway;
  return `Of this, ${dollars(usdPerMonth)} a month is paid anyway, for nodes that are held${idle.usdPerMonth > 0 ? `; ${dollars(idle.usdPerMonth)} of it for those that stand idle` : ""}.`;
}

function proof(plan: FleetPlan, rendering: PlanRendering): string[] {
  const style = styleFor(rendering.color);
  const { status, gap, lowerBoundUsdPerHour, restrictions } = plan.optimality;
  const verdict =
    status === "optimal" || gap === 0
      ? "no cheaper fleet exists under the rules"
      : lowerBoundUsdPerHour === 0
        ? "none; how much could be saved is not known"
        : `at most ${percent(gap, 2)} of the cost could be saved: no fleet under the rules costs less than ${hourly(lowerBoundUsdPerHour)} an hour`;
  return [
    ...wrap(`${style.strong("Proof")}: ${verdict}.`, rendering.width),
    ...(restrictions.length > 0 ? ["Rules beside the spec's:"] : []),
    ...restrictions.flatMap((rule) => wrap(`- ${rule}`, rendering.width, "  ", "    ")),
  ];
}

function constraintSection({ constraints = [] }: FleetPlan, rendering: FindingRendering): string[] {
  if (constraints.length === 0) return [];
  return [styleFor(rendering.color).strong("What the lines of the spec cost"), ...constraintLines(constraints, rendering)];
}

function alternativesSection(plan: FleetPlan, rendering: PlanRendering): string[] {
  const alternatives = plan.alternatives ?? [];
  const names = [...new Set(alternatives.map((alternative) => alternative.workload))];
  return names.flatMap((name, index) => {
    const slo = plan.workloads.find((workload) => workload.name === name)?.slo ?? {};
    const own = alternatives.filter((alternative) => alternative.workload === name);
    const title = `Other ways to serve ${name}, each priced as if it were alone`;
    return [...(index > 0 ? [""] : []), ...wrap(title, rendering.width), ...alternativesLines(own, slo, rendering)];
  });
}
