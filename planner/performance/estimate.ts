import type { Finding } from "../finding.ts";
import { batchDrain } from "./burst.ts";
import { evidence, interval90, type Metric, priorEvidence, roomWidening, sigmaOf } from "./evidence.ts";
import { extrapolations, weakened } from "./extrapolation.ts";
import { loadTable } from "./load-table.ts";
import { logNormalSummary } from "./quantiles.ts";
import { type Queue, queueAt, ttftMean, ttftQuantile } from "./queueing.ts";
import type { Replica } from "./replica.ts";
import { type RequestService, requestService, unknownGpuFigure } from "./request-service.ts";
import type { LatencySummary, Lengths, Load, ServingPoint } from "./serving-point.ts";
import { closedLoop, maxRequestsPerSecond, type SteadyState, saturated, unloadedTtftSeconds } from "./steady-state.ts";

/** What one replica does at a load, with percentiles and 90 % intervals. */
export function estimate(replica: Replica, lengths: Lengths, load: Load): ServingPoint {
  const service = requestService(replica, lengths);
  if (service.maxRunning < 1) return unservable(service, noRoom(service));
  switch (load.kind) {
    case "open":
      return openPoint(service, load.requestsPerSecond);
    case "closed":
      return closedPoint(service, load.concurrency);
    case "saturated":
      return {
        ...steadyPoint(service, saturated(service), ["ttft", "tpotClosed", "maxOutput"]),
        utilization: 1,
        limitedBy: service.runningLimit,
      };
    case "batch":
      return batchPoint(service, load.requests, lengths);
  }
}

function openPoint(service: RequestService, requestsPerSecond: number): ServingPoint {
  const queue = queueAt(loadTable(service), requestsPerSecond);
  return queue === null ? overloaded(service, requestsPerSecond) : queuePoint(service, queue);
}

/** The serving point of a queue that is in balance. */
export function queuePoint(service: RequestService, queue: Queue): ServingPoint {
  const ttft = ttftMean(queue);
  const rate = queue.requestsPerSecond;
  return complete(service, {
    ttftMs: {
      mean: ttft * 1e3,
      p50: ttftQuantile(queue, 0.5) * 1e3,
      p95: ttftQuantile(queue, 0.95) * 1e3,
      p99: ttftQuantile(queue, 0.99) * 1e3,
    },
    tpotMs: logNormalSummary(queue.tpotMean, queue.tpotDeviation),
    requestsPerSecond: rate,
    concurrency: rate * (ttft + service.outputTokens * queue.tpotMean),
    utilization: Math.min(1, rate / maxRequestsPerSecond(service)),
    limitedBy: "load",
    finding: null,
    metrics: ["ttft", "tpotOpen", "maxOutput"],
  });
}

function closedPoint(service: RequestService, concurrency: number): ServingPoint {
  const clients = Math.max(1, concurrency);
  const state = closedLoop(service, clients);
  const single = clients <= 1;
  const point = steadyPoint(service, state, single ? ["ttft", "tpotSingle", "tpotSingle"] : ["ttft", "tpotClosed", "maxOutput"]);
  const full = clients > service.maxRunning;
  return { ...point, utilization: Math.min(1, clients / service.maxRunning), limitedBy: full ? service.runningLimit : "load" };
}

/** A burst of equally long answers, unless the lengths are said to vary: by their spread, or by a mean that is no whole number. */
function batchPoint(service: RequestService, requests: number, lengths: Lengths): ServingPoint {
  const { inputTokens, outputTokens, inputTokensP95 } = lengths;
  const isMean = !Number.isInteger(inputTokens) || !Number.isInteger(outputTokens);
  const varies = inputTokensP95 === null ? isMean : inputTokensP95 > inputTokens;
  const longest = varies ? longestToMean(service, requests) : 1;
  const output = varies ? "batchDrain" : "staticBatch";
  const point = steadyPoint(service, batchDrain(service, Math.max(1, requests), longest), ["ttftBurst", "tpotBurst", output]);
  return { ...point, limitedBy: requests > service.maxRunning ? service.runningLimit : "load" };
}

/** Longest over mean answer of a batch: the larger the batch, the longer its longest. */
function longestToMean(service: RequestService, requests: number): number {
  const small = service.replica.constants.serving.batchLongestToMeanOutput;
  const share = Math.log(requests / small.requests) / Math.log(small.largeRequests / small.requests);
  const longest = small.ratio * (small.largeRatio / small.ratio) ** Math.max(0, Math.min(1, share));
  return Math.min(requests, longest);
}

