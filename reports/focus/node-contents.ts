import type { PricedNodes } from "../idle-nodes.ts";

type Contents = Pick<PricedNodes, "gpu" | "gpusPerNode" | "cpu">;

/** A node without GPUs is used up by the vCPU. */
export const unitsPerSlot = ({ cpu }: Contents): number => cpu?.slotVcpus ?? 1;

const vcpusOf = ({ slotVcpus, slotsPerNode }: NonNullable<Contents["cpu"]>): number => slotVcpus * slotsPerNode;

export const contentsOf = ({ gpu, gpusPerNode, cpu }: Contents) =>
  cpu === undefined ? { GpuCount: gpusPerNode, x_GpuModel: gpu } : { CoreCount: vcpusOf(cpu), x_Processor: cpu.processor };

export const contentsText = ({ gpu, gpusPerNode, cpu }: Contents): string =>
  cpu === undefined ? `${gpusPerNode} x ${gpu}` : `${vcpusOf(cpu)} vCPUs of ${cpu.processor}`;
