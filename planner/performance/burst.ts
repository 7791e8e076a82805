import { decodeStepSeconds, mixedStepSeconds, prefillSeconds } from "./prefill.ts";
import type { RequestService } from "./request-service.ts";
import { loadedTpotSeconds, type SteadyState } from "./steady-state.ts";

/** `requests` at once and no more coming: seconds until the last answer ends, and the means over all of them. */
export interface BatchDrain extends SteadyState {
  readonly drainSeconds: number;
}

/** `longest` is the longest over the mean output: 1 when all outputs are equally long. */
export function batchDrain(service: RequestService, requests: number, longest: number): BatchDrain {
  const { outputTokens } = service;
  const running = Math.min(requests, service.maxRunning);
  const rate = running / (outputTokens * loadedTpotSeconds(service, running));
  const prefill = batchPrefillSeconds(service, running);
  const tail = longest * outputTokens * decodeStepSeconds(service, running / longest);
  const queue = (requests - running) / rate;
  const drainSeconds = queue + prefill + tail;
  // Who starts at once decodes through what is left of the others' prefills; who waits, beside a full batch.
  const started = running / requests;
  const together = decodeStepSeconds(service, running) + burstPrefillSeconds(service, running, prefill, longest > 1);
  const tpot = started * together + (1 - started) * loadedTpotSeconds(service, running);
  const { httpMilliseconds, httpPerClientMilliseconds } = service.costs.timing.generation;
  const http = (httpMilliseconds + (httpPerClientMilliseconds * (requests - 1)) / 2) / 1e3;
  const wait = prefill / 2 + queue / 2;
  return {
    ttftSeconds: http + Math.max(prefillSeconds(service), wait),
    tpotSeconds: tpot,
    // The others' prefills that are left are spread evenly between none and all.
    tpotDeviationSeconds: (started * prefill) / (outputTokens * Math.sqrt(12)),
    requestsPerSecond: requests / drainSeconds,
    running,
    concurrency: requests,
    waitSeconds: wait,
    drainSeconds,
  };
}

/** Prefill of `requests` prompts together, in steps of at most one chunk. */
function batchPrefillSeconds(service: RequestService, requests: number): number {
  const { tokens, chunk } = batchChunks(service, requests);
  return (tokens / chunk) * mixedStepSeconds(service, chunk, 0);
}

function batchChunks(service: RequestService, requests: number): { tokens: number; chunk: number } {
  const tokens = requests * service.prefillTokens;
  return { tokens, chunk: Math.min(tokens, service.chunkTokens) };
}

/**
 * What the others' prefills add to a token of a burst, mean over its requests: after its own prompt a request finds between none and all of
 * them left. Engines that decode between chunks make it wait for one chunk a token while there are any; the others for all of them before its
 * second token. Where answers vary, short ones meet little else: a benchmark's mean over requests then is far above the mean over tokens.
 * Varying answers are taken as exponential (E[1/O] = ln(O)/(O-1) of a geometric length).
 */
function burstPrefillSeconds(service: RequestService, running: number, prefill: number, varies: boolean): number {
  const { outputTokens } = service;
  if (service.costs.timing.generation.prefillsFirst) {
    const inverse = varies && outputTokens > 2 ? Math.log(outputTokens) / (outputTokens - 1) : 1 / outputTokens;
    return (prefill / 2) * inverse;
  }
  const { tokens, chunk } = batchChunks(service, running);
  const steps = tokens / chunk;
  let share = 0;
  for (let slice = 0; slice < slices; slice++) share += metShare(((slice + 0.5) / slices) * (steps / outputTokens), varies) / slices;
  return share * (prefill / steps);
}

const slices = 16;

/** E[min(1, x / O)] of answers O with mean 1: the share of an answer's tokens that come while `x` (in mean answers) chunks are left. */
const metShare = (x: number, varies: boolean): number => (varies ? -Math.expm1(-x) + x * exponentialIntegral(x) : Math.min(1, x));

/** E1(x) = integral of exp(-t)/t from x, to 2e-7 and better: Abramowitz and Stegun 5.1.53 and 5.1.54. */
function exponentialIntegral(x: number): number {
  if (x <= 1) {
    const a = [-0.57721566, 0.99999193, -0.24991055, 0.05519968, -0.00976004, 0.00107857];
    return a.reduce((sum, value, power) => sum + value * x ** power, 0) - Math.log(x);
  }
  const over = x * x + 2.334733 * x + 0.250621;
  const under = x * x + 3.330657 * x + 1.681534;
  return (Math.exp(-x) / x) * (over / under);
}
