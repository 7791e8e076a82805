import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { dollars, grouped, hourlyDecimals } from "./money.ts";
import { counted } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly nodes: number;
  readonly gpus: number;
  readonly usdPerHour: number;
}

/** The hours of the day in which the fleet is the same, one a row, and what following them would leave of the headline. */
export function dayLines({ pools, cost }: FleetPlan, rendering: Rendering): string[] {
  const { usdPerHourByHour: rates, scaled } = cost;
  if (rates === undefined || scaled === undefined) return [];
  const nodesAt = (hour: number) => pools.map((pool) => pool.nodesByHour?.[hour] ?? pool.nodes);
  const stretches: Stretch[] = [];
  let before = "";
  for (const [hour, usdPerHour] of rates.entries()) {
    const counts = nodesAt(hour);
    const last = stretches.at(-1);
    const isSame = last !== undefined && counts.join() === before;
    before = counts.join();
    const nodes = counts.reduce((sum, count) => sum + count, 0);
    const gpus = pools.reduce((sum, pool, index) => sum + (counts[index] ?? 0) * pool.gpusPerNode, 0);
    if (isSame) stretches[stretches.length - 1] = { ...last, to: hour + 1 };
    else stretches.push({ from: hour, to: hour + 1, nodes, gpus, usdPerHour });
  }
  const decimals = hourlyDecimals(rates);
  const columns: readonly Column<Stretch>[] = [
    { header: "Hours UTC", cell: ({ from, to }) => `${clock(from)} to ${clock(to)}` },
    { header: "Nodes", align: "right", cell: ({ nodes }) => grouped(nodes) },
    { header: "GPUs", align: "right", cell: ({ gpus }) => grouped(gpus) },
    { header: "USD/h", align: "right", cell: ({ usdPerHour }) => grouped(usdPerHour, decimals) },
  ];
  const base = pools.reduce((sum, pool) => sum + pool.minNodes, 0);
  const peak = pools.reduce((sum, pool) => sum + pool.nodes, 0);
  const title = `By the hour, with ${counted(base, "base node")} and up to ${grouped(peak)}: ${dollars(scaled.usdPerMonth)} a month if nodes follow the profile, ${dollars(cost.usdPerMonth - scaled.usdPerMonth)} less than around the clock`;
  return [...wrap(title, rendering.width).map(styleFor(rendering.color).faint), ...renderColumns({ columns, rows: stretches }, rendering)];
}

const clock = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
