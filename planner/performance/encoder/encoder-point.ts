import type { TaskPerformance } from "../../../catalog/schema/task-performance.ts";
import type { Finding } from "../../finding.ts";
import { interval90 } from "../evidence.ts";
import type { Replica } from "../replica.ts";
import { unknownGpuFigure } from "../request-service.ts";
import type { LatencySummary, Lengths, Load, ServingPoint } from "../serving-point.ts";
import { type BatchLatency, type BatchQueue, batchLatency, batchQueue, latencyQuantile } from "./batch-queue.ts";
import { type BatchServer, batchSeconds, batchServer, largestRate } from "./batch-server.ts";

/** What one replica of an embedding model or a reranker does at a load. There is no cache and no second token: a request is one pass. */
export function encoderPoint(replica: Replica, tasks: TaskPerformance, lengths: Lengths, load: Load): ServingPoint {
  const server = batchServer(replica, lengths, tasks);
  if (server === null) return unservable(replica);
  const context = { replica, tasks, server };
  switch (load.kind) {
    case "open": {
      const queue = batchQueue(server, load.requestsPerSecond);
      return queue === null ? overloaded(context, load.requestsPerSecond) : queuedPoint(context, queue);
    }
    case "closed":
      return closedPoint(context, Math.max(1, load.concurrency));
    case "saturated":
      return { ...closedPoint(context, 2 * server.maxRequests), limitedBy: "compute", utilization: 1 };
    case "batch":
      return burstPoint(context, load.requests);
  }
}

export interface EncoderContext {
  readonly replica: Replica;
  readonly tasks: TaskPerformance;
  readonly server: BatchServer;
}

export function queuedPoint(context: EncoderContext, queue: BatchQueue): ServingPoint {
  const latency = batchLatency(queue);
  return complete(context, {
    latencyMs: summary(latency),
    requestsPerSecond: queue.requestsPerSecond,
    concurrency: queue.requestsPerSecond * latency.meanSeconds,
    utilization: queue.requestsPerSecond / largestRate(context.server),
    limitedBy: "load",
    finding: null,
  });
}

const summary = (latency: BatchLatency): LatencySummary => {
  const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((share) => latencyQuantile(latency, share) * 1e3);
  return { mean: latency.meanSeconds * 1e3, p50, p95, p99 };
};

/**
 * Clients that wait for each other's answers end up in two groups: while one is in the engine the other queues. A single client is alone
 * with it. Little's law gives the latency.
 */
function closedPoint(context: EncoderContext, clients: number): ServingPoint {
  const { server } = context;
  const batch = clients < 2 ? 1 : Math.min(server.maxRequests, clients / 2);
  const alone = server.frontSeconds + batchSeconds(server, 1);
  const rate = Math.min(clients < 2 ? clients / alone : batch / batchSeconds(server, batch), 1 / server.frontSeconds);
  const seconds = clients / rate;
  return complete(context, {
    latencyMs: uniformSummary(seconds, Math.min(seconds, server.requestSeconds * server.variation)),
    requestsPerSecond: rate,
    concurrency: clients,
    utilization: Math.min(1, rate / largestRate(server)),
    limitedBy: batch < server.maxRequests ? "load" : "max-num-seqs",
    finding: null,
  });
}

/** All at once, none after them: answers come batch by batch. */
function burstPoint(context: EncoderContext, requests: number): ServingPoint {
  const { server } = context;
  const batches = Math.ceil(requests / server.maxRequests);
  const total =
    Math.max(batches * server.fixedSeconds + requests * server.requestSeconds, requests * server.frontSeconds) + server.frontSeconds;
  const first = total / batches;
  return complete(context, {
    latencyMs: uniformSummary((first + total) / 2, (total - first) / Math.sqrt(12)),
    requestsPerSecond: requests / total,
    concurrency: requests,
    utilization: 1,
    limitedBy: requests > server.maxRequests ? "max-num-seqs" : "load",
    finding: null,
  });
}

