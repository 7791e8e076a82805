import type { FleetPlan, PaidNodes } from "../planner/plan/fleet-plan.ts";
import { hoursPerMonth } from "../planner/units.ts";
import { wrap } from "./columns.ts";
import { dollars, grouped } from "./money.ts";
import { type Rendering, styleFor } from "./style.ts";

/** What is paid for whether or not the fleet uses it: how much of it is used, what the rest costs, and what it takes to pay. */
export function paidLines({ paidNodes = [] }: FleetPlan, rendering: Rendering): string[] {
  if (paidNodes.length === 0) return [];
  return [
    styleFor(rendering.color).strong("Paid for anyway, and filled first"),
    ...paidNodes.flatMap((kind) => wrap(`- ${paidText(kind)}`, rendering.width, "  ", "    ")),
  ];
}

function paidText({ instanceType, market, region, nodes, idleNodes, usdPerMonth, breakEvenHoursPerMonth }: PaidNodes): string {
  const use = `${instanceType} ${market} in ${region}: ${grouped(nodes - idleNodes)} of ${grouped(nodes)} nodes in use`;
  const idle = idleNodes === 0 ? "" : `, ${dollars(usdPerMonth)} a month for what stands idle`;
  const pays =
    breakEvenHoursPerMonth === null
      ? ""
      : breakEvenHoursPerMonth > hoursPerMonth
        ? "; a node costs more than on demand would around the clock"
        : `; a node is cheaper than on demand from ${grouped(breakEvenHoursPerMonth)} of ${hoursPerMonth} hours a month on`;
  return `${use}${idle}${pays}`;
}
