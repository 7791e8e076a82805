import type { TaskPerformance } from "../../../catalog/schema/task-performance.ts";
import type { Finding } from "../../finding.ts";
import { unknownSpeed } from "../encoder/encoder-point.ts";
import { interval90 } from "../evidence.ts";
import { logNormalSummary } from "../quantiles.ts";
import type { Replica } from "../replica.ts";
import type { LatencySummary, Lengths, Load, ServingPoint } from "../serving-point.ts";
import { type SpeechQueue, speechLatency, speechQuantile, speechQueue } from "./speech-queue.ts";
import { largestSpeechRate, type SpeechServer, speechServer, windowRate, windowSeconds } from "./speech-server.ts";

export interface SpeechContext {
  readonly replica: Replica;
  readonly tasks: TaskPerformance;
  readonly server: SpeechServer;
  readonly outputTokens: number;
}

/** What one replica of a Whisper model does at a load, in recordings of the mean length. */
export function speechPoint(replica: Replica, tasks: TaskPerformance, lengths: Lengths, load: Load): ServingPoint {
  const server = speechServer(replica, lengths, tasks);
  if (server === null) return unservable(replica);
  const context = { replica, tasks, server, outputTokens: lengths.outputTokens };
  const most = server.maxWindows / server.windowsPerRequest;
  switch (load.kind) {
    case "open": {
      const queue = speechQueue(server, load.requestsPerSecond);
      return queue === null ? overloaded(context, load.requestsPerSecond) : queuedPoint(context, queue);
    }
    case "closed":
      return closedPoint(context, Math.max(1, load.concurrency));
    case "saturated":
      return { ...closedPoint(context, Math.max(1, most)), utilization: 1, limitedBy: server.limitedBy };
    case "batch":
      return burstPoint(context, load.requests);
  }
}

export function queuedPoint(context: SpeechContext, queue: SpeechQueue): ServingPoint {
  const latency = speechLatency(queue);
  const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((share) => speechQuantile(latency, share) * 1e3);
  return complete(context, {
    latencyMs: { mean: latency.meanSeconds * 1e3, p50, p95, p99 },
    requestsPerSecond: queue.requestsPerSecond,
    concurrency: queue.requestsPerSecond * latency.meanSeconds,
    utilization: queue.requestsPerSecond / largestSpeechRate(context.server),
    limitedBy: "load",
    finding: null,
    running: Math.max(1, queue.requestsPerSecond * latency.meanSeconds),
  });
}

/** Each client has all windows of a recording in the replica. */
function closedPoint(context: SpeechContext, clients: number): ServingPoint {
  const { server } = context;
  const windows = clients * server.windowsPerRequest;
  const running = Math.min(server.maxWindows, windows);
  const rate = windowRate(server, running) / server.windowsPerRequest;
  const seconds = clients / rate;
  return complete(context, {
    latencyMs: logNormalSummary(seconds, seconds * server.tokensVariation),
    requestsPerSecond: rate,
    concurrency: clients,
    utilization: Math.min(1, rate / largestSpeechRate(server)),
    limitedBy: windows > server.maxWindows ? server.limitedBy : "load",
    finding: null,
    running,
  });
}

function burstPoint(context: SpeechContext, requests: number): ServingPoint {
  const { server } = context;
  const windows = requests * server.windowsPerRequest;
  const running = Math.min(server.maxWindows, windows);
  const total = windows / windowRate(server, running);
  const first = Math.min(total, windowSeconds(server, running));
  return complete(context, {
    latencyMs: logNormalSummary((first + total) / 2, (total - first) / Math.sqrt(12)),
    requestsPerSecond: requests / total,
    concurrency: requests,
    utilization: 1,
    limitedBy: windows > server.maxWindows ? server.limitedBy : "load",
    finding: null,
    running,
  });
}

const isMeasured = ({ gpu }: Replica, { transcription }: TaskPerformance): boolean =>
  [gpu.performanceFamily ?? "", gpu.id].some((name) => transcription.measuredFamilies.includes(name));

