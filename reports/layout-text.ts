import type { Precision } from "../planner/layouts/precision.ts";

export interface LayoutWords {
  readonly gpu: string;
  readonly precision: Precision;
  readonly tensorParallel: number;
  /** Of a part of a node without GPUs; `gpu` is then the processor. */
  readonly vcpus?: number;
  readonly pipelineParallel?: number;
  readonly dataParallel?: number;
  readonly expertParallel?: number;
  readonly nodesPerReplica?: number;
}

/**
 * `l40s tp2 fp8`, `genoa 16vcpu fp32`: device, how much of it, precision. Pipeline, data and expert parallelism and several nodes only where
 * there are any.
 */
export function layoutText(layout: LayoutWords): string {
  const more = (name: string, size: number | undefined): string[] => (size === undefined || size < 2 ? [] : [`${name}${size}`]);
  return [
    layout.gpu,
    layout.vcpus === undefined ? `tp${layout.tensorParallel}` : `${layout.vcpus}vcpu`,
    ...more("pp", layout.pipelineParallel),
    ...more("dp", layout.dataParallel),
    ...more("ep", layout.expertParallel),
    layout.precision,
    ...((layout.nodesPerReplica ?? 1) > 1 ? [`over ${layout.nodesPerReplica} nodes`] : []),
  ].join(" ");
}
