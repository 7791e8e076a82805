import type { Commitment } from "../../catalog/market-price.ts";
import type { Cloud } from "../../catalog/schema/instance-type.ts";
import type { Task } from "../../catalog/schema/model.ts";
import type { Precision } from "../layouts/precision.ts";
import type { LoraSpec } from "./lora-spec.ts";
import type { SpeculativeSpec } from "./speculative-spec.ts";

/** A fleet spec after validation against the schema and the catalog, every default filled in. Plain data, sorted by nothing: the user's order. */
export interface FleetSpec {
  readonly fleet: string;
  readonly clusters: readonly ClusterSpec[];
  /** Zone names in full (`us-east-1a`), by `cloud/region` (`aws/us-east-1`). */
  readonly zones: Readonly<Record<string, readonly string[]>>;
  readonly markets: readonly Market[];
  /** What the reserved market commits to; missing where that market is not listed. */
  readonly commitment?: Commitment;
  readonly gpus: AllowDeny;
  readonly instances: AllowDeny;
  /** Missing when everything that has a price can be had. */
  readonly unavailable?: readonly Unavailable[];
  readonly quotas: readonly QuotaSpec[];
  readonly budget: { readonly usdPerMonth: number; readonly mode: "soft" | "hard" } | null;
  /** Chance that a workload's SLO holds, given the prediction's error bar; 0.5 to 0.999. */
  readonly confidence: number;
  /** What moving away from the deployed fleet costs; missing for the defaults. */
  readonly stability?: StabilitySpec;
  readonly tags: Readonly<Record<string, string>>;
  readonly workloads: readonly WorkloadSpec[];
}

export type Market = "on-demand" | "spot" | "reserved" | "static";

/** Catalog ids, resolved from aliases. An empty `allow` allows everything. */
export interface AllowDeny {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export interface ClusterSpec {
  readonly name: string;
  readonly cloud: Cloud;
  readonly region: string;
}

/** Instance types that cannot be bought in these places. */
export interface Unavailable {
  /** Catalog ids. */
  readonly instances: readonly string[];
  /** `cloud/region` of the fleet. */
  readonly regions: readonly string[];
  /** Zone names in full; null for all of these regions. */
  readonly zones: readonly string[] | null;
  /** null for all. */
  readonly market: Market | null;
}

export interface QuotaSpec {
  readonly cloud: Cloud;
  readonly region: string;
  /** Instance family (`p5`, `g6e`, `a3-highgpu`): the instance id up to its size. */
  readonly family: string;
  readonly market: Market;
  /** Of nodes with GPUs. One of the two is there. */
  readonly gpus?: number;
  /** Of nodes without GPUs. */
  readonly vcpus?: number;
}

/** Kinds of nodes: with GPUs, and with nothing but processors. */
export type Device = "gpu" | "cpu";

export interface StabilitySpec {
  /** Days in which a move must have earned what it cost. */
  readonly paybackDays: number;
  /** Missing: its price while it is provisioned. */
  readonly usdPerNodeAdded?: number;
  /** Missing: its GPUs' part of the node while it starts. */
  readonly usdPerReplicaStarted?: number;
}

export interface WorkloadSpec {
  readonly name: string;
  /** Catalog id. */
  readonly model: string;
  readonly task: Task;
  /** Precisions to choose from, all of them runnable for the model; `auto` is already expanded. */
  readonly precisions: readonly Precision[];
  readonly kvCacheDtype: KvCacheDtype;
  readonly demand: Demand;
  /** Tokens of one request, input and output together, that a replica must be able to hold. */
  readonly maxModelLen: number;
  readonly slo: Slo;
  readonly availability: { readonly survive: Survive; readonly degradedShare: number };
  readonly spot: { readonly maxShare: number; readonly minSurvival: number };
  readonly engine: EngineSpec;
  /** Kinds of nodes to choose from, as the user wrote them; missing for the default (devices.ts). */
  readonly devices?: readonly Device[];
  /** The engine on CPU-only nodes; missing where nothing serves the model on them. */
  readonly hostEngine?: EngineSpec;
  /** Missing where every token takes a step of its own. */
  readonly speculative?: SpeculativeSpec;
  /** Missing where the model is served alone. */
  readonly lora?: LoraSpec;
  readonly weights: WeightsSpec;
  /** Cluster names; empty for any. Those of the regions of `residency`, where it is given. */
  readonly clusters: readonly string[];
  /** Regions in which its data may be processed; missing for any. */
  readonly residency?: readonly string[];
  /** Missing for no limit. */
  readonly maxReplicasPerNode?: number;
  /** Requests go to replicas by weight, so that several layouts may serve them; missing where they are spread evenly over equal replicas. */
  readonly routing?: "weighted";
  /** Missing when its nodes may be shared with other workloads. */
  readonly dedicatedNodes?: true;
  /** What a replica needs of its host beyond what serving does; missing when nothing was said. */
  readonly hostPerReplica?: { readonly vcpus: number; readonly memoryBytes: number };
  readonly costCenter: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** `workloads[2]`: where the user wrote it, for findings. */
  readonly path: string;
}

export type KvCacheDtype = "auto" | "bf16" | "fp16" | "fp8" | "fp8_e4m3" | "fp8_e5m2" | "int8" | "nvfp4" | "fp32";
export type Survive = "none" | "replica" | "node" | "zone";

/** The busiest hour. Lengths are means in tokens; `inputTokensP95` is null when nothing was said about the spread. */
export interface Demand {
  readonly requestsPerSecond: number;
  readonly hourlyRequestsPerSecond: readonly number[] | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly inputTokensP95: number | null;
  readonly lengths: readonly { readonly share: number; readonly inputTokens: number; readonly outputTokens: number }[] | null;
  /** Share of input tokens found in the prefix cache, 0 to 1. */
  readonly prefixCacheHitRate: number;
  /** Work that may wait: the rate is the day's work spread over the window. Missing for a workload that answers at once. */
  readonly batch?: { readonly requestsPerDay: number; readonly finishWithinHours: number };
  /** The workloads that the rate comes from. Missing when it was given. */
  readonly callsFrom?: readonly { readonly workload: string; readonly perRequest: number }[];
  /** embed, rerank: texts of one request; inputTokens are those of all of them. Missing elsewhere. */
  readonly documentsPerRequest?: number;
  /** transcribe: mean seconds of a recording. Missing elsewhere. */
  readonly audioSeconds?: number;
}

/** Upper limits, in milliseconds unless the name says otherwise; a missing key is no limit. */
export interface Slo {
  readonly ttftMeanMs?: number;
  readonly ttftP50Ms?: number;
  readonly ttftP95Ms?: number;
  readonly ttftP99Ms?: number;
  readonly tpotMeanMs?: number;
  readonly tpotP50Ms?: number;
  readonly tpotP95Ms?: number;
  readonly tpotP99Ms?: number;
  readonly e2eP95Ms?: number;
  /** embed, rerank. */
  readonly latencyP95Ms?: number;
  /** transcribe: seconds of work for a second of audio, of 95 % of the recordings. */
  readonly realTimeFactor?: number;
}

export interface EngineSpec {
  readonly name: string;
  readonly version: string;
  readonly image: string;
  /** Extra flags, as the user wrote them: name without dashes -> value; true for a bare flag. */
  readonly args: Readonly<Record<string, string | number | boolean>>;
}

export interface WeightsSpec {
  readonly source: "hf" | "s3" | "gs" | "volume";
  readonly uri: string | null;
  readonly revision: string;
  /** Name of a Kubernetes secret, never a token. */
  readonly tokenSecret: string | null;
}