/** Standard deviation of ln(measured / predicted). */
export const speechSigma = ({ replica, tasks }: Pick<SpeechContext, "replica" | "tasks">): number =>
  tasks.transcription.sigma[isMeasured(replica, tasks) ? "measured" : "none"];

interface PointParts {
  readonly latencyMs: LatencySummary;
  readonly requestsPerSecond: number;
  readonly concurrency: number;
  readonly utilization: number;
  readonly limitedBy: ServingPoint["limitedBy"];
  readonly finding: Finding | null;
  /** Windows in the decoder. */
  readonly running: number;
}

function complete(context: SpeechContext, { running, ...parts }: PointParts): ServingPoint {
  const { replica, tasks, server, outputTokens } = context;
  const sigma = speechSigma(context);
  const first = (running * server.encodeSeconds + server.stepSeconds + running * server.stepSecondsPerWindow) * 1e3;
  const token = (windowSeconds(server, running) / server.tokensPerWindow) * 1e3;
  const output = parts.requestsPerSecond * outputTokens;
  const audio = parts.requestsPerSecond * server.audioSeconds;
  const factor = parts.latencyMs.mean / 1e3 / server.audioSeconds;
  return {
    ...parts,
    ttftMs: scaled(parts.latencyMs, first),
    tpotMs: logNormalSummary(token / 1e3, 0),
    outputTokensPerSecond: output,
    totalTokensPerSecond: output,
    realTimeFactor: factor,
    realTimeFactorP95: parts.latencyMs.p95 / 1e3 / server.audioSeconds,
    audioSecondsPerSecond: audio,
    fits: true,
    interval90: {
      ttftMs: interval90(scaled(parts.latencyMs, first).mean, sigma),
      tpotMs: interval90(token, sigma),
      outputTokensPerSecond: interval90(output, sigma),
      latencyMs: interval90(parts.latencyMs.mean, sigma),
      realTimeFactor: interval90(factor, sigma),
      audioSecondsPerSecond: interval90(audio, sigma),
    },
    evidence: isMeasured(replica, tasks) ? "gpu-family" : "none",
  };
}

/** The first token comes after the encoder; its spread is taken as that of the whole. */
function scaled(latency: LatencySummary, firstMs: number): LatencySummary {
  const share = Number.isFinite(latency.mean) && latency.mean > 0 ? Math.min(1, firstMs / latency.mean) : 1;
  return { mean: latency.mean * share, p50: latency.p50 * share, p95: latency.p95 * share, p99: latency.p99 * share };
}

const never = Number.POSITIVE_INFINITY;
const neverEnds: LatencySummary = { mean: never, p50: never, p95: never, p99: never };

function overloaded(context: SpeechContext, requestsPerSecond: number): ServingPoint {
  const limit = largestSpeechRate(context.server);
  return complete(context, {
    latencyMs: neverEnds,
    requestsPerSecond: limit,
    concurrency: never,
    utilization: 1,
    limitedBy: "saturated",
    finding: {
      code: "overloaded",
      path: "",
      message: "recordings arrive faster than the replica can transcribe them",
      value: requestsPerSecond,
      limit,
      unit: "requests/s",
      suggestion: "use more replicas, or a faster GPU",
    },
    running: context.server.maxWindows,
  });
}

function unservable(replica: Replica): ServingPoint {
  return {
    ttftMs: neverEnds,
    tpotMs: neverEnds,
    latencyMs: neverEnds,
    outputTokensPerSecond: 0,
    totalTokensPerSecond: 0,
    audioSecondsPerSecond: 0,
    requestsPerSecond: 0,
    concurrency: 0,
    utilization: 0,
    limitedBy: "compute",
    fits: false,
    finding: unknownSpeed(replica),
    interval90: { ttftMs: [never, never], tpotMs: [never, never], outputTokensPerSecond: [0, 0] },
    evidence: "none",
  };
}
