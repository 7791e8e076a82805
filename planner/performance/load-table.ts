import { lengthQuantiles } from "./length-quantiles.ts";
import { decodeStepSeconds, microBatch, mixedStepSeconds, prefillSeconds, prefillWorkSeconds } from "./prefill.ts";
import type { RequestService } from "./request-service.ts";

/** A replica's times for every number of running requests, tabulated once: a queue is evaluated at many request rates. Seconds. */
export interface LoadTable {
  readonly service: RequestService;
  /** Largest whole number of running requests. */
  readonly limit: number;
  /** Index n: one decode step while n run. Entry 0 repeats entry 1. */
  readonly decodeStep: Float64Array;
  /** Index n: what one prefill costs the others while n run. */
  readonly prefillWork: Float64Array;
  /** Index n: share of time spent on prefill when as many prompts arrive as end while n run; never falls with n. */
  readonly busy: Float64Array;
  /** Index n: what n decoding sequences add to a step that also computes a prompt; 0 where prefill runs alone. */
  readonly mixedDelay: Float64Array;
  /** TTFT on an idle replica, without the half step; one entry a length quantile. */
  readonly prefillAt: Float64Array;
  /** Steps that such a prompt takes. */
  readonly prefillSteps: Float64Array;
  readonly prefillWeight: Float64Array;
  readonly prefillMean: number;
  readonly prefillStepsMean: number;
  /** E[S^2] / E[S]^2 of prefill times. */
  readonly prefillSquareRatio: number;
}

export function loadTable(service: RequestService): LoadTable {
  const { costs, replica } = service;
  const limit = Math.max(1, Math.floor(service.maxRunning));
  const longest = (replica.layout.maxModelLen - service.outputTokens) / service.inputTokens;
  const quantiles = service.lengthQuantiles ?? lengthQuantiles(service.inputVariation, longest);
  const times = quantiles.map(({ scale }) => prefillSeconds(service, scale));
  const moment = (power: number): number => quantiles.reduce((sum, { weight }, index) => sum + weight * (times[index] ?? 0) ** power, 0);
  const chunk = Math.min(service.prefillTokens, service.chunkTokens);
  const alone = mixedStepSeconds(service, chunk, 0);
  const mixes = costs.timing.generation.mixesPrefill;
  const steps = quantiles.map(({ scale }) => Math.max(1, (service.prefillTokens * scale) / service.chunkTokens));
  const decodeStep = tabulate(limit, (running) => decodeStepSeconds(service, running));
  const prefillWork = tabulate(limit, (running) => prefillWorkSeconds(service, running) / costs.pipelineStages);
  const http = costs.timing.generation.httpMilliseconds / 1e3;
  return {
    service,
    limit,
    decodeStep,
    prefillWork,
    busy: busyShares(service, decodeStep, prefillWork),
    mixedDelay: tabulate(limit, (running) => (mixes ? mixedStepSeconds(service, chunk, microBatch(service, running)) - alone : 0)),
    prefillSteps: Float64Array.from(steps),
    prefillStepsMean: quantiles.reduce((sum, { weight }, index) => sum + weight * (steps[index] ?? 0), 0),
    prefillAt: Float64Array.from(times, (seconds) => http + seconds),
    prefillWeight: Float64Array.from(quantiles, ({ weight }) => weight),
    prefillMean: http + moment(1),
    prefillSquareRatio: moment(2) / moment(1) ** 2,
  };
}

/** Exact at 1 and about every 40 % above it, linear in between: step times bend slowly. */
function tabulate(limit: number, exact: (running: number) => number): Float64Array {
  const table = new Float64Array(limit + 1);
  let low = 1;
  let lowValue = exact(1);
  table[0] = lowValue;
  table[1] = lowValue;
  while (low < limit) {
    const high = Math.min(limit, Math.max(low + 1, Math.round(low * 1.4)));
    const highValue = exact(high);
    const slope = (highValue - lowValue) / (high - low);
    for (let running = low + 1; running <= high; running++) table[running] = lowValue + slope * (running - low);
    low = high;
    lowValue = highValue;
  }
  return table;
}

/** Larger batches prefill short prompts more cheaply, in places faster than load grows; a wait is not taken to shrink for that. */
function busyShares(service: RequestService, decodeStep: Float64Array, prefillWork: Float64Array): Float64Array {
  const shares = new Float64Array(decodeStep.length);
  for (let running = 1; running < shares.length; running++) {
    const prefill = running * at(prefillWork, running);
    const share = prefill / (service.outputTokens * at(decodeStep, running) + prefill);
    shares[running] = Math.max(at(shares, running - 1), share);
  }
  return shares;
}

export const at = (values: Float64Array, index: number): number => values[index] ?? 0;

/** The table at a number of running requests that need not be whole. */
export function between(values: Float64Array, running: number): number {
  const low = Math.min(values.length - 1, Math.max(0, Math.floor(running)));
  const high = Math.min(values.length - 1, low + 1);
  const share = Math.min(1, Math.max(0, running - low));
  return at(values, low) * (1 - share) + at(values, high) * share;
}

/** Seconds per output token of a request that is one of `running`: the others' prefills fall into its decoding. */
export const tpotAt = (table: LoadTable, running: number): number =>
  at(table.decodeStep, running) + ((running - 1) / table.service.outputTokens) * at(table.prefillWork, running);

/** Requests per second that end while `running` run. */
export const completionRate = (table: LoadTable, running: number): number =>
  running / (table.service.outputTokens * at(table.decodeStep, running) + running * at(table.prefillWork, running));
