import type { ServingPoint } from "../planner/performance/serving-point.ts";
import type { FleetPlan, PlannedDeployment, PlannedPool, PlannedWorkload } from "../planner/plan/fleet-plan.ts";
import { idleName } from "../planner/plan/paid-nodes.ts";
import { deviceOf } from "../planner/plan/slots.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { speedColumns } from "./latency-cell.ts";
import { layoutText } from "./layout-text.ts";
import { modelName } from "./model-name.ts";
import { cents, grouped, perMillionTokens } from "./money.ts";
import { pricesAsOf } from "./price-age.ts";
import { counted } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** One line: the deployments of a workload with one layout on one instance type in one market, zones together. */
interface Line {
  readonly name: string;
  /** Missing for nodes that stand idle and are paid for anyway. */
  readonly workload?: PlannedWorkload;
  /** The workload's name, model and cost stand on its first line only. */
  readonly first: boolean;
  readonly usdPerMonth: number;
  readonly bought?: {
    readonly pool: PlannedPool;
    readonly deployment: PlannedDeployment;
    readonly replicas: number;
    readonly slowest: ServingPoint;
  };
}

const before: readonly Column<Line>[] = [
  { header: "Workload", cell: ({ name, first }) => (first ? name : "") },
  { header: "Model", cell: ({ workload, first }) => (first && workload !== undefined ? modelName(workload.model) : ""), stack: 1 },
  {
    header: "Layout",
    cell: ({ bought }) => (bought === undefined ? "" : layoutText({ ...bought.deployment, ...deviceOf(bought.pool, bought.deployment) })),
    stack: 4,
  },
  { header: "Instance type", cell: ({ bought }) => bought?.pool.instanceType ?? "", stack: 3 },
  { header: "Market", cell: ({ bought }) => bought?.pool.market ?? "", stack: 2 },
  { header: "Replicas", align: "right", cell: ({ workload, bought }) => (workload === undefined ? "" : grouped(bought?.replicas ?? 0)) },
];

const after: readonly Column<Line>[] = [
  { header: "USD/month", align: "right", cell: ({ first, usdPerMonth }) => (first ? cents(usdPerMonth) : "") },
  {
    header: "USD/Mtok",
    align: "right",
    cell: ({ workload, first }) => (first && workload !== undefined ? perMillionTokens(workload.cost.usdPerMillionTokens) : ""),
    drop: 1,
  },
];

/** A row per workload; more lines where its replicas stand on several instance types or markets or have several layouts; one for what stands idle and is paid for anyway. Adds up to the plan's total. */
export function workloadLines(plan: FleetPlan, rendering: Rendering): string[] {
  const pools = new Map(plan.pools.map((pool) => [pool.name, pool]));
  const idle = plan.cost.byWorkload[idleName];
  const rows = [
    ...plan.workloads.flatMap((workload) => linesOf(workload, plan.cost.byWorkload[workload.name]?.usdPerMonth ?? 0, pools)),
    ...(idle === undefined ? [] : [{ name: idleName, first: true, usdPerMonth: idle.usdPerMonth }]),
  ];
  const speeds = speedColumns(
    rows,
    ({ bought }) => bought?.slowest,
    ({ workload }) => workload?.slo ?? {},
  );
  const columns = [...before, ...speeds, ...after];
  const total = { "USD/month": cents(plan.cost.usdPerMonth) };
  const title = `${counted(plan.workloads.length, "workload")} (predicted / target; ${pricesAsOf(plan.pools.map((pool) => pool.price.asOf))})`;
  return [...wrap(title, rendering.width).map(styleFor(rendering.color).faint), ...renderColumns({ columns, rows, total }, rendering)];
}

function linesOf(workload: PlannedWorkload, usdPerMonth: number, pools: ReadonlyMap<string, PlannedPool>): Line[] {
  const groups = new Map<string, { pool: PlannedPool; deployments: PlannedDeployment[] }>();
  for (const deployment of workload.deployments) {
    const pool = pools.get(deployment.pool);
    if (pool === undefined) continue;
    const key = `${pool.instanceType} ${pool.market} ${layoutText({ ...deployment, ...deviceOf(pool, deployment) })}`;
    const group = groups.get(key) ?? { pool, deployments: [] };
    group.deployments.push(deployment);
    groups.set(key, group);
  }
  if (groups.size === 0) return [{ name: workload.name, workload, first: true, usdPerMonth }];
  return [...groups.values()].flatMap(({ pool, deployments }, index) => {
    const slowest = deployments.toSorted((a, b) => b.predicted.ttftMs.p95 - a.predicted.ttftMs.p95)[0];
    if (slowest === undefined) return [];
    const replicas = deployments.reduce((sum, deployment) => sum + deployment.replicas, 0);
    return [
      {
        name: workload.name,
        workload,
        first: index === 0,
        usdPerMonth,
        bought: { pool, deployment: slowest, replicas, slowest: slowest.predicted },
      },
    ];
  });
}
