import { gpusPerReplica } from "../layouts/layout.ts";
import { decodeStepSeconds, microBatch, prefillSeconds, prefillWorkSeconds } from "../performance/prefill.ts";
import { weightFormatName } from "../performance/rates.ts";
import type { Replica } from "../performance/replica.ts";
import { type RequestService, requestService } from "../performance/request-service.ts";
import type { Lengths, Load, ServingPoint } from "../performance/serving-point.ts";
import { stepTime } from "../performance/step-time.ts";

/** Where in the space of all predictions a figure lies: two figures whose sites are close are wrong in the same way. */
export interface Site {
  readonly model: string;
  readonly family: string;
  readonly gpu: string;
  /** With how it starts kernels: runs in eager mode say nothing of others. */
  readonly engine: string;
  /** Key of the step-time formats: bf16 and fp16 run alike, FP8 without FP8 arithmetic does not run like FP8. */
  readonly format: string;
  /** How the replica is cut over its GPUs. */
  readonly layout: string;
  /** `0.19` of engine version 0.19.2. */
  readonly release: string;
  /** Latency of running requests, or what the replica puts out when it is full. */
  readonly figure: "latency" | "throughput";
  /** Logarithms of the running requests and of the mean context of one of them. */
  readonly logRunning: number;
  readonly logContext: number;
  readonly stepParts: StepParts;
  readonly ttftParts: TtftParts;
}

/** What the time per output token is made of; adds up to 1. */
export interface StepParts {
  /** Weights and KV cache read, and the arithmetic on them. */
  readonly memory: number;
  readonly communication: number;
  /** Launches and scheduling, by layer and by step. */
  readonly layers: number;
  /** The same by sequence. */
  readonly sequences: number;
  /** Prompts of others that are computed in between. */
  readonly prefill: number;
}

/** What the time to first token is made of; adds up to 1. */
export interface TtftParts {
  readonly prefill: number;
  readonly handling: number;
  readonly wait: number;
}

/** The site of what was predicted, without corrections, for a replica under a load. */
export function siteOf(replica: Replica, lengths: Lengths, load: Load["kind"], point: ServingPoint): Site {
  const { model, gpu, release, layout, constants } = replica;
  const service = requestService(replica, lengths);
  // Requests that wait for room do not run.
  const running = Math.max(1, Math.min(point.concurrency, service.maxRunning));
  return {
    model: model.id,
    family: model.family,
    gpu: gpu.id,
    engine: layout.enforceEager ? `${release.engine} eager` : release.engine,
    format: weightFormatName(constants, layout.precision, gpu),
    layout: `${gpusPerReplica(layout)}/${layout.tensorParallel}/${layout.pipelineParallel}/${layout.expertParallel}`,
    release: release.version.split(".").slice(0, 2).join("."),
    figure: load === "saturated" || load === "batch" ? "throughput" : "latency",
    logRunning: Math.log(running),
    logContext: Math.log(service.decodeContext),
    stepParts: stepParts(service, running),
    ttftParts: ttftParts(service, running, point.ttftMs.mean / 1e3),
  };
}

function stepParts(service: RequestService, running: number): StepParts {
  const { costs, outputTokens } = service;
  const decodes = microBatch(service, running);
  const step = stepTime(costs, 0, decodes, 0, service.decodeContext);
  const sequences = costs.factor * costs.overheadPerSequence * decodes;
  const prefill = ((running - 1) / outputTokens) * (prefillWorkSeconds(service, running) / costs.pipelineStages);
  const total = step.seconds + prefill;
  return {
    memory: (step.dense + step.experts + step.attention) / total,
    communication: step.communication / total,
    layers: (step.overhead - sequences) / total,
    sequences: sequences / total,
    prefill: prefill / total,
  };
}

function ttftParts(service: RequestService, running: number, ttftSeconds: number): TtftParts {
  const prefill = prefillSeconds(service);
  const handling = service.costs.timing.generation.httpMilliseconds / 1e3 + decodeStepSeconds(service, running) / 2;
  if (!Number.isFinite(ttftSeconds)) return { prefill: 0, handling: 0, wait: 1 };
  const wait = Math.max(0, ttftSeconds - prefill - handling);
  const total = prefill + handling + wait;
  return { prefill: prefill / total, handling: handling / total, wait: wait / total };
}

/** The same model, GPU, engine and format: what one measured run speaks of first. */
export const sameCell = (a: Site, b: Site): boolean =>
  a.model === b.model && a.gpu === b.gpu && a.engine === b.engine && a.format === b.format;
