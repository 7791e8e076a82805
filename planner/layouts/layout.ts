import type { KvCacheDtype } from "../spec/fleet-spec.ts";
import type { Precision } from "./precision.ts";

/** How one replica of a model is laid out on GPUs of one type. The nouns of an engine's command line, decided. */
export interface Layout {
  /** Catalog id of the GPU; of the processor where the replica takes part of a node without GPUs. */
  readonly gpu: string;
  /** vCPUs of such a part; missing on GPUs. */
  readonly vcpus?: number;
  readonly tensorParallel: number;
  readonly pipelineParallel: number;
  /** Attention data parallelism inside one replica (mixture of experts); dense models use replicas instead. */
  readonly dataParallel: number;
  /** 1 = experts are sharded like everything else; otherwise tensorParallel x dataParallel. */
  readonly expertParallel: number;
  readonly precision: Precision;
  readonly kvCacheDtype: KvCacheDtype;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Share of the memory that CUDA reports, 0 to 1. */
  readonly gpuMemoryUtilization: number;
  readonly enforceEager: boolean;
}

/** More would be slower for the same memory than any replica that was ever measured. */
export const mostNodesPerReplica = 8;

export const gpusPerReplica = (layout: Pick<Layout, "tensorParallel" | "pipelineParallel" | "dataParallel">): number =>
  layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;

/** The identity of a layout inside a fleet, readable: `l40s-tp2-fp8`, `genoa-16vcpu-fp32`. Only what differs from 1 is said. */
export const layoutKey = (layout: Layout): string =>
  [
    layout.gpu,
    layout.vcpus === undefined ? `tp${layout.tensorParallel}` : `${layout.vcpus}vcpu`,
    layout.pipelineParallel > 1 ? `pp${layout.pipelineParallel}` : "",
    layout.dataParallel > 1 ? `dp${layout.dataParallel}` : "",
    layout.expertParallel > 1 ? `ep${layout.expertParallel}` : "",
    layout.precision,
  ]
    .filter((part) => part !== "")
    .join("-");
