import { logNormalQuantile } from "../quantiles.ts";
import { largestSpeechRate, type SpeechServer, windowRate, windowSeconds } from "./speech-server.ts";

/** A speech replica under Poisson arrivals, as a birth-death chain over the windows in it. */
export interface SpeechQueue {
  readonly requestsPerSecond: number;
  /** Chance that an arriving window finds so many others, running or waiting. */
  readonly found: readonly number[];
  readonly server: SpeechServer;
}

const longestQueue = 4;

/** Null when more arrives than can be answered. */
export function speechQueue(server: SpeechServer, requestsPerSecond: number): SpeechQueue | null {
  if (requestsPerSecond >= largestSpeechRate(server)) return null;
  const arrivals = requestsPerSecond * server.windowsPerRequest;
  const states = server.maxWindows * longestQueue + 1;
  const chance: number[] = [1];
  let total = 1;
  for (let windows = 1; windows < states; windows++) {
    const previous = chance[windows - 1] ?? 0;
    const next = (previous * arrivals) / windowRate(server, Math.min(windows, server.maxWindows));
    chance.push(next);
    total += next;
    if (next < 1e-12 * total && windows > arrivals) break;
  }
  return { requestsPerSecond, found: chance.map((value) => value / total), server };
}

/** Latency of a recording, seconds. */
export interface SpeechLatency {
  readonly meanSeconds: number;
  readonly tail: (seconds: number) => number;
}

const points = [
  { z: 0, weight: 2 / 3 },
  { z: Math.sqrt(3), weight: 1 / 6 },
  { z: -Math.sqrt(3), weight: 1 / 6 },
] as const;

/** A recording shares the replica with the windows it finds; what has no place among them waits. Transcripts vary in length. */
export function speechLatency({ server, found }: SpeechQueue): SpeechLatency {
  const ways = found.flatMap((chance, others) => {
    if (chance < 1e-9) return [];
    const own = server.windowsPerRequest;
    const running = Math.min(server.maxWindows, others + own);
    const waiting = Math.max(0, others + own - server.maxWindows);
    const seconds = windowSeconds(server, running) + waiting / windowRate(server, server.maxWindows);
    return points.map(({ z, weight }) => ({
      chance: chance * weight,
      seconds: logNormalQuantile(seconds, seconds * server.tokensVariation, z),
    }));
  });
  return {
    meanSeconds: ways.reduce((sum, way) => sum + way.chance * way.seconds, 0),
    tail: (seconds) => ways.reduce((sum, way) => sum + (way.seconds > seconds ? way.chance : 0), 0),
  };
}

/** Smallest latency that this share of the recordings does not exceed, seconds. */
export function speechQuantile({ tail, meanSeconds }: SpeechLatency, share: number): number {
  let high = meanSeconds;
  while (tail(high) > 1 - share) high *= 1.5;
  let low = 0;
  for (let step = 0; step < 50 && high - low > 1e-6 * high; step++) {
    const middle = (low + high) / 2;
    if (tail(middle) > 1 - share) low = middle;
    else high = middle;
  }
  return high;
}
