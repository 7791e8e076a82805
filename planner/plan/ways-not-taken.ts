import type { Finding } from "../finding.ts";
import type { Precision } from "../layouts/precision.ts";
import type { ServingPoint } from "../performance/serving-point.ts";
import type { Market } from "../spec/fleet-spec.ts";

/** One other way to serve a workload, priced as if it were alone. */
export interface Alternative {
  readonly workload: string;
  readonly cluster: string;
  /** Or the processor of nodes without. */
  readonly gpu: string;
  readonly precision: Precision;
  readonly tensorParallel: number;
  /** Missing for 1. */
  readonly pipelineParallel?: number;
  /** Missing for 1. */
  readonly nodesPerReplica?: number;
  readonly gpusPerReplica: number;
  /** vCPUs of a replica on nodes without GPUs; missing on GPUs. */
  readonly vcpus?: number;
  readonly replicas: number;
  /** The nodes it would buy, dearest pool first. */
  readonly pools: readonly { readonly instanceType: string; readonly market: Market; readonly nodes: number; readonly priceAsOf: string }[];
  readonly usdPerHour: number;
  readonly usdPerMonth: number;
  readonly usdPerMillionTokens: number | null;
  /** At the planned load. */
  readonly predicted: ServingPoint;
}

/** Another fleet for the same spec that a person would call different. */
export interface OtherFleet {
  /** What it does without: `no h100-sxm-80gb`, `no spot`, `chat not on l4`. */
  readonly without: string;
  readonly usdPerHour: number;
  readonly usdPerMonth: number;
  /** Above the plan's own fleet. */
  readonly moreUsdPerMonth: number;
  readonly workloads: readonly {
    readonly workload: string;
    readonly gpu: string;
    readonly precision: Precision;
    readonly tensorParallel: number;
    /** Missing for 1. */
    readonly pipelineParallel?: number;
    /** Missing for 1. */
    readonly nodesPerReplica?: number;
    readonly vcpus?: number;
    readonly replicas: number;
  }[];
  readonly pools: readonly { readonly instanceType: string; readonly market: Market; readonly nodes: number; readonly priceAsOf: string }[];
}

/** What one line of the spec costs: the fleet as it is less the fleet without it. */
export interface ConstraintPrice {
  readonly path: string;
  /** What would be written instead. */
  readonly change: string;
  readonly usdPerMonth: number;
}

/** A candidate that was not taken, and why. */
export interface Rejection {
  readonly workload: string;
  readonly candidate: string;
  readonly finding: Finding;
}
