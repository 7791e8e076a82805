import type { Alternative } from "../planner/plan/ways-not-taken.ts";
import type { Slo } from "../planner/spec/fleet-spec.ts";
import { type Column, renderColumns } from "./columns.ts";
import { speedColumns } from "./latency-cell.ts";
import { layoutText } from "./layout-text.ts";
import { cents, dollars, grouped, perMillionTokens } from "./money.ts";
import { counted } from "./quantity.ts";
import type { Rendering } from "./style.ts";

/** The ways to serve one workload beside each other, cheapest first, as the plan lists them. */
export function alternativesLines(alternatives: readonly Alternative[], slo: Slo, rendering: Rendering): string[] {
  const rank = new Map(alternatives.map((alternative, index) => [alternative, index + 1]));
  const columns: readonly Column<Alternative>[] = [
    { header: "#", align: "right", cell: (way) => grouped(rank.get(way) ?? 0) },
    { header: "Nodes", cell: nodesText, stack: 6 },
    { header: "Cluster", cell: (way) => way.cluster, stack: 1 },
    { header: "Layout", cell: layoutText, stack: 2 },
    {
      header: "Replicas",
      align: "right",
      cell: (way) => grouped(way.replicas),
      detail: (way) => counted(way.replicas, "replica"),
      stack: 4,
    },
    ...speedColumns(
      alternatives,
      (way) => way.predicted,
      () => slo,
    ),
    { header: "USD/month", align: "right", cell: (way) => cents(way.usdPerMonth) },
    {
      header: "USD/Mtok",
      align: "right",
      cell: (way) => perMillionTokens(way.usdPerMillionTokens),
      detail: (way) => (way.usdPerMillionTokens === null ? "" : `${dollars(way.usdPerMillionTokens, 3)}/Mtok`),
      stack: 5,
    },
    { header: "Price as of", cell: oldestPrice, detail: (way) => `price as of ${oldestPrice(way)}`, stack: 3 },
  ];
  return renderColumns({ columns, rows: alternatives }, rendering);
}

/** `2 x g6e.12xlarge on-demand`; a mix is joined with plus signs. */
const nodesText = (way: Alternative): string =>
  way.pools.map(({ nodes, instanceType, market }) => `${grouped(nodes)} x ${instanceType} ${market}`).join(" + ");

const oldestPrice = (way: Alternative): string => way.pools.map((pool) => pool.priceAsOf).toSorted()[0] ?? "";
