import { decodeRoundSeconds, decodeStepSeconds, prefillSeconds, prefillWorkSeconds } from "./prefill.ts";
import type { RequestService } from "./request-service.ts";

/** Mean behaviour of one replica under a steady load. Seconds and tokens. */
export interface SteadyState {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  /** Standard deviation of a request's TPOT: how many prefills of others it meets. */
  readonly tpotDeviationSeconds: number;
  readonly requestsPerSecond: number;
  /** Sequences decoding or prefilling at once. */
  readonly running: number;
  /** Requests in the engine, those that wait for room included. */
  readonly concurrency: number;
  /** Part of the TTFT that is spent waiting for other requests. */
  readonly waitSeconds: number;
}

const iterations = 14;

/** `concurrency` clients, each sending its next request when the last one is answered. */
export function closedLoop(service: RequestService, concurrency: number): SteadyState {
  const { outputTokens, costs, replica } = service;
  const { serving } = replica.constants;
  const running = Math.min(concurrency, service.maxRunning);
  const others = Math.max(0, running - 1);
  let decoding = running;
  let tpot = 0;
  let decodeTime = 0;
  let prefillTime = 0;
  let work = 0;
  let prefilling = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    work = prefillWorkSeconds(service, decoding);
    // A sequence that decodes is at least one.
    tpot = decodeStepSeconds(service, Math.max(Math.min(1, running), decoding)) + (others / outputTokens) * (work / costs.pipelineStages);
    decodeTime = outputTokens * tpot;
    prefillTime = work * (1 + (others / Math.max(1, running)) * prefilling);
    prefilling = (running * prefillTime) / (decodeTime + prefillTime);
    decoding = (decoding + (running * decodeTime) / (decodeTime + prefillTime)) / 2;
  }
  const cycle = decodeTime + prefillTime;
  const burst = service.inputVariation < 0.05 ? serving.burstShareEqualLengths : serving.burstShare;
  const otherShare = running > 0 ? others / running : 0;
  const wait =
    (costs.timing.generation.httpPerClientMilliseconds * others) / 1e3 +
    serving.closedLoopQueue * work * prefilling * otherShare +
    (burst * work * others) / 2 +
    (concurrency > running ? ((concurrency - running) * cycle) / running : 0);
  return {
    ttftSeconds: unloadedTtftSeconds(service, decoding) + wait,
    tpotSeconds: tpot,
    tpotDeviationSeconds: (Math.sqrt(others * (1 + service.inputVariation ** 2)) * work) / costs.pipelineStages / outputTokens,
    requestsPerSecond: running / cycle,
    running,
    concurrency,
    waitSeconds: wait,
  };
}

/** Everything in a TTFT that is not waiting: request handling, the prefill itself, half a step until it is noticed. */
export const unloadedTtftSeconds = (service: RequestService, running: number, scale = 1): number =>
  service.costs.timing.generation.httpMilliseconds / 1e3 + prefillSeconds(service, scale) + decodeRoundSeconds(service, running) / 2;

/** TPOT when `running` sequences decode and as many prompts arrive as answers end. */
export function loadedTpotSeconds(service: RequestService, running: number): number {
  const work = prefillWorkSeconds(service, running) / service.costs.pipelineStages;
  return decodeStepSeconds(service, running) + (running / service.outputTokens) * work;
}

/** Requests per second at the largest batch: the ceiling of one replica. */
export const maxRequestsPerSecond = (service: RequestService): number =>
  service.maxRunning / (service.outputTokens * loadedTpotSeconds(service, service.maxRunning));

/** As many requests as the replica can take, over a run with its ramp-up and drain. */
export function saturated(service: RequestService): SteadyState {
  const ramp = service.replica.constants.serving.throughputRampShare;
  return { ...closedLoop(service, service.maxRunning), requestsPerSecond: ramp * maxRequestsPerSecond(service) };
}
