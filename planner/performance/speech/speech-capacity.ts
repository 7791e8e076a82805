import type { TaskPerformance } from "../../../catalog/schema/task-performance.ts";
import type { Finding } from "../../finding.ts";
import type { Slo } from "../../spec/fleet-spec.ts";
import type { Capacity } from "../capacity.ts";
import { unknownSpeed } from "../encoder/encoder-point.ts";
import { idleRate, largestRateWithin } from "../largest-rate.ts";
import { normalQuantile } from "../quantiles.ts";
import type { Replica } from "../replica.ts";
import type { Lengths } from "../serving-point.ts";
import { queuedPoint, speechSigma } from "./speech-point.ts";
import { speechLatency, speechQuantile, speechQueue } from "./speech-queue.ts";
import { largestSpeechRate, speechServer } from "./speech-server.ts";

/** The largest rate of recordings of which 95 % take at most realTimeFactor of their length with chance `confidence`. */
export function speechCapacity(replica: Replica, tasks: TaskPerformance, lengths: Lengths, slo: Slo, confidence: number): Capacity {
  const server = speechServer(replica, lengths, tasks);
  if (server === null) return { requestsPerSecond: 0, finding: unknownSpeed(replica) };
  const context = { replica, tasks, server, outputTokens: lengths.outputTokens };
  const margin = Math.exp(normalQuantile(confidence) * speechSigma(context));
  const limit = slo.realTimeFactor ?? Number.POSITIVE_INFINITY;
  const allowedSeconds = (limit * server.audioSeconds) / margin;
  const ceiling = largestSpeechRate(server) * Math.min(tasks.transcription.utilizationCeiling, 1 / margin);
  const found = largestRateWithin(ceiling, (rate) => {
    const queue = speechQueue(server, rate);
    return queue !== null && speechLatency(queue).tail(allowedSeconds) <= 0.05;
  });
  const queue = speechQueue(server, found?.rate ?? idleRate(ceiling));
  if (queue === null) return { requestsPerSecond: 0, finding: unknownSpeed(replica) };
  if (found === null) {
    const best = (speechQuantile(speechLatency(queue), 0.95) * margin) / server.audioSeconds;
    return { requestsPerSecond: 0, finding: unreachable(best, limit) };
  }
  return { requestsPerSecond: found.rate, point: queuedPoint(context, queue), binding: found.isCeiling ? "throughput" : "realTimeFactor" };
}

const unreachable = (best: number, limit: number): Finding => ({
  code: "slo-unreachable",
  path: "slo.realTimeFactor",
  message: "even an idle replica misses realTimeFactor at the confidence asked for",
  value: Math.ceil(best * 1000) / 1000,
  limit,
  suggestion: "relax the limit, or use a smaller model or a faster GPU",
});
