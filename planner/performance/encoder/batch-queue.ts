import { logNormalQuantile } from "../quantiles.ts";
import { type BatchServer, batchSeconds, largestRate } from "./batch-server.ts";

/** Poisson arrivals at a batch server in balance: what the latency of a request is made of. */
export interface BatchQueue {
  readonly requestsPerSecond: number;
  /** Chance to find the engine idle. */
  readonly idleShare: number;
  /** Mean requests of a batch. */
  readonly meanBatch: number;
  readonly batchDeviation: number;
  /** Waiting for a place in a full batch: chance, and mean seconds. */
  readonly overflowShare: number;
  readonly overflowSeconds: number;
  /** The same at the API server. */
  readonly frontShare: number;
  readonly frontWaitSeconds: number;
  readonly server: BatchServer;
}

const settlingRounds = 60;

/**
 * Fixed point of the batch size. While a batch of E runs, mu = rate x its seconds requests come and make the next one; when none came the
 * engine waits for one, so E = mu + exp(-mu). Null when more arrives than can be answered.
 */
export function batchQueue(server: BatchServer, requestsPerSecond: number): BatchQueue | null {
  if (requestsPerSecond >= largestRate(server)) return null;
  const most = server.maxRequests;
  let batch = 1;
  for (let round = 0; round < settlingRounds; round++) {
    const arrivals = requestsPerSecond * batchSeconds(server, batch);
    const next = Math.min(most, arrivals + Math.exp(-arrivals));
    if (Math.abs(next - batch) < 1e-9 * next) break;
    batch = next;
  }
  const arrivals = requestsPerSecond * batchSeconds(server, batch);
  const full = requestsPerSecond * batchSeconds(server, most);
  const load = full / most;
  // Chance that a batch leaves somebody behind: certain for a server of one, vanishing while batches stay far from full.
  const overflowShare = load ** (most - 1);
  const gap = Math.exp(-arrivals);
  const idle = gap / (arrivals + gap);
  const feedback = Math.min(0.95, requestsPerSecond * server.requestSeconds);
  const frontLoad = requestsPerSecond * server.frontSeconds;
  return {
    requestsPerSecond,
    idleShare: idle * (1 - overflowShare) + (1 - load) * overflowShare,
    meanBatch: batch,
    // n' = arrivals while n run: its own Poisson noise, and what n and the lengths of its requests pass on.
    batchDeviation: Math.min(
      batch,
      Math.sqrt((Math.min(arrivals, most) + (feedback * server.variation) ** 2 * batch) / (1 - feedback ** 2)),
    ),
    overflowShare,
    overflowSeconds: (((1 + server.variation ** 2) * full) / (2 * (most - full))) * (batchSeconds(server, most) / most),
    frontShare: frontLoad,
    frontWaitSeconds: server.frontSeconds / (2 * (1 - frontLoad)),
    server,
  };
}

/** Three points that stand for a normal distribution (Gauss-Hermite). */
const points = [
  { z: 0, weight: 2 / 3 },
  { z: Math.sqrt(3), weight: 1 / 6 },
  { z: -Math.sqrt(3), weight: 1 / 6 },
] as const;

/** One of the ways a request may fare, with its chance. The rest of the running batch is uniform over `residualSeconds`. */
interface Course {
  readonly weight: number;
  readonly residualSeconds: number;
  readonly ownSeconds: number;
}

/** An idle engine starts at once; a busy one first ends its batch, of more than average length, then takes all that came meanwhile. */
function courses(queue: BatchQueue): Course[] {
  const { server, requestsPerSecond, idleShare, meanBatch, batchDeviation } = queue;
  const most = server.maxRequests;
  const found: Course[] = [];
  for (const own of points) {
    const length = logNormalQuantile(1, server.variation, own.z) * server.requestSeconds;
    const alone = server.fixedSeconds + length;
    found.push({ weight: idleShare * own.weight, residualSeconds: 0, ownSeconds: alone });
    const running = points.map((point) => {
      const requests = Math.min(most, Math.max(1, meanBatch + point.z * batchDeviation));
      const seconds = batchSeconds(server, requests);
      return { seconds, variance: requests * (server.requestSeconds * server.variation) ** 2, weight: point.weight * seconds };
    });
    const total = running.reduce((sum, { weight }) => sum + weight, 0);
    for (const { seconds, variance, weight } of running) {
      const mean = Math.min(most - 1, requestsPerSecond * seconds);
      for (const other of points) {
        const others = Math.min(most - 1, Math.max(0, mean + other.z * Math.sqrt(mean * (1 + server.variation ** 2))));
        found.push({
          weight: (1 - idleShare) * own.weight * (weight / total) * other.weight,
          residualSeconds: seconds + variance / seconds,
          ownSeconds: alone + others * server.requestSeconds,
        });
      }
    }
  }
  return found;
}

/** Latency of a request, as chances that it lasts longer than so many seconds. */
export interface BatchLatency {
  readonly meanSeconds: number;
  readonly tail: (seconds: number) => number;
}

export function batchLatency(queue: BatchQueue): BatchLatency {
  const ways = courses(queue);
  const { server, overflowShare, overflowSeconds, frontShare, frontWaitSeconds, idleShare } = queue;
  const waits = combinedWait(overflowShare * (1 - idleShare), overflowSeconds, frontShare, frontWaitSeconds);
  const mean = ways.reduce((sum, way) => sum + way.weight * (way.residualSeconds / 2 + way.ownSeconds), 0);
  return {
    meanSeconds: mean + server.frontSeconds + waits.share * waits.seconds,
    tail: (seconds) =>
      ways.reduce((sum, way) => {
        const left = seconds - server.frontSeconds - way.ownSeconds;
        return (
          sum +
          way.weight * ((1 - waits.share) * uniformTail(left, way.residualSeconds) + waits.share * slowedTail(left, way, waits.seconds))
        );
      }, 0),
  };
}

/** Two exponential waits, each met with its own chance, as one: the same mean, and met when either is. */
function combinedWait(a: number, aSeconds: number, b: number, bSeconds: number): { share: number; seconds: number } {
  const share = 1 - (1 - a) * (1 - b);
  return { share, seconds: share > 0 ? (a * aSeconds + b * bSeconds) / share : 0 };
}

/** Chance that a uniform time up to `span` is longer than `left`. */
const uniformTail = (left: number, span: number): number => (left <= 0 ? 1 : left >= span ? 0 : 1 - left / span);

/** The same of that time plus an exponential one. */
function slowedTail(left: number, { residualSeconds: span }: Course, mean: number): number {
  if (left <= 0) return 1;
  if (mean <= 0) return uniformTail(left, span);
  if (span <= 0) return Math.exp(-left / mean);
  const upTo = Math.min(left, span);
  // Integral over the uniform part u of exp(-(left - u) / mean), and the part of it that is longer by itself.
  return (mean * (Math.exp(-(left - upTo) / mean) - Math.exp(-left / mean))) / span + uniformTail(left, span);
}

const halvings = 60;

/** Smallest latency that this share of the requests does not exceed, seconds. */
export function latencyQuantile({ meanSeconds, tail }: BatchLatency, share: number): number {
  let high = meanSeconds;
  while (tail(high) > 1 - share) high *= 2;
  let low = 0;
  for (let step = 0; step < halvings && high - low > 1e-7 * high; step++) {
    const middle = (low + high) / 2;
    if (tail(middle) > 1 - share) low = middle;
    else high = middle;
  }
  return high;
}
