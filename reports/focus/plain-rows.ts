import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { idleName } from "../../planner/plan/paid-nodes.ts";
import { type CsvValue, csvText } from "./csv.ts";
import { type ForecastOptions, forecast } from "./forecast.ts";
import { planHash } from "./plan-hash.ts";

/** The same rows under the names of the plan, for whoever does not speak FOCUS. */
export interface PlainRow {
  readonly month: string;
  readonly fleet: string;
  /** Or that its nodes stand idle and are paid for anyway. */
  readonly workload: string;
  readonly costCenter: string | null;
  readonly cloud: string;
  readonly region: string;
  readonly zone: string | null;
  readonly pool: string;
  readonly instanceType: string;
  readonly market: string;
  /** null on nodes without GPUs. */
  readonly gpu: string | null;
  readonly gpusHeld: number;
  readonly nodeHours: number;
  readonly gpuHours: number;
  readonly usdPerNodeHour: number;
  readonly listUsdPerNodeHour: number;
  readonly costUsd: number;
  readonly listCostUsd: number;
  readonly priceAsOf: string;
  readonly planSha256: string;
}

export function plainRows(plan: FleetPlan, options: ForecastOptions): PlainRow[] {
  const planSha256 = planHash(plan);
  return forecast(plan, options).map(({ month, pool, workload, slots, share: _, ...figures }) => ({
    month: month.name,
    fleet: plan.fleet,
    workload: workload?.name ?? idleName,
    costCenter: workload?.costCenter ?? null,
    cloud: pool.cloud,
    region: pool.region,
    zone: pool.zones.length === 1 ? (pool.zones[0] ?? null) : null,
    pool: pool.name,
    instanceType: pool.instanceType,
    market: pool.market,
    gpu: pool.gpu,
    gpusHeld: pool.cpu === undefined ? slots : 0,
    nodeHours: figures.nodeHours,
    gpuHours: pool.cpu === undefined ? figures.slotHours : 0,
    usdPerNodeHour: pool.usdPerNodeHour,
    listUsdPerNodeHour: figures.listUsdPerNodeHour,
    costUsd: figures.costUsd,
    listCostUsd: figures.listCostUsd,
    priceAsOf: pool.price.asOf,
    planSha256,
  }));
}

const columns = [
  "month",
  "fleet",
  "workload",
  "costCenter",
  "cloud",
  "region",
  "zone",
  "pool",
  "instanceType",
  "market",
  "gpu",
  "gpusHeld",
  "nodeHours",
  "gpuHours",
  "usdPerNodeHour",
  "listUsdPerNodeHour",
  "costUsd",
  "listCostUsd",
  "priceAsOf",
  "planSha256",
] as const satisfies readonly (keyof PlainRow)[];

export const plainCsv = (plan: FleetPlan, options: ForecastOptions): string =>
  csvText(
    columns,
    plainRows(plan, options).map((row) => columns.map((column): CsvValue => row[column])),
  );
