import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { idleName } from "../planner/plan/paid-nodes.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { idlePaidNodes, type PricedNodes } from "./idle-nodes.ts";
import { cents, grouped, hourlyDecimals } from "./money.ts";
import { gpusOf, hasGpus, vcpusOf } from "./node-devices.ts";
import { counted } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** A row per pool with the price of a node and the day of that price, and one for each kind of nodes that stand idle and are paid for. Adds up to the plan's total. */
export function poolLines(plan: FleetPlan, rendering: Rendering): string[] {
  const rows: readonly PricedNodes[] = [...plan.pools, ...idlePaidNodes(plan).map((idle) => ({ ...idle, name: idleName }))];
  if (rows.length === 0) return [];
  const decimals = hourlyDecimals(rows.map((pool) => pool.usdPerNodeHour));
  const columns: readonly Column<PricedNodes>[] = [
    { header: "Pool", cell: (pool) => pool.name, stack: 1 },
    { header: "Instance type", cell: (pool) => pool.instanceType },
    { header: "Market", cell: (pool) => pool.market, stack: 3 },
    { header: "Zones", cell: zonesText, stack: 2 },
    { header: "Nodes", align: "right", cell: nodesText },
    ...(rows.some(hasGpus) ? [column("GPUs", gpusOf)] : []),
    ...(rows.every(hasGpus) ? [] : [column("vCPUs", vcpusOf)]),
    { header: "USD/node-h", align: "right", cell: (pool) => `${pool.price.estimated ? "~" : ""}${grouped(pool.usdPerNodeHour, decimals)}` },
    { header: "USD/month", align: "right", cell: (pool) => cents(plan.cost.byPool[pool.name]?.usdPerMonth ?? pool.usdPerMonth) },
    { header: "Price as of", cell: ({ price }) => price.asOf },
  ];
  const sum = (count: (pool: PricedNodes) => number): string => grouped(rows.reduce((total, pool) => total + count(pool), 0));
  const total = {
    Nodes: sum((pool) => pool.nodes),
    GPUs: sum(gpusOf),
    vCPUs: sum(vcpusOf),
    "USD/month": cents(plan.cost.usdPerMonth),
  };
  const estimated = rows.some((pool) => pool.price.estimated) ? " (~ marks a price computed from another one)" : "";
  return [
    ...wrap(`${counted(plan.pools.length, "pool")} of nodes${estimated}`, rendering.width).map(styleFor(rendering.color).faint),
    ...renderColumns({ columns, rows, total }, rendering),
  ];
}

/** Base and peak where nodes follow the hours of the day: `1 to 4`. */
const nodesText = ({ nodes, minNodes = nodes }: PricedNodes): string =>
  minNodes === nodes ? grouped(nodes) : `${grouped(minNodes)} to ${grouped(nodes)}`;

/** Empty where a pool has none. */
const column = (header: string, count: (pool: PricedNodes) => number): Column<PricedNodes> => ({
  header,
  align: "right",
  cell: (pool) => (count(pool) === 0 ? "" : grouped(count(pool))),
  drop: 1,
});

/** `us-east-1a` or, for several, `us-east-1 a b c`. */
function zonesText({ zones, region }: PricedNodes): string {
  const [only] = zones;
  if (only === undefined) return region;
  if (zones.length === 1) return only;
  return `${region} ${zones.map((zone) => zone.replace(region, "").replace(/^-/, "")).join(" ")}`;
}