/** Waits are taken as exponential around their mean, the prefill itself as varying with the input length. */
function steadyPoint(service: RequestService, state: SteadyState, metrics: PointParts["metrics"]): ServingPoint {
  const own = unloadedTtftSeconds(service, state.running);
  const ttftDeviation = Math.hypot(state.waitSeconds, own * Math.min(1, service.inputVariation));
  return complete(service, {
    ttftMs: logNormalSummary(state.ttftSeconds, ttftDeviation),
    tpotMs: logNormalSummary(state.tpotSeconds, state.tpotDeviationSeconds),
    requestsPerSecond: state.requestsPerSecond,
    concurrency: state.concurrency,
    utilization: Math.min(1, state.running / service.maxRunning),
    limitedBy: "load",
    finding: null,
    metrics,
  });
}

interface PointParts {
  readonly ttftMs: LatencySummary;
  readonly tpotMs: LatencySummary;
  readonly requestsPerSecond: number;
  readonly concurrency: number;
  readonly utilization: number;
  readonly limitedBy: ServingPoint["limitedBy"];
  readonly finding: Finding | null;
  /** Whose error bars TTFT, TPOT and the output rate take. */
  readonly metrics: readonly [Metric, Metric, Metric];
}

function complete(service: RequestService, parts: PointParts): ServingPoint {
  const { replica } = service;
  const { metrics, ...rest } = parts;
  const ttftMs = scaled(parts.ttftMs, replica.correction?.ttft ?? 1);
  const far = extrapolations(replica, service.inputTokens + service.outputTokens, Math.min(parts.concurrency, service.maxRunning));
  const level = weakened(priorEvidence(replica), far);
  const widening = roomWidening(replica);
  const output = parts.requestsPerSecond * service.outputTokens;
  const sigma = (metric: Metric): number => sigmaOf(replica, metric, level, widening);
  return {
    ...rest,
    ttftMs,
    outputTokensPerSecond: output,
    totalTokensPerSecond: output + parts.requestsPerSecond * service.inputTokens,
    fits: true,
    interval90: {
      ttftMs: interval90(ttftMs.mean, sigma(metrics[0])),
      tpotMs: interval90(parts.tpotMs.mean, sigma(metrics[1])),
      outputTokensPerSecond: interval90(output, sigma(metrics[2])),
    },
    evidence: weakened(evidence(replica), far),
    ...(far.length === 0 ? {} : { extrapolations: far }),
  };
}

const scaled = ({ mean, p50, p95, p99 }: LatencySummary, factor: number): LatencySummary => ({
  mean: mean * factor,
  p50: p50 * factor,
  p95: p95 * factor,
  p99: p99 * factor,
});

const never: LatencySummary = {
  mean: Number.POSITIVE_INFINITY,
  p50: Number.POSITIVE_INFINITY,
  p95: Number.POSITIVE_INFINITY,
  p99: Number.POSITIVE_INFINITY,
};

/** More arrives than can be answered: the queue and every TTFT grow without end, the output stays at the ceiling. */
function overloaded(service: RequestService, requestsPerSecond: number): ServingPoint {
  const state = saturated(service);
  const point = steadyPoint(service, state, ["ttft", "tpotClosed", "maxOutput"]);
  const infinite = Number.POSITIVE_INFINITY;
  return {
    ...point,
    ttftMs: never,
    interval90: { ...point.interval90, ttftMs: [infinite, infinite] },
    concurrency: infinite,
    utilization: 1,
    limitedBy: "saturated",
    finding: {
      code: "overloaded",
      path: "",
      message: "requests arrive faster than the replica can answer them",
      value: requestsPerSecond,
      limit: maxRequestsPerSecond(service),
      unit: "requests/s",
      suggestion: "use more replicas, or a larger layout",
    },
  };
}

function unservable(service: RequestService, finding: Finding): ServingPoint {
  const infinite = Number.POSITIVE_INFINITY;
  return {
    ttftMs: never,
    tpotMs: never,
    outputTokensPerSecond: 0,
    totalTokensPerSecond: 0,
    requestsPerSecond: 0,
    concurrency: 0,
    utilization: 0,
    limitedBy: "kv-cache",
    fits: false,
    finding,
    interval90: { ttftMs: [infinite, infinite], tpotMs: [infinite, infinite], outputTokensPerSecond: [0, 0] },
    evidence: evidence(service.replica),
  };
}

/** Why not even one request can be served. */
export function noRoom(service: RequestService): Finding {
  const { memory } = service.replica;
  const unknown = unknownGpuFigure(service.replica);
  if (unknown !== null) return unknown;
  if (memory.finding !== null) return memory.finding;
  return {
    code: "request-does-not-fit",
    path: "",
    message: "the KV cache cannot hold one request of these lengths",
    value: memory.kvBytesPerSequence(service.inputTokens + service.outputTokens),
    limit: memory.kvCacheBytes,
    unit: "bytes",
    suggestion: "use more GPUs in a replica, a smaller precision or shorter requests",
  };
}
