import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { deviceOf } from "../planner/plan/slots.ts";
import type { OtherFleet } from "../planner/plan/ways-not-taken.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { layoutText } from "./layout-text.ts";
import { cents, grouped } from "./money.ts";
import { counted } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** The next-best fleets beside the plan's own, cheapest first: what each does without, what it costs more and what it buys and moves. */
export function otherFleetLines(plan: FleetPlan, rendering: Rendering): string[] {
  const fleets = plan.otherFleets ?? [];
  if (fleets.length === 0) return [];
  const columns: readonly Column<OtherFleet>[] = [
    { header: "Fleet", cell: ({ without }) => without },
    { header: "USD/month", align: "right", cell: ({ usdPerMonth }) => cents(usdPerMonth) },
    { header: "More", align: "right", cell: ({ moreUsdPerMonth }) => `+${cents(moreUsdPerMonth)}` },
    { header: "Nodes", cell: nodesText, stack: 1 },
    { header: "Served otherwise", cell: (fleet) => movedText(fleet, plan), stack: 2 },
  ];
  const style = styleFor(rendering.color);
  return [
    ...wrap(`${counted(fleets.length, "next-best fleet")} that a person would call different`, rendering.width).map(style.faint),
    ...renderColumns({ columns, rows: fleets }, rendering),
  ];
}

const nodesText = ({ pools }: OtherFleet): string =>
  pools.map(({ nodes, instanceType, market }) => `${grouped(nodes)} x ${instanceType} ${market}`).join(" + ");

/** The workloads that another GPU, format or layout serves: `chat on l40s tp2 fp8`. */
function movedText({ workloads }: OtherFleet, plan: FleetPlan): string {
  const moved = workloads.filter(({ workload, gpu, precision, tensorParallel, vcpus, nodesPerReplica = 1 }) => {
    const [own] = plan.workloads.find(({ name }) => name === workload)?.deployments ?? [];
    const pool = plan.pools.find(({ name }) => name === own?.pool);
    if (own === undefined || pool === undefined || own.precision !== precision) return true;
    const device = deviceOf(pool, own);
    return device.gpu !== gpu || device.vcpus !== vcpus || own.tensorParallel !== tensorParallel || own.nodesPerReplica !== nodesPerReplica;
  });
  return moved.map(({ workload, ...layout }) => `${workload} on ${layoutText(layout)}`).join(", ");
}
