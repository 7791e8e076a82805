import type { Finding } from "../finding.ts";

/** Milliseconds. Ordered: p50 <= p95 <= p99; the mean may lie on either side of p50. */
export interface LatencySummary {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What one replica does at a given load, steady state. Field names are an interface (docs/batch.md). */
export interface ServingPoint {
  /** Where nothing is generated (embed, rerank): the time to the whole answer. */
  readonly ttftMs: LatencySummary;
  /** 0 where nothing is generated. */
  readonly tpotMs: LatencySummary;
  readonly outputTokensPerSecond: number;
  readonly totalTokensPerSecond: number;
  /** Time to the whole answer; embed, rerank and transcribe only. */
  readonly latencyMs?: LatencySummary;
  /** Tokens read; embed and rerank only. */
  readonly tokensPerSecond?: number;
  /** Mean seconds of work for a second of audio, and of 95 % of the recordings; transcribe only. */
  readonly realTimeFactor?: number;
  readonly realTimeFactorP95?: number;
  readonly audioSecondsPerSecond?: number;
  readonly requestsPerSecond: number;
  /** Requests inside the engine, running and waiting. */
  readonly concurrency: number;
  /** Share of the largest sustainable request rate, 0 to 1. */
  readonly utilization: number;
  readonly limitedBy: "load" | "kv-cache" | "max-num-seqs" | "compute" | "saturated";
  readonly fits: boolean;
  readonly finding: Finding | null;
  readonly interval90: {
    readonly ttftMs: readonly [number, number];
    readonly tpotMs: readonly [number, number];
    readonly outputTokensPerSecond: readonly [number, number];
    readonly latencyMs?: readonly [number, number];
    readonly tokensPerSecond?: readonly [number, number];
    readonly realTimeFactor?: readonly [number, number];
    readonly audioSecondsPerSecond?: readonly [number, number];
  };
  /** What the prediction rests on: this model family measured on this family of GPUs, only the GPU family, or neither. */
  readonly evidence: "measured" | "gpu-and-family" | "gpu-family" | "none";
  /** Where the prediction leaves the measured runs far behind; not there when it does not. */
  readonly extrapolations?: readonly Finding[];
}

/** How requests reach one replica. */
export type Load =
  | { readonly kind: "closed"; readonly concurrency: number }
  | { readonly kind: "open"; readonly requestsPerSecond: number }
  | { readonly kind: "saturated" }
  | { readonly kind: "batch"; readonly requests: number };

/** Tokens of the mean request, and how far they spread. */
export interface Lengths {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** null: the spread is not known; the model then assumes a coefficient of variation it documents. */
  readonly inputTokensP95: number | null;
  readonly prefixCacheHitRate: number;
  /** Texts of one request, which share its input tokens evenly; embed and rerank only, 1 when missing. */
  readonly documentsPerRequest?: number;
  /** Mean length of a recording; transcribe only. */
  readonly audioSeconds?: number;
  /** Kinds of requests, where they are known: then the means and the spread are theirs. Shares add up to 1. */
  readonly classes?: readonly LengthClass[];
}

export interface LengthClass {
  readonly share: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}
