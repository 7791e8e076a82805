import type { Finding } from "../finding.ts";
import { isHost } from "../layouts/host.ts";
import type { LengthQuantile } from "./length-quantiles.ts";
import { type LengthSpread, lengthSpread } from "./length-spread.ts";
import type { Replica } from "./replica.ts";
import type { Lengths } from "./serving-point.ts";
import { type Drafting, draftingOf } from "./speculation.ts";
import type { StepCosts } from "./step-time.ts";
import { stepCosts } from "./step-time.ts";

/** What one request of given lengths asks of one replica: the input of prefill, steady state and queueing. */
export interface RequestService {
  readonly costs: StepCosts;
  /** What drafts tokens; null where nothing does. */
  readonly drafting: Drafting | null;
  readonly replica: Replica;
  /** Prompt tokens that must be computed; those found in the prefix cache are not among them. */
  readonly prefillTokens: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Coefficient of variation of the input length. */
  readonly inputVariation: number;
  /** The same of the output length. */
  readonly outputVariation: number;
  /** Input lengths as weighted multiples of the mean, where the kinds of requests are known. */
  readonly lengthQuantiles: readonly LengthQuantile[] | null;
  /** Prompt tokens that one step takes at most. */
  readonly chunkTokens: number;
  /** Mean context of a decoding sequence. */
  readonly decodeContext: number;
  /** Largest number of running sequences; not a whole number. 0 when not even one request fits. */
  readonly maxRunning: number;
  readonly runningLimit: "kv-cache" | "max-num-seqs" | "compute";
}

export function requestService(replica: Replica, lengths: Lengths): RequestService {
  const costs = stepCosts(replica);
  const inputTokens = Math.max(1, lengths.inputTokens);
  const outputTokens = Math.max(1, lengths.outputTokens);
  const spread = lengthSpread({ ...lengths, inputTokens, outputTokens }, replica.constants.lengthVariation);
  return {
    costs,
    drafting: draftingOf(replica, costs),
    replica,
    prefillTokens: Math.max(1, inputTokens * (1 - lengths.prefixCacheHitRate)),
    inputTokens,
    outputTokens,
    inputVariation: spread.inputVariation,
    outputVariation: spread.outputVariation,
    lengthQuantiles: lengths.classes?.map(({ share, inputTokens: tokens }) => ({ scale: tokens / inputTokens, weight: share })) ?? null,
    chunkTokens: Math.max(1, replica.layout.maxNumBatchedTokens),
    decodeContext: spread.runningInputTokens + spread.runningOutputTokens / 2,
    ...runningLimit(replica, costs, spread),
  };
}

/** Why nothing can be predicted on a GPU: a figure that the model needs is not known. */
export function unknownGpuFigure({ gpu }: Replica): Finding | null {
  const peak = isHost(gpu)
    ? { "tflopsDense.fp32": gpu.tflopsDense.fp32 }
    : { "tflopsDense.fp16": gpu.tflopsDense.bf16 ?? gpu.tflopsDense.fp16 };
  const figures = { memoryBandwidthGBps: gpu.memoryBandwidthGBps, ...peak };
  const missing = Object.entries(figures).find(([, value]) => value === null)?.[0];
  if (missing === undefined) return null;
  return {
    code: "gpu-figure-unknown",
    path: `gpus.${gpu.id}.${missing}`,
    message: `${missing} of ${gpu.id} is not known, so its speed cannot be predicted`,
    value: null,
    suggestion: "add it in the catalog overrides, or use another GPU",
  };
}

/** How many sequences run at once: the KV room, the engine's setting, or what engines were ever seen to reach. */
function runningLimit(
  replica: Replica,
  costs: StepCosts,
  { runningInputTokens, runningOutputTokens, longestTokens }: LengthSpread,
): Pick<RequestService, "maxRunning" | "runningLimit"> {
  const { memory, layout, constants } = replica;
  const { serving } = constants;
  const { reservesOutput, runningFactor } = costs.timing.generation;
  const room = memory.kvCacheBytes;
  if (unknownGpuFigure(replica) !== null || !memory.fits || room < memory.kvBytesPerSequence(longestTokens))
    return { maxRunning: 0, runningLimit: "kv-cache" };
  const heldTokens = runningInputTokens + runningOutputTokens * (reservesOutput ? 1 : serving.kvGrowthShare);
  const byCache = Math.max(1, (serving.kvShareUsed * room) / memory.kvBytesPerSequence(heldTokens));
  // Every drafted token is one of the step's tokens.
  const tokensPerSequence = 1 + (replica.speculation?.tokens ?? 0);
  const bySetting = Math.min(layout.maxNumSeqs, layout.maxNumBatchedTokens / tokensPerSequence) * layout.dataParallel;
  const byEngine = serving.maxRunningPerRank * runningFactor * layout.dataParallel;
  const maxRunning = Math.min(byCache, bySetting, byEngine);
  if (maxRunning === byCache) return { maxRunning, runningLimit: "kv-cache" };
  return { maxRunning, runningLimit: maxRunning === bySetting ? "max-num-seqs" : "compute" };
}
