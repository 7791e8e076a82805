import type { PrefillEngine, TaskPerformance } from "../../../catalog/schema/task-performance.ts";
import { isHost } from "../../layouts/host.ts";
import { deviceRates, hasUnknownRates } from "../device-rates.ts";
import { normalQuantile } from "../quantiles.ts";
import type { Replica } from "../replica.ts";
import type { Lengths } from "../serving-point.ts";
import { poolingWork } from "./pooling-work.ts";

/**
 * An engine that takes the waiting requests together, up to `maxRequests`, and answers them when the pass is over:
 * a batch of n takes fixedSeconds + n x requestSeconds.
 */
export interface BatchServer {
  readonly fixedSeconds: number;
  readonly requestSeconds: number;
  /** At least 1: a request larger than a batch is read in several passes and has them to itself. */
  readonly maxRequests: number;
  /** Coefficient of variation of a request's own work. */
  readonly variation: number;
  /** What the API server needs for a request. It works beside the engine, one request after the other. */
  readonly frontSeconds: number;
  readonly tokensPerRequest: number;
}

/** Null when the GPU's speed is not known. */
export function batchServer(replica: Replica, lengths: Lengths, tasks: TaskPerformance): BatchServer | null {
  const { layout, memory, constants } = replica;
  const rates = deviceRates(replica, tasks);
  if (hasUnknownRates(rates)) return null;
  const engine = prefillEngine(tasks, replica.release.engine);
  const work = poolingWork(replica.model);
  const documents = documentsOf(lengths);
  const tokens = lengths.inputTokens;
  // What of a CPU's peak is reached was measured with such models, of a GPU's with large decoders.
  const factor = isHost(replica.gpu) ? 1 : engine.gemmFactor;
  const gemm = (tokens * work.gemmFlopPerToken) / (rates.gemmFlopPerSecond * factor);
  const attention = (tokens * (tokens / documents) * work.attentionFlopPerPair) / (rates.attentionFlopPerSecond * factor);
  const passes = Math.max(1, Math.ceil(tokens / layout.maxNumBatchedTokens));
  const bySequences = Math.floor(layout.maxNumSeqs / documents);
  const byTokens = Math.floor(layout.maxNumBatchedTokens / tokens);
  const overhead = (engine.fixedMicroseconds + work.layers * engine.layerMicroseconds * rates.overhead) * 1e-6;
  return {
    fixedSeconds: passes * (overhead + memory.weightBytes / rates.weightBytesPerSecond),
    requestSeconds: gemm + attention,
    maxRequests: Math.max(1, Math.min(bySequences, byTokens)),
    variation: requestVariation(lengths, constants.lengthVariation),
    frontSeconds: (engine.requestMilliseconds + documents * engine.documentMilliseconds) / 1e3,
    tokensPerRequest: tokens,
  };
}

export const documentsOf = (lengths: Lengths): number => Math.max(1, lengths.documentsPerRequest ?? 1);

/** An engine without constants is taken as the first. */
export function prefillEngine(tasks: TaskPerformance, name: string): PrefillEngine {
  const engine = tasks.prefillOnly.engines.find((candidate) => candidate.engine === name) ?? tasks.prefillOnly.engines[0];
  if (engine === undefined) throw new RangeError("the catalog has no engine for pooling models");
  return engine;
}

export const batchSeconds = (server: BatchServer, requests: number): number => server.fixedSeconds + requests * server.requestSeconds;

/** Requests a second that the replica can answer for ever. */
export const largestRate = (server: BatchServer): number =>
  Math.min(server.maxRequests / batchSeconds(server, server.maxRequests), 1 / server.frontSeconds);

/** Of log-normal lengths with this 95th percentile, or the assumed one; the texts of a request vary independently. */
function requestVariation({ inputTokens, inputTokensP95, ...lengths }: Lengths, assumed: number): number {
  const spread = inputTokensP95 === null ? assumed : logNormalVariation(inputTokensP95 / inputTokens);
  return spread / Math.sqrt(documentsOf({ inputTokens, inputTokensP95, ...lengths }));
}

const z95 = normalQuantile(0.95);

/** ln(p95 / mean) = z s - s^2 / 2, solved for s. */
function logNormalVariation(p95OverMean: number): number {
  const discriminant = z95 ** 2 - 2 * Math.log(Math.max(1, p95OverMean));
  const sigma = z95 - Math.sqrt(Math.max(0, discriminant));
  return Math.sqrt(Math.expm1(sigma ** 2));
}
