import type { Finding } from "../finding.ts";
import type { Slo } from "../spec/fleet-spec.ts";
import { noRoom, queuePoint } from "./estimate.ts";
import { type Metric, priorEvidence, roomWidening, sigmaOf } from "./evidence.ts";
import { loadTable } from "./load-table.ts";
import { logNormalQuantile, normalQuantile } from "./quantiles.ts";
import { type Queue, queueAt, ttftMean, ttftQuantile, ttftTail } from "./queueing.ts";
import type { Replica } from "./replica.ts";
import { type RequestService, requestService } from "./request-service.ts";
import type { Lengths, ServingPoint } from "./serving-point.ts";
import { maxRequestsPerSecond } from "./steady-state.ts";

/** The largest request rate of one replica, or why there is none. */
export type Capacity =
  | { readonly requestsPerSecond: number; readonly point: ServingPoint; readonly binding: Binding }
  | { readonly requestsPerSecond: 0; readonly finding: Finding };

/** The limit that a higher rate would break: a key of the SLO, the KV cache, or the engine's throughput. */
export type Binding = keyof Slo | "kv-cache" | "throughput";

/** Rate relative to the ceiling that stands for an idle replica. */
const trickle = 1e-4;
const bisections = 16;

/**
 * The largest rate at which every limit of `slo` holds with chance `confidence`: a predicted latency is multiplied by
 * exp(z sigma) before it meets its limit, the throughput ceiling is divided likewise and never used beyond the share that
 * measured replicas sustained. The point at that rate carries the plain prediction.
 */
export function capacity(replica: Replica, lengths: Lengths, slo: Slo, confidence: number): Capacity {
  const service = requestService(replica, lengths);
  if (service.maxRunning < 1) return { requestsPerSecond: 0, finding: noRoom(service) };
  const table = loadTable(service);
  const margin = confidenceMargin(replica, confidence);
  const limits = limitsOf(service, slo, margin);
  const ceiling = maxRequestsPerSecond(service) * Math.min(replica.constants.serving.utilizationCeiling, 1 / margin("maxOutput"));
  const brokenAt = (rate: number): Limit | undefined => {
    const queue = queueAt(table, rate);
    return queue === null ? overload : limits.find((limit) => !limit.holds(queue));
  };

  let broken = brokenAt(ceiling);
  let rate = ceiling;
  if (broken !== undefined) {
    const idle = brokenAt(ceiling * trickle);
    if (idle !== undefined) return { requestsPerSecond: 0, finding: unreachable(idle, queueAt(table, ceiling * trickle), margin) };
    let low = ceiling * trickle;
    let high = ceiling;
    for (let step = 0; step < bisections && high - low > 1e-4 * high; step++) {
      const middle = (low + high) / 2;
      const breaks = brokenAt(middle);
      if (breaks === undefined) low = middle;
      else [high, broken] = [middle, breaks];
    }
    rate = low;
  }
  const queue = queueAt(table, rate);
  if (queue === null) return { requestsPerSecond: 0, finding: noRoom(service) };
  const binding = broken?.key ?? (service.runningLimit === "kv-cache" ? "kv-cache" : "throughput");
  return { requestsPerSecond: rate, point: queuePoint(service, queue), binding };
}

interface Limit {
  readonly key: Binding;
  readonly limitSeconds: number;
  readonly metric: Metric;
  readonly holds: (queue: Queue) => boolean;
  /** Seconds, without the margin of confidence. */
  readonly predicted: (queue: Queue) => number;
}

const overload: Limit = {
  key: "throughput",
  limitSeconds: 0,
  metric: "maxOutput",
  holds: () => false,
  predicted: () => Number.POSITIVE_INFINITY,
};

/** exp(z(confidence) x sigma) of a metric. */
function confidenceMargin(replica: Replica, confidence: number): (metric: Metric) => number {
  const level = priorEvidence(replica);
  const widening = roomWidening(replica);
  const z = normalQuantile(confidence);
  return (metric) => Math.exp(z * sigmaOf(replica, metric, level, widening));
}

const shares = { P50: 0.5, P95: 0.95, P99: 0.99 } as const;

function limitsOf(service: RequestService, slo: Slo, margin: (metric: Metric) => number): readonly Limit[] {
  const limits: Limit[] = [];
  const ttftMargin = margin("ttft") * (service.replica.correction?.ttft ?? 1);
  const tpotMargin = margin("tpotOpen");
  const add = (key: keyof Slo, metric: Metric, predicted: (queue: Queue) => number): void => {
    const milliseconds = slo[key];
    if (milliseconds === undefined) return;
    const limitSeconds = milliseconds / 1e3;
    const allowed = limitSeconds / (metric === "ttft" ? ttftMargin : tpotMargin);
    limits.push({ key, limitSeconds, metric, predicted, holds: (queue) => predicted(queue) <= allowed });
  };
  add("tpotMeanMs", "tpotOpen", (queue) => queue.tpotMean);
  for (const percentile of ["P50", "P95", "P99"] as const) {
    const z = normalQuantile(shares[percentile]);
    add(`tpot${percentile}Ms`, "tpotOpen", (queue) => logNormalQuantile(queue.tpotMean, queue.tpotDeviation, z));
  }
  add("ttftMeanMs", "ttft", ttftMean);
  for (const percentile of ["P50", "P95", "P99"] as const) {
    const milliseconds = slo[`ttft${percentile}Ms`];
    if (milliseconds === undefined) continue;
    const allowed = milliseconds / 1e3 / ttftMargin;
    limits.push({
      key: `ttft${percentile}Ms`,
      limitSeconds: milliseconds / 1e3,
      metric: "ttft",
      predicted: (queue) => ttftQuantile(queue, shares[percentile]),
      // One tail at the limit says the same as the quantile and costs a fraction.
      holds: (queue) => ttftTail(queue, allowed) <= 1 - shares[percentile],
    });
  }
  add("e2eP95Ms", "tpotOpen", (queue) => endToEnd95(service, queue));
  return limits;
}

/** 95th percentile from request to last token, log-normal: a TTFT, and an output length times a TPOT, that all vary. */
function endToEnd95(service: RequestService, queue: Queue): number {
  const variation = service.outputVariation;
  const decode = service.outputTokens * queue.tpotMean;
  const ttft = ttftMean(queue);
  const tpotVariation = queue.tpotDeviation / queue.tpotMean;
  const ttftDeviation = Math.max(0, ttftQuantile(queue, 0.95) - ttft) / normalQuantile(0.95);
  const deviation = Math.hypot(decode * variation, decode * tpotVariation, ttftDeviation);
  return logNormalQuantile(ttft + decode, deviation, normalQuantile(0.95));
}

function unreachable(limit: Limit, idle: Queue | null, margin: (metric: Metric) => number): Finding {
  const best = idle === null ? Number.POSITIVE_INFINITY : limit.predicted(idle) * margin(limit.metric) * 1e3;
  return {
    code: "slo-unreachable",
    path: `slo.${limit.key}`,
    message: `even an idle replica misses ${limit.key} at the confidence asked for`,
    value: Math.round(best * 10) / 10,
    limit: limit.limitSeconds * 1e3,
    unit: "ms",
    suggestion: "relax the limit, use more tensor parallelism or a faster GPU",
  };
}
