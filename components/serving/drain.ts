import type { Cloud } from "../../catalog/schema/instance-type.ts";
import type { PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import type { Market } from "../../planner/spec/fleet-spec.ts";

/** How a replica goes away without cutting off a request. Seconds; grace = preStop + shutdown + margin. */
export interface Drain {
  /** The pod still serves while its address leaves the Service and the clients' connections. */
  readonly preStopSeconds: number;
  /** After SIGTERM the engine finishes what it runs, at most this long. */
  readonly shutdownTimeoutSeconds: number;
  readonly terminationGracePeriodSeconds: number;
}

/** Between the engine's own deadline and the kubelet's SIGKILL. */
const marginSeconds = 5;

/** How long a replica may take to leave. The longest answers are cut off where that is longer than the cloud waits. */
interface Notice {
  readonly preStopSeconds: number;
  readonly maxGraceSeconds: number;
}

const calm: Notice = { preStopSeconds: 30, maxGraceSeconds: 600 };
/** EC2 gives 120 s from the interruption notice; the node group's drain itself takes some. */
const ec2Spot: Notice = { preStopSeconds: 15, maxGraceSeconds: 110 };
/** GKE gives 30 s, of which the kubelet's graceful shutdown leaves 15 s to user pods. */
const gkeSpot: Notice = { preStopSeconds: 5, maxGraceSeconds: 15 };

export function drain(market: Market, cloud: Cloud, p99RequestSeconds: number): Drain {
  const notice = market !== "spot" ? calm : cloud === "gcp" ? gkeSpot : ec2Spot;
  const wanted = notice.preStopSeconds + Math.ceil(p99RequestSeconds) + marginSeconds;
  const grace = Math.min(notice.maxGraceSeconds, wanted);
  return {
    preStopSeconds: notice.preStopSeconds,
    shutdownTimeoutSeconds: grace - notice.preStopSeconds - marginSeconds,
    terminationGracePeriodSeconds: grace,
  };
}

/** The 99th percentile of an exponential distribution over its mean: answers' lengths are about so spread. */
const p99OverMean = Math.log(100);

/** The same over its 95th percentile. */
const p99OverP95 = Math.log(100) / Math.log(20);

/**
 * Seconds from sending to the last token of a long answer, on a replica that just keeps its latency targets. From the spec and not from
 * the prediction: the figure ends up in the pod template, and a re-plan that moves some load must not restart every replica.
 * Infinity where the spec sets no target.
 */
export function p99RequestSeconds({ task, slo, demand }: Pick<PlannedWorkload, "task" | "slo" | "demand">): number {
  if (task === "transcribe") return (slo.realTimeFactor ?? Number.POSITIVE_INFINITY) * (demand.audioSeconds ?? 0) * p99OverMean;
  if (task !== "generate") return ((slo.latencyP95Ms ?? Number.POSITIVE_INFINITY) * p99OverP95) / 1000;
  const ttftMs = slo.ttftP99Ms ?? slo.ttftP95Ms ?? slo.ttftP50Ms ?? slo.ttftMeanMs ?? Number.POSITIVE_INFINITY;
  const tpotMs = slo.tpotP99Ms ?? slo.tpotP95Ms ?? slo.tpotP50Ms ?? slo.tpotMeanMs ?? Number.POSITIVE_INFINITY;
  return (ttftMs + demand.outputTokens * p99OverMean * tpotMs) / 1000;
}
