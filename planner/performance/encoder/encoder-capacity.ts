import type { TaskPerformance } from "../../../catalog/schema/task-performance.ts";
import type { Finding } from "../../finding.ts";
import type { Slo } from "../../spec/fleet-spec.ts";
import type { Capacity } from "../capacity.ts";
import { idleRate, largestRateWithin } from "../largest-rate.ts";
import { normalQuantile } from "../quantiles.ts";
import type { Replica } from "../replica.ts";
import type { Lengths } from "../serving-point.ts";
import { batchLatency, batchQueue, latencyQuantile } from "./batch-queue.ts";
import { batchServer, largestRate } from "./batch-server.ts";
import { encoderSigma, queuedPoint, unknownSpeed } from "./encoder-point.ts";

/** The largest rate at which 95 % of the requests stay within latencyP95Ms with chance `confidence`, and never more than engines sustain. */
export function encoderCapacity(replica: Replica, tasks: TaskPerformance, lengths: Lengths, slo: Slo, confidence: number): Capacity {
  const server = batchServer(replica, lengths, tasks);
  if (server === null) return { requestsPerSecond: 0, finding: unknownSpeed(replica) };
  const context = { replica, tasks, server };
  const margin = Math.exp(normalQuantile(confidence) * encoderSigma(context));
  const limitMs = slo.latencyP95Ms ?? Number.POSITIVE_INFINITY;
  const ceiling = largestRate(server) * Math.min(tasks.prefillOnly.utilizationCeiling, 1 / margin);
  const found = largestRateWithin(ceiling, (rate) => {
    const queue = batchQueue(server, rate);
    return queue !== null && batchLatency(queue).tail(limitMs / 1e3 / margin) <= 0.05;
  });
  const queue = batchQueue(server, found?.rate ?? idleRate(ceiling));
  if (queue === null) return { requestsPerSecond: 0, finding: unknownSpeed(replica) };
  if (found === null)
    return { requestsPerSecond: 0, finding: unreachable(latencyQuantile(batchLatency(queue), 0.95) * margin * 1e3, limitMs) };
  return { requestsPerSecond: found.rate, point: queuedPoint(context, queue), binding: found.isCeiling ? "throughput" : "latencyP95Ms" };
}

const unreachable = (best: number, limit: number): Finding => ({
  code: "slo-unreachable",
  path: "slo.latencyP95Ms",
  message: "even an idle replica misses latencyP95Ms at the confidence asked for",
  value: Math.round(best * 10) / 10,
  limit,
  unit: "ms",
  suggestion: "relax the limit, send fewer documents a request or use a faster GPU",
});
