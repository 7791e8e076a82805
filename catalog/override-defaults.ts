import type { Gpu } from "./schema/gpu.ts";
import type { InstanceType } from "./schema/instance-type.ts";
import type { Model } from "./schema/model.ts";

/** A row as a person wrote it: only what they know, in the units they think in. */
export type PartialRow = { readonly id: string } & Readonly<Record<string, unknown>>;

/** Source and day for rows that do not say their own. */
export interface Provenance {
  readonly source: string;
  readonly asOf?: string;
}

const numberOf = (row: Readonly<Record<string, unknown>>, field: string): number | undefined =>
  typeof row[field] === "number" ? row[field] : undefined;

const asObject = (value: unknown): object => (typeof value === "object" && value !== null ? value : {});

/** `memoryGiB: 512` for `memoryBytes`; the bytes win when both are given. */
function gibibytesToBytes(row: PartialRow, fields: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const { ...rest }: Record<string, unknown> = row;
  for (const [gib, bytes] of Object.entries(fields)) {
    const value = numberOf(row, gib);
    if (value === undefined) continue;
    delete rest[gib];
    rest[bytes] ??= Math.round(value * 2 ** 30);
  }
  return rest;
}

/** Fields that may stand in a file for those of the schema. */
export const friendlyInstanceFields = { memoryGiB: "memoryBytes", allocatableMemoryGiB: "allocatableMemoryBytes" } as const;

export function completeInstanceType(given: PartialRow, bundled: InstanceType | undefined, head: Provenance): unknown {
  const row = gibibytesToBytes(given, friendlyInstanceFields);
  const gpuCount = numberOf(row, "gpuCount") ?? 0;
  const defaults = {
    gpu: null,
    gpuCount: 0,
    allocatableMemoryBytes: null,
    arch: "amd64",
    networkGbps: null,
    gpuDirectNetworking: false,
    efaInterfaces: null,
    interconnect: gpuCount > 1 ? "pcie" : null,
    localSsdGB: 0,
    ebsGbps: null,
    maxPods: null,
    capacityTypes: row.cloud === "static" ? [] : ["on-demand", "spot"],
    memoryBandwidthGBps: null,
    machineType: null,
    note: null,
  };
  return { ...(bundled ?? defaults), ...head, ...row };
}

export function completeGpu(given: PartialRow, bundled: Gpu | undefined, head: Provenance): unknown {
  const usableMiB = numberOf(given, "memoryUsableMiB");
  const pcieGen = numberOf(given, "pcieGen");
  const defaults = {
    name: given.id,
    vendor: "NVIDIA",
    memoryGB: usableMiB === undefined ? undefined : Math.round(usableMiB / 1024),
    computeCapability: null,
    cudaMemoryBytes: null,
    nvlinkGBps: null,
    link: pcieGen === undefined ? "none" : `pcie${pcieGen}`,
    pcieGen: null,
    performanceFamily: null,
    tdpWatts: null,
    formFactor: "not stated",
    aliases: [],
    verification: "recalled",
    note: null,
  };
  const unknown = { fp32: null, tf32: null, fp16: null, bf16: null, fp8: null, int8: null, fp4: null };
  const tflopsDense =
    "tflopsDense" in given ? { tflopsDense: { ...unknown, ...bundled?.tflopsDense, ...asObject(given.tflopsDense) } } : {};
  // A changed nvidia-smi figure must reach the rule again.
  const unestimated = bundled?.cudaMemoryEstimated ? { cudaMemoryBytes: null, cudaMemorySource: null, cudaMemoryEstimated: false } : {};
  return { ...(bundled ?? defaults), ...unestimated, ...head, ...given, ...tflopsDense };
}

/** A plain decoder in 16 bits unless the row says otherwise. `kvCache` is left out here: it follows from the completed row. */
export function completeModel(given: PartialRow, bundled: Model | undefined, head: Provenance): unknown {
  const parameters = numberOf(given, "parameters") ?? 0;
  const heads = numberOf(given, "numAttentionHeads");
  const kvHeads = numberOf(given, "numKvHeads");
  const tied = given.tieWordEmbeddings === true;
  const inputTable = tied ? 0 : (numberOf(given, "vocabSize") ?? 0) * (numberOf(given, "hiddenSize") ?? 0);
  const active = numberOf(given, "parametersActive");
  const is16Bit = given.nativePrecision === undefined || given.nativePrecision === "bf16" || given.nativePrecision === "fp16";
  const defaults = {
    family: given.id,
    task: "generate",
    architecture: given.moe === undefined ? "dense" : "moe",
    attention: given.mla !== undefined ? "mla" : kvHeads === heads ? "mha" : kvHeads === 1 ? "mqa" : "gqa",
    parametersLanguage: given.parameters,
    parametersReadPerToken: active ?? (given.moe === undefined ? Math.max(1, parameters - inputTable) : null),
    nativePrecision: "bf16",
    weightLayout: { kind: "decoder" },
    weightBytesNative: is16Bit && parameters > 0 ? parameters * 2 : null,
    license: "not stated",
  };
  const { source, ...day } = head;
  return { ...(bundled ?? defaults), sources: [source], ...day, kvCache: undefined, ...given };
}
