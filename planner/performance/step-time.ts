import type { FormatConstants, StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { isHost } from "../layouts/host.ts";
import { kvElementBytes } from "../memory/cache-layers.ts";
import { type AdapterCosts, adapterCosts, adapterSeconds } from "./adapters.ts";
import type { EngineTiming } from "./engine-generation.ts";
import { engineTiming } from "./engine-generation.ts";
import type { ModelWork } from "./model-work.ts";
import { modelWork } from "./model-work.ts";
import { type PipelineHops, pipelineHops } from "./pipeline-hops.ts";
import { rates, weightFormat, weightFormatName } from "./rates.ts";
import type { Replica } from "./replica.ts";

/** Seconds of one engine step and of its parts; the parts add up to `seconds`. */
export interface StepTime {
  readonly dense: number;
  readonly experts: number;
  readonly attention: number;
  readonly communication: number;
  readonly overhead: number;
  /** Of LoRA adapters; 0 without any. */
  readonly adapters: number;
  readonly seconds: number;
}

/** The step-time law of one replica reduced to numbers: seconds per token, per sequence and per step. */
export interface StepCosts {
  readonly work: ModelWork;
  readonly timing: EngineTiming;
  readonly ranks: number;
  readonly pipelineStages: number;
  readonly norm: number;
  readonly denseRead: number;
  readonly densePerToken: number;
  readonly headPerSequence: number;
  readonly expertRead: number;
  readonly expertPerToken: number;
  /** hit share = 1 - exp(missExponent x tokens) */
  readonly missExponent: number;
  readonly kvGlobal: number;
  readonly kvLocal: number;
  readonly state: number;
  readonly attentionGlobal: number;
  readonly attentionLocal: number;
  readonly communicationFixed: number;
  readonly communicationPerToken: number;
  readonly overheadFixed: number;
  readonly overheadPerSequence: number;
  /** No step is shorter: the time in which the CPU starts its kernels one by one. 0 where CUDA graphs start them. */
  readonly launchSeconds: number;
  readonly factor: number;
  readonly adapters: AdapterCosts | null;
}

export function stepCosts(replica: Replica): StepCosts {
  const { constants, layout } = replica;
  const work = modelWork(replica.model);
  const timing = engineTiming(constants, replica.release.engine, replica.release.version);
  const format = weightFormat(constants, layout.precision, replica.gpu);
  const rate = rates(replica, format, timing);
  const tp = layout.tensorParallel;
  const ranks = layout.dataParallel;
  // Ranks that share no experts do not wait for each other.
  const waitingRanks = work.numExperts > 0 ? ranks : 1;
  const { step } = constants;
  const hops = pipelineHops(replica, rate);
  const read = bytesRead(replica, work, format);
  const kvShare = Math.max(1 / tp, 1 / work.kvHeads) * kvElementScale(replica);
  const activeShare = work.numExperts > 0 ? work.expertsPerToken / work.numExperts : 0;
  const expertRate = rate.gemmFlopPerSecond * step.expertGemmEfficiency * timing.generation.expertGemm;
  return {
    work,
    timing,
    ranks,
    pipelineStages: layout.pipelineParallel,
    norm: step.rooflineNorm,
    denseRead: read.dense / (tp * rate.weightBytesPerSecond),
    densePerToken: (2 * work.denseParameters) / (tp * rate.gemmFlopPerSecond),
    headPerSequence: (2 * work.headParameters) / (tp * rate.gemmFlopPerSecond),
    expertRead: read.experts / (tp * ranks * step.expertReadEfficiency * rate.weightBytesPerSecond),
    expertPerToken: (2 * work.expertParameters * activeShare) / (tp * ranks * expertRate),
    missExponent: Math.log1p(-Math.min(activeShare, 1 - 1e-9)) * step.expertHitExponent * oldExpertFactor(replica, timing, format),
    kvGlobal: (work.kvBytesGlobal * kvShare) / rate.kvBytesPerSecond,
    kvLocal: (work.kvBytesLocal * kvShare) / rate.kvBytesPerSecond,
    state: (2 * work.stateBytes) / (tp * rate.kvBytesPerSecond),
    attentionGlobal: work.attentionFlopGlobal / (tp * rate.attentionFlopPerSecond),
    attentionLocal: work.attentionFlopLocal / (tp * rate.attentionFlopPerSecond),
    ...communicationCosts(replica, work, hops, rate.linkLatencySeconds, rate.linkBytesPerSecond),
    overheadFixed: work.layers * rate.layerOverheadSeconds + modelOverheadSeconds(constants, work, timing),
    overheadPerSequence: rate.sequenceOverheadSeconds / ranks,
    launchSeconds: layout.enforceEager ? work.layers * constants.eager.layerMicroseconds * 1e-6 : 0,
    factor:
      timing.generation.factor *
      (replica.releaseUnstated === true ? timing.generation.unstatedFactor : timing.versionFactor) *
      formatFactor(replica, timing) *
      (1 + (step.rankImbalance * Math.log2(waitingRanks) ** 2) / 4) *
      hops.unevenness *
      (replica.correction?.step ?? 1),
    adapters: adapterCosts(replica, rate),
  };
}

/**
 * One engine step with `prefillTokens` prompt tokens (mean context `prefillContext`) and `decodes` decoding sequences
 * (mean context `decodeContext`). Both counts are of the whole replica. A decoding sequence that verifies drafted tokens has
 * `tokensPerSequence` of them in the step and reads its cache once.
 */
export function stepTime(
  costs: StepCosts,
  prefillTokens: number,
  decodes: number,
  prefillContext: number,
  decodeContext: number,
  tokensPerSequence = 1,
): StepTime {
  const all = prefillTokens + decodes * tokensPerSequence;
  const tokens = all / costs.ranks;
  const sequences = decodes / costs.ranks;
  const { factor, norm, work } = costs;
  const dense =
    factor * roofline(costs.denseRead, costs.densePerToken * tokens + costs.headPerSequence * (sequences * tokensPerSequence + 1), norm);
  const hit = costs.expertRead > 0 ? -Math.expm1(costs.missExponent * all) : 0;
  const experts = costs.expertRead > 0 ? factor * roofline(costs.expertRead * hit, costs.expertPerToken * all, norm) : 0;
  const kvRead = costs.kvGlobal * decodeContext + costs.kvLocal * Math.min(decodeContext, work.window) + costs.state;
  const scores = costs.attentionGlobal * prefillContext + costs.attentionLocal * Math.min(prefillContext, work.window);
  const attention = factor * (sequences * kvRead + (prefillTokens / costs.ranks) * scores);
  const communication = factor * (costs.communicationFixed + costs.communicationPerToken * tokens);
  const beside = dense + experts + attention + communication;
  const overhead = Math.max(factor * (costs.overheadFixed + costs.overheadPerSequence * decodes), costs.launchSeconds - beside);
  const requests = sequences + (prefillTokens > 0 ? 1 : 0);
  const adapters = costs.adapters === null ? 0 : adapterSeconds(costs.adapters, tokens, requests, costs.missExponent);
  const seconds = beside + overhead + adapters;
  return { dense, experts, attention, communication, overhead, adapters, seconds };
}

/** (memory^n + compute^n)^(1/n): near the larger of the two, with the overlap that was measured. */
const roofline = (memory: number, compute: number, norm: number): number => {
  const large = Math.max(memory, compute);
  return large <= 0 ? 0 : large * (1 + (Math.min(memory, compute) / large) ** norm) ** (1 / norm);
};

/** The budget's weight bytes, divided between what every step reads and what only visited experts cost. */
export function bytesRead(replica: Replica, work: ModelWork, format: FormatConstants): { dense: number; experts: number } {
  const denseBytes = replica.model.mla !== null && format.denseBytesMla !== null ? format.denseBytesMla : format.denseBytes;
  const dense = work.denseParameters * denseBytes + work.headParameters * format.headBytes;
  const experts = work.expertParameters * format.expertBytes;
  const stored = dense + experts + work.embeddingParameters * format.headBytes + work.visionParameters * 2;
  const scale = replica.memory.weightBytes > 0 && stored > 0 ? replica.memory.weightBytes / stored : 1;
  return { dense: dense * scale, experts: experts * scale };
}

const oldExpertFactor = ({ layout, constants }: Replica, timing: EngineTiming, format: FormatConstants): number =>
  timing.readsAllFp8Experts && format.computeType === "fp8" && layout.precision === "fp8" ? constants.step.oldBlockFp8ExpertHitFactor : 1;

/** Two collectives a layer: all-reduce over the tensor-parallel group; dispatch and combine over attention ranks that share experts. And the hops of a pipeline. */
function communicationCosts(replica: Replica, work: ModelWork, hops: PipelineHops, latency: number, bytesPerSecond: number) {
  const { tensorParallel: tp, dataParallel: ranks } = replica.layout;
  const { step } = replica.constants;
  let fixed = 0;
  let perToken = 0;
  if (tp > 1) {
    fixed += (latency * (1 + Math.log2(tp))) / 2;
    perToken += (((2 * (tp - 1)) / tp) * work.hiddenSize * 2) / bytesPerSecond;
  }
  if (ranks > 1 && work.numExperts > 0) {
    fixed += 2 * latency;
    perToken += (Math.min(work.expertsPerToken, step.allToAllMaxCopies) * work.hiddenSize * step.allToAllBytesPerValue) / bytesPerSecond;
  }
  return {
    communicationFixed: 2 * work.layers * fixed + hops.secondsPerStep,
    communicationPerToken: 2 * work.layers * perToken + hops.secondsPerToken,
  };
}

function modelOverheadSeconds(constants: StepTimeConstants, work: ModelWork, timing: EngineTiming): number {
  const { step } = constants;
  const routing =
    work.moeLayers * step.moeLayerMicroseconds * timing.generation.moeLayer * (work.expertsPerToken / 8) ** step.expertsPerTokenExponent;
  const hybrid = work.hybrid ? work.layers * step.hybridLayerMicroseconds : 0;
  return ((work.moeLayers > 0 ? routing : 0) + hybrid + step.fixedMicroseconds) * 1e-6;
}

/** Of the engine's kernels for GPUs. */
const formatFactor = ({ constants, layout, gpu }: Replica, { generation }: EngineTiming): number =>
  isHost(gpu) ? 1 : (generation.formatFactors[weightFormatName(constants, layout.precision, gpu)] ?? 1);

/** Size of a cache element relative to 16 bits, in which the catalog states a model's cache. */
export function kvElementScale({ layout, release }: Pick<Replica, "layout" | "release">): number {
  const activationBytes = release.formats.find(({ precision }) => precision === layout.precision)?.activationBytes ?? 2;
  return kvElementBytes(layout.kvCacheDtype, release.kvFormats, activationBytes) / 2;
}
