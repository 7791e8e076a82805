import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { TaskPerformance } from "../../catalog/schema/task-performance.ts";
import { isHost } from "../layouts/host.ts";
import type { Precision } from "../layouts/precision.ts";
import { weightFormat } from "./rates.ts";
import type { Replica } from "./replica.ts";

/** What the device of a replica delivers to a pass over many tokens, before any engine's own factor. */
export interface DeviceRates {
  readonly gemmFlopPerSecond: number;
  readonly attentionFlopPerSecond: number;
  readonly weightBytesPerSecond: number;
  readonly kvBytesPerSecond: number;
  /** How far the device stretches an engine's overhead per layer. */
  readonly overhead: number;
}

/** GPUs at the efficiencies of the step-time model, CPUs at the measured share of their peak. A replica on n GPUs has n times as much. */
export function deviceRates(replica: Pick<Replica, "gpu" | "layout" | "constants">, tasks: TaskPerformance): DeviceRates {
  const { gpu, layout, constants } = replica;
  if (isHost(gpu)) return hostRates(gpu, layout.precision, tasks.hostPeakShare);
  const { step } = constants;
  const format = weightFormat(constants, layout.precision, gpu);
  const family = constants.gpuFamilies[gpu.performanceFamily ?? ""] ?? { weightRead: 1, gemm: 1, overhead: 1 };
  const peak16 = (gpu.tflopsDense.bf16 ?? gpu.tflopsDense.fp16 ?? gpu.tflopsDense.fp32 ?? 0) * 1e12;
  const peak = format.computeType === "16-bit" ? peak16 : (gpu.tflopsDense[format.computeType] ?? 0) * 1e12;
  const bandwidth = (gpu.memoryBandwidthGBps ?? 0) * 1e9;
  const gpus = layout.tensorParallel;
  return {
    gemmFlopPerSecond: gpus * (peak > 0 ? peak : peak16) * step.gemmEfficiency * family.gemm * format.gemm,
    attentionFlopPerSecond: gpus * peak16 * step.prefillAttentionEfficiency * family.gemm,
    weightBytesPerSecond: gpus * bandwidth * Math.min(1, step.weightReadEfficiency * family.weightRead * format.weightRead),
    kvBytesPerSecond: gpus * bandwidth * Math.min(1, step.kvReadEfficiency * family.weightRead),
    overhead: family.overhead,
  };
}

function hostRates(gpu: Gpu, precision: Precision, share: TaskPerformance["hostPeakShare"]): DeviceRates {
  const isInt8 = precision.startsWith("int8");
  const flops = isInt8 ? (gpu.tflopsDense.int8 ?? 0) * share.int8 : (gpu.tflopsDense.fp32 ?? 0) * share.fp32;
  const bandwidth = (gpu.memoryBandwidthGBps ?? 0) * 1e9 * share.memoryBandwidth;
  return {
    gemmFlopPerSecond: flops * 1e12,
    attentionFlopPerSecond: (gpu.tflopsDense.fp32 ?? 0) * share.fp32 * 1e12,
    weightBytesPerSecond: bandwidth,
    kvBytesPerSecond: bandwidth,
    overhead: 1,
  };
}

/** Why a device cannot be predicted; null when its figures are known. */
export const hasUnknownRates = (rates: DeviceRates): boolean => !(rates.gemmFlopPerSecond > 0 && rates.weightBytesPerSecond > 0);
