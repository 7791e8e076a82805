import type { LoadTable } from "./load-table.ts";
import { at, between, completionRate, tpotAt } from "./load-table.ts";

/** Stationary behaviour of one replica under random (Poisson) arrivals. Seconds. */
export interface Queue {
  readonly requestsPerSecond: number;
  /** Mean number of running requests. */
  readonly running: number;
  /** Requests waiting for KV room, mean. */
  readonly waiting: number;
  readonly tpotMean: number;
  readonly tpotDeviation: number;
  /** Chance that a request finds no room, and the rate of the exponential wait that follows. */
  readonly admissionShare: number;
  readonly admissionRate: number;
  /** Chance that prefill is busy, and the rate at which that wait falls off. */
  readonly prefillShare: number;
  readonly prefillRate: number;
  /** Half a step passes before an arrival is noticed. */
  readonly halfStep: number;
  /** What the sequences that decode beside it add to each prefill step. */
  readonly mixedDelay: number;
  readonly table: LoadTable;
}

/** A state this much less likely than the likeliest one is left out. */
const negligible = 1e-9;
/** A request's TPOT is an average over its stay, in which the load around it changes: 2 (x - 1 + e^-x) / x^2 at x = 1. */
const averagingShare = 0.736;

/**
 * State-dependent birth-death chain: n requests end at rate n / residence(n) up to the batch limit and at the rate of the
 * limit beyond. Null when the rate is not sustainable.
 */
export function queueAt(table: LoadTable, requestsPerSecond: number): Queue | null {
  const { limit, service } = table;
  const limitRate = completionRate(table, limit);
  if (requestsPerSecond >= limitRate) return null;
  const sums = stationarySums(table, requestsPerSecond);
  const load = requestsPerSecond / limitRate;
  const beyond = (sums.atLimit * load) / (1 - load);
  const total = sums.mass + beyond;
  const runningMass = sums.running + limit * beyond;
  const limitTpot = tpotAt(table, limit);
  const running = runningMass / total;
  const tpotMean = (sums.tpot + limit * beyond * limitTpot) / runningMass;
  const square = (sums.tpotSquare + limit * beyond * limitTpot * limitTpot) / runningMass;
  const work = between(table.prefillWork, running);
  const prefillShare = between(table.busy, running);
  // Prompts that arrive during one step share the next as far as its chunk holds them: one waits for those behind as well.
  const together = 2 - Math.min(1, service.prefillTokens / service.chunkTokens);
  // Prefills of others that fall into a stay: a Poisson number of them, each of random length.
  const interruptions = (requestsPerSecond * tpotMean * work * work * table.prefillSquareRatio) / service.outputTokens;
  return {
    requestsPerSecond,
    running,
    waiting: (sums.atLimit * load) / (1 - load) ** 2 / total,
    tpotMean,
    tpotDeviation: Math.sqrt(averagingShare * Math.max(0, square - tpotMean * tpotMean) + interruptions),
    admissionShare: (sums.atLimit + beyond) / total,
    // Exponential service would wait 1 / (limit rate - rate); Allen and Cunneen: times (1 + cv^2) / 2 for other lengths.
    admissionRate: (limitRate - requestsPerSecond) / ((1 + service.outputVariation ** 2) / 2),
    prefillShare,
    prefillRate: (2 * (1 - prefillShare)) / (together * at(table.prefillWork, 1) * table.prefillSquareRatio),
    halfStep: ((table.service.drafting?.tokensPerRound ?? 1) * between(table.decodeStep, running)) / 2,
    mixedDelay: between(table.mixedDelay, running),
    table,
  };
}

interface StationarySums {
  mass: number;
  running: number;
  tpot: number;
  tpotSquare: number;
  atLimit: number;
}

/** Sums over the states 0..limit, from the likeliest one outwards, relative to its probability. */
function stationarySums(table: LoadTable, requestsPerSecond: number): StationarySums {
  const { limit } = table;
  const mode = likeliestState(table, requestsPerSecond);
  const sums: StationarySums = { mass: 0, running: 0, tpot: 0, tpotSquare: 0, atLimit: 0 };
  const add = (count: number, probability: number): void => {
    const seconds = count > 0 ? tpotAt(table, count) : 0;
    sums.mass += probability;
    sums.running += count * probability;
    sums.tpot += count * probability * seconds;
    sums.tpotSquare += count * probability * seconds * seconds;
    if (count === limit) sums.atLimit = probability;
  };
  add(mode, 1);
  let probability = 1;
  for (let count = mode + 1; count <= limit && probability > negligible; count++) {
    probability *= requestsPerSecond / completionRate(table, count);
    add(count, probability);
  }
  probability = 1;
  for (let count = mode; count > 0 && probability > negligible; count--) {
    probability *= completionRate(table, count) / requestsPerSecond;
    add(count - 1, probability);
  }
  return sums;
}

/** The largest n that ends no faster than requests arrive. */
function likeliestState(table: LoadTable, requestsPerSecond: number): number {
  let low = 0;
  let high = table.limit;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (completionRate(table, middle) <= requestsPerSecond) low = middle;
    else high = middle;
  }
  return low;
}

/** P(TTFT > seconds): over the length quantiles, the chance that the two waits together take longer than what is left. */
export function ttftTail(queue: Queue, seconds: number): number {
  const { prefillAt, prefillSteps, prefillWeight } = queue.table;
  let tail = 0;
  for (let index = 0; index < prefillAt.length; index++) {
    const own = at(prefillAt, index) + queue.halfStep + queue.mixedDelay * at(prefillSteps, index);
    tail += at(prefillWeight, index) * waitTail(queue, seconds - own);
  }
  return tail;
}

/** P(admission wait + prefill wait > seconds), each zero or exponential. */
function waitTail(queue: Queue, seconds: number): number {
  if (seconds < 0) return 1;
  const a = queue.prefillShare;
  const b = queue.admissionShare;
  const alpha = queue.prefillRate;
  const prefill = Math.exp(-alpha * seconds);
  if (b < 1e-12) return a * prefill;
  const beta = Math.abs(queue.admissionRate - alpha) < 1e-6 * alpha ? alpha * (1 + 1e-6) : queue.admissionRate;
  const admission = Math.exp(-beta * seconds);
  return a * (1 - b) * prefill + b * (1 - a) * admission + (a * b * (beta * prefill - alpha * admission)) / (beta - alpha);
}

export const ttftMean = (queue: Queue): number =>
  queue.table.prefillMean +
  queue.halfStep +
  queue.mixedDelay * queue.table.prefillStepsMean +
  queue.prefillShare / queue.prefillRate +
  queue.admissionShare / queue.admissionRate;

export function ttftQuantile(queue: Queue, share: number): number {
  let low = 0;
  let high = 2 * ttftMean(queue);
  while (ttftTail(queue, high) > 1 - share) high *= 2;
  while (high - low > 1e-4 * high) {
    const middle = (low + high) / 2;
    if (ttftTail(queue, middle) > 1 - share) low = middle;
    else high = middle;
  }
  return high;
}
