import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { FormatConstants, GpuFamilyConstants, StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { isHost } from "../layouts/host.ts";
import { fittedAs, type Precision } from "../layouts/precision.ts";
import type { EngineTiming } from "./engine-generation.ts";
import { hostRates } from "./host-rates.ts";
import type { Replica } from "./replica.ts";

/** What one GPU of a replica, or its host where it has none, really delivers, measured efficiencies applied. */
export interface Rates {
  readonly weightBytesPerSecond: number;
  readonly kvBytesPerSecond: number;
  readonly gemmFlopPerSecond: number;
  readonly attentionFlopPerSecond: number;
  readonly linkBytesPerSecond: number;
  readonly linkLatencySeconds: number;
  readonly layerOverheadSeconds: number;
  readonly sequenceOverheadSeconds: number;
}

/** A GPU of no measured family is taken at the global efficiencies. */
const noFamily: GpuFamilyConstants = { name: "no family", weightRead: 1, gemm: 1, overhead: 1 };

const gpuFamily = (constants: StepTimeConstants, gpu: Gpu): GpuFamilyConstants =>
  constants.gpuFamilies[gpu.performanceFamily ?? ""] ?? noFamily;

/** The first format of a precision that the GPU has the hardware for; the last one needs none. Its name is a key of `constants.formats`. */
export function weightFormatName(constants: StepTimeConstants, precision: Precision, gpu: Gpu): string {
  const choices = constants.precisions[precision] ?? constants.precisions[fittedAs(precision)] ?? [];
  const choice = choices.find(({ needs }) => needs === null || gpu.tflopsDense[needs] !== null) ?? choices.at(-1);
  return choice?.format ?? "";
}

export function weightFormat(constants: StepTimeConstants, precision: Precision, gpu: Gpu): FormatConstants {
  const format = constants.formats[weightFormatName(constants, precision, gpu)];
  if (format === undefined) throw new RangeError(`step-time constants have no format for ${precision}`);
  return format;
}

export function rates(replica: Replica, format: FormatConstants, timing: EngineTiming): Rates {
  const { gpu, constants } = replica;
  if (isHost(gpu)) return hostRates(replica, timing);
  const { step } = constants;
  const family = gpuFamily(constants, gpu);
  const link = constants.links[replica.link];
  const bandwidth = (gpu.memoryBandwidthGBps ?? 0) * 1e9;
  const peak16 = (gpu.tflopsDense.bf16 ?? gpu.tflopsDense.fp16 ?? 0) * 1e12;
  const peak = format.computeType === "16-bit" ? peak16 : (gpu.tflopsDense[format.computeType] ?? 0) * 1e12;
  const engine = timing.generation;
  const nvlink = link.efficiency === "nvlink";
  const oneWayGBps = nvlink && gpu.nvlinkGBps !== null ? Math.min(link.oneWayGBps, gpu.nvlinkGBps / 2) : link.oneWayGBps;
  return {
    weightBytesPerSecond: bandwidth * Math.min(1, step.weightReadEfficiency * family.weightRead * format.weightRead),
    kvBytesPerSecond: bandwidth * Math.min(1, step.kvReadEfficiency * family.weightRead),
    gemmFlopPerSecond: (peak > 0 ? peak : peak16) * step.gemmEfficiency * family.gemm * format.gemm * engine.gemm,
    attentionFlopPerSecond: peak16 * step.prefillAttentionEfficiency * family.gemm * engine.gemm,
    linkBytesPerSecond: oneWayGBps * 1e9 * (nvlink ? step.nvlinkEfficiency : step.pcieEfficiency),
    linkLatencySeconds: link.alphaMicroseconds * 1e-6,
    layerOverheadSeconds: (engine.layerMicroseconds * family.overhead + format.layerMicroseconds) * 1e-6,
    sequenceOverheadSeconds: engine.sequenceMicroseconds * family.overhead * 1e-6,
  };
}
