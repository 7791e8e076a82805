import { mixedStepSeconds } from "../../planner/performance/prefill.ts";
import type { RequestService } from "../../planner/performance/request-service.ts";

/** mulberry32: a small seeded generator, uniform on [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Simulated {
  readonly ttft: readonly number[];
  readonly tpot: readonly number[];
  readonly requestsPerSecond: number;
}

interface Request {
  readonly arrival: number;
  readonly prompt: number;
  readonly output: number;
  prefilled: number;
  produced: number;
  first: number;
  end: number;
}

/**
 * Continuous batching with chunked prefill, step by step: waiting requests are admitted in order while fewer than the limit
 * run, each step computes up to one chunk of prompt tokens beside one token of every decoding sequence.
 */
export function simulate(service: RequestService, requestsPerSecond: number, requests: number, seed: number): Simulated {
  const all = arrivals(service, requestsPerSecond, requests, seed);
  const limit = Math.max(1, Math.floor(service.maxRunning));
  let clock = 0;
  let admitted = 0;
  let running: Request[] = [];
  while (admitted < all.length || running.length > 0) {
    const next = all[admitted];
    if (running.length === 0 && next !== undefined) clock = Math.max(clock, next.arrival);
    while (running.length < limit && admitted < all.length && (all[admitted]?.arrival ?? 0) <= clock) {
      running.push(...all.slice(admitted, admitted + 1));
      admitted++;
    }
    clock += step(service, running, clock);
    running = running.filter(({ end }) => end === 0);
  }
  const http = service.costs.timing.generation.httpMilliseconds / 1e3;
  const settled = all.slice(Math.floor(all.length / 5));
  const ascending = (a: number, b: number): number => a - b;
  return {
    ttft: settled.map(({ first, arrival }) => first - arrival + http).sort(ascending),
    tpot: settled.map(({ first, end, output }) => (end - first) / (output - 1)).sort(ascending),
    requestsPerSecond: all.length / clock,
  };
}

/** Poisson arrivals, log-normal lengths. */
function arrivals(service: RequestService, requestsPerSecond: number, requests: number, seed: number): Request[] {
  const random = seeded(seed);
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const lognormal = (variation: number): number => {
    const sigma = Math.sqrt(Math.log1p(variation ** 2));
    return Math.exp(sigma * gaussian() - (sigma * sigma) / 2);
  };
  let arrival = 0;
  return Array.from({ length: requests }, () => {
    arrival += -Math.log(1 - random()) / requestsPerSecond;
    const output = Math.max(2, Math.round(service.outputTokens * lognormal(service.outputVariation)));
    const prompt = Math.max(1, Math.round(service.prefillTokens * lognormal(service.inputVariation)));
    return { arrival, prompt, output, prefilled: 0, produced: 0, first: 0, end: 0 };
  });
}

/** One engine step: seconds. */
function step(service: RequestService, running: readonly Request[], clock: number): number {
  const decoding = running.filter(({ prefilled, prompt }) => prefilled >= prompt);
  const prefilling = running.filter(({ prefilled, prompt }) => prefilled < prompt);
  let budget = service.chunkTokens;
  for (const request of prefilling) {
    const chunk = Math.min(budget, request.prompt - request.prefilled);
    request.prefilled += chunk;
    budget -= chunk;
  }
  const seconds = mixedStepSeconds(service, service.chunkTokens - budget, decoding.length);
  for (const request of decoding) request.produced++;
  for (const request of prefilling) {
    if (request.prefilled < request.prompt) continue;
    request.first = clock + seconds;
    request.produced = 1;
  }
  for (const request of running) if (request.produced >= request.output) request.end = clock + seconds;
  return seconds;
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
