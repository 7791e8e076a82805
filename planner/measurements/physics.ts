import type { Finding } from "../finding.ts";
import { gpusPerReplica } from "../layouts/layout.ts";
import { estimate } from "../performance/estimate.ts";
import { modelWork } from "../performance/model-work.ts";
import { weightFormat } from "../performance/rates.ts";
import { bytesRead } from "../performance/step-time.ts";
import type { MeasuredRun } from "./measured-run.ts";

/**
 * What a run says that no replica of this kind can do, with the bound it breaks. Bounds are of the hardware's own figures, without
 * efficiencies; last comes a run so far from the prediction that its units or its GPU must be others than stated. [] = believed.
 */
export function physicsFindings(run: MeasuredRun, farthestFactor: number): Finding[] {
  const senseless = notPositive(run);
  if (senseless.length > 0) return senseless;
  const impossible = [...fasterThanMemory(run), ...moreThanArithmetic(run), ...shorterThanPrefill(run)];
  if (impossible.length > 0) return impossible;
  const together = moreThanItsClients(run);
  return together.length > 0 ? together : farFromPrediction(run, farthestFactor);
}

const figures = [
  { key: "ttftMs", what: "a time to first token", unit: "ms" },
  { key: "tpotMs", what: "a time per output token", unit: "ms" },
  { key: "outputTokensPerSecond", what: "an output rate", unit: "tokens/s" },
] as const;
type Key = (typeof figures)[number]["key"];
const unitOf = (key: Key): string => figures.find((figure) => figure.key === key)?.unit ?? "";

const refused = ({ source }: MeasuredRun, key: Key, message: string, value: number, limit: number, suggestion: string): Finding => ({
  code: "measurement-refused",
  path: `${source}: measured.${key}`,
  message,
  value: rounded(value),
  limit: rounded(limit),
  unit: unitOf(key),
  suggestion,
});

const rounded = (value: number): number => Number(value.toPrecision(4));

function notPositive(run: MeasuredRun): Finding[] {
  return figures.flatMap(({ key, what }) => {
    const value = run.measured[key];
    if (value === undefined || (Number.isFinite(value) && value > 0)) return [];
    return [refused(run, key, `${what} is above 0`, value, 0, "take the figure out if it was not measured")];
  });
}

/** Seconds in which the GPUs of one pipeline stage after the other read what any decode step reads: the dense weights and one token's experts. */
function memorySeconds({ replica }: MeasuredRun): number {
  const { layout, gpu, model, constants } = replica;
  const work = modelWork(model);
  const read = bytesRead(replica, work, weightFormat(constants, layout.precision, gpu));
  const visited = work.numExperts > 0 ? work.expertsPerToken / work.numExperts : 0;
  const bytes = read.dense / layout.tensorParallel + (read.experts * visited) / (layout.tensorParallel * layout.dataParallel);
  return bytes / ((gpu.memoryBandwidthGBps ?? Number.POSITIVE_INFINITY) * 1e9);
}

function fasterThanMemory(run: MeasuredRun): Finding[] {
  const { tpotMs } = run.measured;
  const boundMs = memorySeconds(run) * 1e3;
  if (tpotMs === undefined || tpotMs >= boundMs) return [];
  const message = "is faster than the GPUs can read the weights once";
  return [refused(run, "tpotMs", message, tpotMs, boundMs, unitsOr(tpotMs, boundMs, "check the GPU, its number and the precision"))];
}

/** FLOP/s of the replica at the peak of its weight format. */
function peakFlops({ replica: { layout, gpu, constants } }: MeasuredRun): number {
  const { computeType } = weightFormat(constants, layout.precision, gpu);
  const sixteen = gpu.tflopsDense.bf16 ?? gpu.tflopsDense.fp16;
  const peak = (computeType === "16-bit" || computeType === "fp32" ? sixteen : gpu.tflopsDense[computeType]) ?? sixteen;
  return (peak ?? Number.POSITIVE_INFINITY) * 1e12 * gpusPerReplica(layout);
}

/** Twice the weights that one token meets. */
function flopPerToken({ replica }: MeasuredRun): number {
  const work = modelWork(replica.model);
  const visited = work.numExperts > 0 ? work.expertsPerToken / work.numExperts : 0;
  return 2 * (work.denseParameters + work.expertParameters * visited);
}

function moreThanArithmetic(run: MeasuredRun): Finding[] {
  const { outputTokensPerSecond } = run.measured;
  const { inputTokens, outputTokens, prefixCacheHitRate } = run.lengths;
  const tokens = 1 + (inputTokens * (1 - prefixCacheHitRate)) / outputTokens;
  const bound = peakFlops(run) / (flopPerToken(run) * tokens);
  if (outputTokensPerSecond === undefined || outputTokensPerSecond <= bound) return [];
  const message = "is more than the GPUs' arithmetic peak allows, prompts included";
  return [
    refused(run, "outputTokensPerSecond", message, outputTokensPerSecond, bound, "give the rate of one replica, and output tokens only"),
  ];
}

function shorterThanPrefill(run: MeasuredRun): Finding[] {
  const { ttftMs } = run.measured;
  const computed = run.lengths.inputTokens * (1 - run.lengths.prefixCacheHitRate);
  const boundMs = Math.max(memorySeconds(run), (flopPerToken(run) * computed) / peakFlops(run)) * 1e3;
  if (ttftMs === undefined || ttftMs >= boundMs) return [];
  const message = "is shorter than the prompt's arithmetic at the GPUs' peak";
  return [
    refused(run, "ttftMs", message, ttftMs, boundMs, unitsOr(ttftMs, boundMs, "if prompts came from the cache, give prefixCacheHitRate")),
  ];
}

/** A value that would be well within the possible a thousand times as large was written in seconds. */
const unitsOr = (value: number, bound: number, otherwise: string): string =>
  value * 1000 >= bound && value < bound / 10 ? "give milliseconds, not seconds" : otherwise;

/** Mean TPOT of requests and the rate of the whole may differ by this before they contradict each other. */
const slack = 1.3;

/** Little's law: in a closed loop no more than `concurrency` requests put out a token every TPOT. */
function moreThanItsClients(run: MeasuredRun): Finding[] {
  const { tpotMs, outputTokensPerSecond } = run.measured;
  if (run.load.kind !== "closed" || tpotMs === undefined || outputTokensPerSecond === undefined) return [];
  const bound = (run.load.concurrency / tpotMs) * 1e3;
  if (outputTokensPerSecond <= slack * bound) return [];
  const message = `is more than ${run.load.concurrency} requests put out at ${rounded(tpotMs)} ms a token`;
  return [refused(run, "outputTokensPerSecond", message, outputTokensPerSecond, bound, "give the rate and the concurrency of one replica")];
}

function farFromPrediction(run: MeasuredRun, farthest: number): Finding[] {
  const point = estimate(run.replica, run.lengths, run.load);
  const predicted: Record<Key, number> = {
    ttftMs: point.ttftMs.mean,
    tpotMs: point.tpotMs.mean,
    outputTokensPerSecond: point.outputTokensPerSecond,
  };
  return figures.flatMap(({ key }) => {
    const value = run.measured[key];
    const ratio = value === undefined ? 1 : value / predicted[key];
    if (!Number.isFinite(predicted[key]) || (ratio <= farthest && ratio >= 1 / farthest)) return [];
    const message = `is more than ${farthest} times off the prediction: no error of the model is that large`;
    return [
      refused(run, key, message, value ?? 0, predicted[key], "check the units, the GPU and the number of replicas behind the figure"),
    ];
  });
}
