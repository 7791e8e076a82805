import type { RawModel } from "../raw-catalog.ts";
import { allPlaced, failing, type Rule } from "../subject.ts";

/** Bits of a weight that no supported format goes below. */
const leastBits = 4;

/**
 * Nothing is promised that the silicon cannot do: two operations for each weight and token at the GPU's peak, and every weight that
 * a token meets read once from memory. Both leave out all that really takes time, so a sound prediction is far from them.
 */
export const siliconCanDoIt: Rule = (subject) =>
  allPlaced(subject).flatMap(({ asked, deployment, pool }) => {
    const model = subject.catalog.models.get(asked.model);
    const gpu = subject.catalog.gpus.get(pool.gpu);
    if (model === undefined || gpu === undefined) return [`deployment ${deployment.name}: its model or GPU is not in the catalog`];
    const { inputTokens, outputTokens, prefixCacheHitRate } = asked.demand;
    const weights = model.parametersActive ?? model.parametersReadPerToken ?? model.parameters;
    const peak = Math.max(...Object.values(gpu.tflopsDense).map((tflops) => tflops ?? 0)) * 1e12 * deployment.gpusPerReplica;
    // Tokens of the prompt meet the output head only once, so only the answer's are counted in full.
    const tokens = outputTokens + 0.5 * inputTokens * (1 - prefixCacheHitRate);
    const operations =
      deployment.capacityRequestsPerSecondPerReplica * (tokens * 2 * weights + encoderOperations(model, asked.demand.audioSeconds));
    const bandwidth = (gpu.memoryBandwidthGBps ?? Number.POSITIVE_INFINITY) * 1e9 * deployment.gpusPerReplica;
    // A step that verifies drafted tokens brings one more than those at most.
    const tokensPerRead = 1 + (asked.speculative?.tokens ?? 0);
    const leastTpotMs = ((weights * leastBits) / 8 / bandwidth / tokensPerRead) * 1e3;
    return failing([
      [
        peak === 0 || operations <= peak,
        `its capacity takes ${operations} operations a second and ${deployment.gpusPerReplica} x ${gpu.id} do ${peak}`,
      ],
      [
        outputTokens === 0 || deployment.predicted.tpotMs.p50 >= leastTpotMs,
        `its TPOT is below the ${leastTpotMs} ms it takes to read the weights`,
      ],
    ]).map((text) => `deployment ${deployment.name}: ${text}`);
  });

/** Every started 30 s of a recording pass the whole encoder: 12 h^2 weights a layer, for each of its positions. */
function encoderOperations({ encoder }: RawModel, audioSeconds: number | undefined): number {
  if (encoder == null || audioSeconds === undefined) return 0;
  return Math.ceil(audioSeconds / encoder.chunkSeconds) * encoder.positions * 2 * encoder.layers * 12 * encoder.hidden ** 2;
}
