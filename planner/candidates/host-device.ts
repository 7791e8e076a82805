import type { Cpu } from "../../catalog/schema/cpu.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";

/** Cores, memory and memory bandwidth that a replica gets of a node without GPUs. */
export interface HostPart {
  readonly vcpus: number;
  readonly memoryBytes: number;
  /** Null: not known. */
  readonly memoryBandwidthGBps: number | null;
}

/**
 * A part of a CPU-only node as the planner sees hardware: one device with the part's memory, its bandwidth and the peak of its cores.
 * `id` says which part, so that a layout on it is told apart from one on a larger part.
 */
export function hostDevice(cpu: Cpu, id: string, part: HostPart): Gpu {
  const cores = part.vcpus / cpu.vcpusPerCore;
  const teraPeak = (perCycle: number): number => (cores * cpu.allCoreGHz * perCycle) / 1e3;
  return {
    id,
    name: `${cpu.name}, ${part.vcpus} vCPUs`,
    vendor: cpu.vendor,
    architecture: cpu.id,
    computeCapability: cpu.arch === "amd64" ? "x86-64" : "arm64",
    memoryGB: part.memoryBytes / 1e9,
    memoryKind: "host",
    memoryUsableMiB: null,
    memorySource: null,
    ec2ApiMemoryMiB: null,
    cudaMemoryBytes: Math.floor(part.memoryBytes),
    cudaMemorySource: "the replica's share of the node's allocatable memory",
    cudaMemoryEstimated: false,
    memoryBandwidthGBps: part.memoryBandwidthGBps,
    tflopsDense: {
      fp32: teraPeak(cpu.fp32FlopPerCycle),
      tf32: null,
      fp16: null,
      bf16: null,
      fp8: null,
      int8: teraPeak(cpu.int8OpsPerCycle),
      fp4: null,
    },
    nvlinkGBps: null,
    linkDomainGpus: null,
    link: "none",
    pcieGen: null,
    performanceFamily: cpu.id,
    tdpWatts: null,
    formFactor: "host",
    aliases: [],
    verification: "recalled",
    note: cpu.note,
    source: cpu.source,
    asOf: cpu.asOf,
  };
}
