import { readFileSync } from "node:fs";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { hostDevice } from "../../planner/candidates/host-device.ts";
import type { Precision } from "../../planner/layouts/precision.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import type { Replica } from "../../planner/performance/replica.ts";

interface Row {
  readonly id: string;
  readonly model: string;
  readonly device: string;
  readonly cores?: number;
  readonly memoryBandwidthGBps?: number;
  readonly engine: string;
  readonly precision: Precision;
  readonly source: string;
}

export interface EmbeddingRow extends Row {
  readonly inputTokens: number;
  readonly tokensPerSecond: number;
}

export interface TranscriptionRow extends Row {
  readonly batch: number;
  readonly audioSeconds?: number;
  readonly seconds?: number;
  readonly tokensPerWindow?: number;
  readonly windowsPerSecond?: number;
}

interface TaskRows {
  readonly embedding: readonly EmbeddingRow[];
  readonly transcription: readonly TranscriptionRow[];
  readonly models: readonly (Partial<Model> & { readonly id: string; readonly base: string })[];
}

export const taskRows = (): TaskRows => JSON.parse(readFileSync(new URL("./data/tasks.json", import.meta.url), "utf8")) as TaskRows;

/** The replica that was measured. Engines that are not planned for borrow the profile of the one that is asked about. */
export function measuredReplica(
  row: Row,
  rows: TaskRows,
  catalog: Catalog,
  profile: string,
  batch: { maxNumSeqs: number; tokens: number },
): Replica {
  const extra = rows.models.find(({ id }) => id === row.model);
  const base = catalog.models.find(({ id }) => id === (extra?.base ?? row.model));
  if (base === undefined) throw new Error(`no facts of ${row.model}`);
  const { base: _base, source: _source, ...own } = (extra ?? {}) as Record<string, unknown>;
  const model = { ...base, ...own } as Model;
  const gpu = deviceOf(row, catalog);
  const version = catalog.engines.find(({ name }) => name === profile)?.newestVersion ?? "";
  const release = engineRelease(catalog.engines, profile, version);
  if ("code" in release) throw new Error(release.message);
  const layout = {
    ...{ gpu: gpu.id, tensorParallel: 1, pipelineParallel: 1, dataParallel: 1, expertParallel: 1, kvCacheDtype: "auto" as const },
    ...{ precision: row.precision, maxModelLen: model.maxContext, maxNumSeqs: batch.maxNumSeqs, maxNumBatchedTokens: batch.tokens },
    ...{ gpuMemoryUtilization: release.gpuMemoryUtilization, enforceEager: false },
  };
  return { model, gpu, release, layout, memory: memoryBudget(model, gpu, release, layout), link: gpu.link, constants: catalog.stepTime };
}

function deviceOf({ device, cores, memoryBandwidthGBps }: Row, catalog: Catalog): Gpu {
  const gpu = catalog.gpus.find(({ id }) => id === device);
  if (gpu !== undefined) return gpu;
  const cpu = catalog.cpus.find(({ id }) => id === device);
  if (cpu === undefined) throw new Error(`no facts of ${device}`);
  return hostDevice(cpu, device, {
    vcpus: (cores ?? 1) * cpu.vcpusPerCore,
    memoryBytes: 32e9,
    memoryBandwidthGBps: memoryBandwidthGBps ?? null,
  });
}
