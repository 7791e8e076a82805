import type { Sigma } from "../../catalog/schema/step-time.ts";
import { engineTiming } from "./engine-generation.ts";
import { isOfMeasuredKind, type Replica } from "./replica.ts";
import type { ServingPoint } from "./serving-point.ts";

export type Evidence = ServingPoint["evidence"];
/** Predicted quantities whose error was measured apart. */
export type Metric =
  | "tpotClosed"
  | "tpotOpen"
  | "tpotSingle"
  | "tpotBurst"
  | "ttft"
  | "ttftBurst"
  | "maxOutput"
  | "saturatedOutput"
  | "staticBatch"
  | "batchDrain";

const keys = { measured: "measured", "gpu-and-family": "gpuAndFamily", "gpu-family": "gpuFamily", none: "none" } as const satisfies Record<
  Evidence,
  keyof Sigma
>;

/**
 * What a prediction rests on before any run of the user's own: this model family measured on this family of GPUs, the GPU family alone, or not even that. A release newer
 * than every measured one counts as a model that was not measured; an engine without measurements, and a model with linear attention, of
 * which there are too few, as nothing; so do speculation, adapters, eager mode and
 * replicas over several nodes, of which none was measured.
 */
export function priorEvidence(replica: Replica): Evidence {
  const { constants, model, gpu } = replica;
  const { gpuFamilies, sameArchitecture } = constants.measured;
  const timing = engineTiming(constants, replica.release.engine, replica.release.version);
  const seen = gpuFamilies.find((row) => row.family === gpu.performanceFamily);
  const isMeasured = isOfMeasuredKind(replica) && !replica.layout.enforceEager;
  if (seen === undefined || !timing.known || model.linearAttention !== null || !isMeasured) return "none";
  const family = sameArchitecture[model.family] ?? model.family;
  return seen.modelFamilies.includes(family) && !timing.newer ? "gpu-and-family" : "gpu-family";
}

/** What a prediction rests on: `measured` when a run of the same model, GPU, engine and format corrects it. */
export const evidence = (replica: Replica): Evidence => (replica.correction?.sameCell ? "measured" : priorEvidence(replica));

/**
 * Standard deviation of ln(measured / predicted); `widening` multiplies the factor of the 90 % interval. Measured runs narrow the
 * width that the prediction would have without them.
 */
export function sigmaOf({ constants, correction }: Replica, metric: Metric, level: Evidence, widening: number): number {
  const narrowing = metric === "ttft" || metric === "ttftBurst" ? correction?.ttftNarrowing : correction?.stepNarrowing;
  return constants.uncertainty[metric][keys[level]] * (narrowing ?? 1) + Math.log(widening) / z90;
}

/** With little KV room an error of one percent in memory is one of ten percent in the batch: wider intervals. */
export function roomWidening(replica: Replica): number {
  const { smallKvRoomShare, smallKvRoomFactor } = replica.constants.uncertainty;
  const small = replica.memory.kvCacheBytesPerGpu < smallKvRoomShare * replica.memory.totalBytesPerGpu;
  return small ? smallKvRoomFactor : 1;
}

const z90 = 1.6448536269514722;

/** Half of a central 90 % interval on each side, log-normal. */
export function interval90(value: number, sigma: number): readonly [number, number] {
  const factor = Math.exp(z90 * sigma);
  return [value / factor, value * factor];
}