/** A mean, and a spread that is even on both sides of it. */
function uniformSummary(seconds: number, deviation: number): LatencySummary {
  const half = Math.min(seconds, deviation * Math.sqrt(3));
  const at = (share: number): number => (seconds + half * (2 * share - 1)) * 1e3;
  return { mean: seconds * 1e3, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Standard deviation of ln(measured / predicted). */
export const encoderSigma = ({ replica, tasks }: Pick<EncoderContext, "replica" | "tasks">): number =>
  tasks.prefillOnly.sigma[isMeasured(replica, tasks) ? "measured" : "none"];

const isMeasured = ({ gpu }: Replica, tasks: TaskPerformance): boolean =>
  [gpu.performanceFamily ?? "", gpu.id].some((name) => tasks.prefillOnly.measuredFamilies.includes(name));

interface PointParts {
  readonly latencyMs: LatencySummary;
  readonly requestsPerSecond: number;
  readonly concurrency: number;
  readonly utilization: number;
  readonly limitedBy: ServingPoint["limitedBy"];
  readonly finding: Finding | null;
}

const nothing: LatencySummary = { mean: 0, p50: 0, p95: 0, p99: 0 };

function complete(context: EncoderContext, parts: PointParts): ServingPoint {
  const { replica, tasks, server } = context;
  const sigma = encoderSigma(context);
  const tokensPerSecond = parts.requestsPerSecond * server.tokensPerRequest;
  const latency = interval90(parts.latencyMs.mean, sigma);
  return {
    ...parts,
    ttftMs: parts.latencyMs,
    tpotMs: nothing,
    outputTokensPerSecond: 0,
    totalTokensPerSecond: tokensPerSecond,
    tokensPerSecond,
    fits: true,
    interval90: {
      ttftMs: latency,
      tpotMs: [0, 0],
      outputTokensPerSecond: [0, 0],
      latencyMs: latency,
      tokensPerSecond: interval90(tokensPerSecond, sigma),
    },
    evidence: isMeasured(replica, tasks) ? "gpu-family" : "none",
  };
}

const never = Number.POSITIVE_INFINITY;
const neverEnds: LatencySummary = { mean: never, p50: never, p95: never, p99: never };

function overloaded(context: EncoderContext, requestsPerSecond: number): ServingPoint {
  const limit = largestRate(context.server);
  const point = complete(context, {
    latencyMs: neverEnds,
    requestsPerSecond: limit,
    concurrency: never,
    utilization: 1,
    limitedBy: "saturated",
    finding: {
      code: "overloaded",
      path: "",
      message: "requests arrive faster than the replica can answer them",
      value: requestsPerSecond,
      limit,
      unit: "requests/s",
      suggestion: "use more replicas, or a faster GPU",
    },
  });
  return { ...point, interval90: { ...point.interval90, ttftMs: [never, never], latencyMs: [never, never] } };
}

function unservable(replica: Replica): ServingPoint {
  return {
    ttftMs: neverEnds,
    tpotMs: nothing,
    latencyMs: neverEnds,
    tokensPerSecond: 0,
    outputTokensPerSecond: 0,
    totalTokensPerSecond: 0,
    requestsPerSecond: 0,
    concurrency: 0,
    utilization: 0,
    limitedBy: "compute",
    fits: false,
    finding: unknownSpeed(replica),
    interval90: { ttftMs: [never, never], tpotMs: [0, 0], outputTokensPerSecond: [0, 0] },
    evidence: "none",
  };
}

export const unknownSpeed = (replica: Replica): Finding =>
  unknownGpuFigure(replica) ?? {
    code: "unknown-device-speed",
    path: "gpu",
    message: `how fast ${replica.gpu.id} computes in ${replica.layout.precision} is not known`,
    value: null,
    suggestion: "add tflopsDense for this GPU to a catalog override",
  };
