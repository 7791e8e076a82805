import type { PlannedDeployment, PlannedPool } from "../../../planner/plan/fleet-plan.ts";
import type { RawModel } from "../raw-catalog.ts";
import { allPlaced, cpuOf, failing, type Rule, type Subject } from "../subject.ts";

/** Bits of a weight that no supported format goes below. */
const leastBits = 4;

/**
 * Nothing is promised that the silicon cannot do: two operations for each weight and token at the GPU's peak, and every weight that
 * a token meets read once from memory. Both leave out all that really takes time, so a sound prediction is far from them.
 */
export const siliconCanDoIt: Rule = (subject) =>
  allPlaced(subject).flatMap(({ asked, deployment, pool }) => {
    const model = subject.catalog.models.get(asked.model);
    const silicon = pool.gpu === null ? processorPart(subject, deployment, pool) : graphicsPart(subject, deployment, pool.gpu);
    if (model === undefined || silicon === null) return [`deployment ${deployment.name}: its model or hardware is not in the catalog`];
    const { peak, bandwidth, name } = silicon;
    const { inputTokens, outputTokens, prefixCacheHitRate } = asked.demand;
    const weights = model.parametersActive ?? model.parametersReadPerToken ?? model.parameters;
    // Tokens of the prompt meet the output head only once, so only the answer's are counted in full.
    const tokens = outputTokens + 0.5 * inputTokens * (1 - prefixCacheHitRate);
    const operations =
      deployment.capacityRequestsPerSecondPerReplica * (tokens * 2 * weights + encoderOperations(model, asked.demand.audioSeconds));
    // A step that verifies drafted tokens brings one more than those at most.
    const tokensPerRead = 1 + (asked.speculative?.tokens ?? 0);
    const leastTpotMs = ((weights * leastBits) / 8 / bandwidth / tokensPerRead) * 1e3;
    return failing([
      [peak === 0 || operations <= peak, `its capacity takes ${operations} operations a second and ${name} does ${peak}`],
      [
        outputTokens === 0 || deployment.predicted.tpotMs.p50 >= leastTpotMs,
        `its TPOT is below the ${leastTpotMs} ms it takes to read the weights`,
      ],
    ]).map((text) => `deployment ${deployment.name}: ${text}`);
  });

interface Silicon {
  readonly name: string;
  /** Operations a second. */
  readonly peak: number;
  /** Bytes a second. */
  readonly bandwidth: number;
}

function graphicsPart({ catalog }: Subject, { gpusPerReplica }: PlannedDeployment, id: string): Silicon | null {
  const gpu = catalog.gpus.get(id);
  if (gpu === undefined) return null;
  return {
    name: `${gpusPerReplica} x ${id}`,
    peak: Math.max(...Object.values(gpu.tflopsDense).map((tflops) => tflops ?? 0)) * 1e12 * gpusPerReplica,
    bandwidth: (gpu.memoryBandwidthGBps ?? Number.POSITIVE_INFINITY) * 1e9 * gpusPerReplica,
  };
}

/** No more than the vCPUs that the replica is given, each at its share of a core's peak. */
function processorPart(subject: Subject, { vcpusPerReplica }: PlannedDeployment, pool: PlannedPool): Silicon | null {
  const cpu = cpuOf(subject, pool);
  const instance = subject.catalog.instances.get(pool.instanceType);
  if (cpu === undefined || instance === undefined) return null;
  const perCycle = Math.max(cpu.fp32FlopPerCycle, cpu.int8OpsPerCycle);
  return {
    name: `${vcpusPerReplica} vCPUs of ${cpu.id}`,
    peak: (vcpusPerReplica / cpu.vcpusPerCore) * cpu.allCoreGHz * 1e9 * perCycle,
    bandwidth: (instance.memoryBandwidthGBps ?? Number.POSITIVE_INFINITY) * 1e9,
  };
}

/** Every started 30 s of a recording pass the whole encoder: 12 h^2 weights a layer, for each of its positions. */
function encoderOperations({ encoder }: RawModel, audioSeconds: number | undefined): number {
  if (encoder == null || audioSeconds === undefined) return 0;
  return Math.ceil(audioSeconds / encoder.chunkSeconds) * encoder.positions * 2 * encoder.layers * 12 * encoder.hidden ** 2;
}
