import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { dollars, grouped, hourlyDecimals } from "./money.ts";
import { gpusOf, hasGpus, vcpusOf } from "./node-devices.ts";
import { counted } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly nodes: number;
  readonly gpus: number;
  /** Of the nodes without GPUs. */
  readonly vcpus: number;
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
    const now = pools.map((pool, index) => ({ ...pool, nodes: counts[index] ?? 0 }));
    const [gpus, vcpus] = [sumOf(now, gpusOf), sumOf(now, vcpusOf)];
    if (isSame) stretches[stretches.length - 1] = { ...last, to: hour + 1 };
    else stretches.push({ from: hour, to: hour + 1, nodes, gpus, vcpus, usdPerHour });
  }
  const decimals = hourlyDecimals(rates);
  const columns: readonly Column<Stretch>[] = [
    { header: "Hours UTC", cell: ({ from, to }) => `${clock(from)} to ${clock(to)}` },
    column("Nodes", ({ nodes }) => nodes),
    ...(pools.some(hasGpus) ? [column("GPUs", ({ gpus }) => gpus)] : []),
    ...(pools.every(hasGpus) ? [] : [column("vCPUs", ({ vcpus }) => vcpus)]),
    { header: "USD/h", align: "right", cell: ({ usdPerHour }) => grouped(usdPerHour, decimals) },
  ];
  const base = pools.reduce((sum, pool) => sum + pool.minNodes, 0);
  const peak = pools.reduce((sum, pool) => sum + pool.nodes, 0);
  if (stretches.length === 1) return wrap("By the hour: every node is needed in every hour of the profile.", rendering.width);
  const title = `By the hour, with ${counted(base, "base node")} and up to ${grouped(peak)}: ${dollars(scaled.usdPerMonth)} a month if nodes follow the profile, ${dollars(cost.usdPerMonth - scaled.usdPerMonth)} less than around the clock`;
  return [...wrap(title, rendering.width).map(styleFor(rendering.color).faint), ...renderColumns({ columns, rows: stretches }, rendering)];
}

const sumOf = (pools: FleetPlan["pools"], count: (pool: FleetPlan["pools"][number]) => number): number =>
  pools.reduce((sum, pool) => sum + count(pool), 0);

const column = (header: string, count: (stretch: Stretch) => number): Column<Stretch> => ({
  header,
  align: "right",
  cell: (stretch) => grouped(count(stretch)),
});

const clock = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
