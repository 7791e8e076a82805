import type { Precision } from "../layouts/precision.ts";
import type { EngineTiming } from "./engine-generation.ts";
import type { Rates } from "./rates.ts";
import type { Replica } from "./replica.ts";

/**
 * What a processor delivers to generation: the measured shares of its bandwidth and peaks (`hosts` of step-time.json), and the engine's own
 * overhead. Nothing of GPU families, formats or links; no replica lies on two hosts.
 */
export function hostRates({ gpu, layout, constants }: Replica, { generation }: EngineTiming): Rates {
  const { hosts } = constants;
  const bandwidth = (gpu.memoryBandwidthGBps ?? 0) * 1e9;
  const fp32 = (gpu.tflopsDense.fp32 ?? 0) * 1e12;
  const int8 = (gpu.tflopsDense.int8 ?? 0) * 1e12;
  return {
    weightBytesPerSecond: bandwidth * hosts.weightRead,
    kvBytesPerSecond: bandwidth * hosts.kvRead,
    gemmFlopPerSecond: isDotProductOfBytes(layout.precision) ? int8 * hosts.int8 : fp32 * hosts.fp32,
    attentionFlopPerSecond: fp32 * hosts.attention,
    linkBytesPerSecond: Number.POSITIVE_INFINITY,
    linkLatencySeconds: 0,
    layerOverheadSeconds: generation.layerMicroseconds * 1e-6,
    sequenceOverheadSeconds: generation.sequenceMicroseconds * 1e-6,
  };
}

/** llama.cpp turns the activations beside quantised weights into bytes, and multiplies them as integers. */
const isDotProductOfBytes = (precision: Precision): boolean => precision.startsWith("gguf-") || precision === "mxfp4";
