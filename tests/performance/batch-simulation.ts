import type { BatchServer } from "../../planner/performance/encoder/batch-server.ts";

/** A repeatable stream of uniform numbers (mulberry32). */
export function randomStream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Requests one by one through a batch server: Poisson arrivals, log-normal work, the API server first. An oracle that shares no formula
 * with the queue it judges.
 * @returns latencies in seconds, the first tenth left out.
 */
export function simulateBatches(server: BatchServer, requestsPerSecond: number, requests: number, seed: number): number[] {
  const random = randomStream(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const sigma = Math.sqrt(Math.log1p(server.variation ** 2));
  const arrivals: number[] = [];
  const ready: number[] = [];
  const work: number[] = [];
  let clock = 0;
  let frontFree = 0;
  for (let index = 0; index < requests; index++) {
    clock += -Math.log(1 - random()) / requestsPerSecond;
    frontFree = Math.max(frontFree, clock) + server.frontSeconds;
    arrivals.push(clock);
    ready.push(frontFree);
    work.push(server.requestSeconds * Math.exp(sigma * normal() - sigma ** 2 / 2));
  }
  const latencies: number[] = [];
  let engineFree = 0;
  for (let next = 0; next < requests; ) {
    const start = Math.max(engineFree, ready[next] ?? 0);
    let end = next;
    let seconds = server.fixedSeconds;
    while (end < requests && end - next < server.maxRequests && (ready[end] ?? Number.POSITIVE_INFINITY) <= start) {
      seconds += work[end] ?? 0;
      end++;
    }
    engineFree = start + seconds;
    for (let index = next; index < end; index++) latencies.push(engineFree - (arrivals[index] ?? 0));
    next = end;
  }
  return latencies.slice(Math.floor(requests / 10));
}

export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
