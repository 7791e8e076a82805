import { readFileSync } from "node:fs";
import type { Catalog } from "../../catalog/catalog.ts";
import { hostDevice } from "../../planner/candidates/host-device.ts";
import { completeLayout } from "../../planner/layouts/complete.ts";
import type { Precision } from "../../planner/layouts/precision.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import type { ServingPoint } from "../../planner/performance/serving-point.ts";

/** llama.cpp on the cores of one host, one request at a time: tokens per second of decoding, or the time of a prompt. */
export interface HostRow {
  readonly id: string;
  readonly model: string;
  readonly cpu: string;
  readonly vcpus: number;
  readonly memoryBandwidthGBps: number;
  readonly precision: Precision;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly outputTokensPerSecond?: number;
  readonly ttftMs?: number;
  readonly source: string;
}

export const hostRows = JSON.parse(readFileSync(new URL("data/hosts.json", import.meta.url), "utf8")) as readonly HostRow[];

/** More memory than any of the rows needs: none says how much its host had. */
const memoryBytes = 128e9;

export function predictedOnHost(row: HostRow, catalog: Catalog): ServingPoint {
  const model = catalog.models.find(({ id }) => id === row.model);
  const cpu = catalog.cpus.find(({ id }) => id === row.cpu);
  const release = engineRelease(catalog.engines, "llama.cpp", "0.9.0");
  if (model === undefined || cpu === undefined || "code" in release) throw new Error(`no facts of ${row.id}`);
  const { vcpus, memoryBandwidthGBps } = row;
  const gpu = hostDevice(cpu, row.cpu, { vcpus, memoryBytes, memoryBandwidthGBps });
  const layout = completeLayout(model, gpu, release, { precision: row.precision, maxModelLen: Math.min(model.maxContext, 20_000) });
  const memory = memoryBudget(model, gpu, release, layout);
  const { inputTokens, outputTokens } = row;
  const lengths = { inputTokens, outputTokens, inputTokensP95: null, prefixCacheHitRate: 0 };
  const replica = { model, gpu, release, layout, memory, link: gpu.link, constants: catalog.stepTime };
  return estimate(replica, lengths, { kind: "closed", concurrency: 1 });
}

/** Measured over predicted time: above 1 the prediction was too fast. */
export function measuredOverPredicted(row: HostRow, catalog: Catalog): number {
  const { tpotMs, ttftMs } = predictedOnHost(row, catalog);
  return row.ttftMs === undefined ? 1e3 / (row.outputTokensPerSecond ?? Number.NaN) / tpotMs.mean : row.ttftMs / ttftMs.mean;
}
