import type { Cloud } from "../../catalog/schema/instance-type.ts";
import type { Task } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import type { Precision } from "../layouts/precision.ts";
import type { ServingPoint } from "../performance/serving-point.ts";
import type { EngineSpec, KvCacheDtype, Market, Slo, Survive, WeightsSpec } from "../spec/fleet-spec.ts";
import type { LoraSpec } from "../spec/lora-spec.ts";
import type { SpeculativeSpec } from "../spec/speculative-spec.ts";
import type { CommitmentPrice, NodeSlots } from "./nodes.ts";
import type { Explanation } from "./plan-explanation.ts";
import type { Stability } from "./stability.ts";
import type { Alternative, ConstraintPrice, OtherFleet, Rejection } from "./ways-not-taken.ts";

/**
 * The finished plan: plain JSON, the same object in `plan --json`, the lock, the Pulumi program and every report.
 * Whatever shows a number reads it from here. Money is US dollars with at most six decimals (from integer micro-dollars).
 */
export interface FleetPlan {
  readonly schemaVersion: 1;
  readonly fleet: string;
  readonly inputs: PlanInputs;
  readonly tags: Readonly<Record<string, string>>;
  readonly clusters: readonly PlannedCluster[];
  readonly pools: readonly PlannedPool[];
  readonly workloads: readonly PlannedWorkload[];
  readonly cost: PlanCost;
  /** Nodes that are paid for whether or not they are used; missing where there are none. */
  readonly paidNodes?: readonly PaidNodes[];
  readonly budget: { readonly usdPerMonth: number; readonly mode: "soft" | "hard"; readonly headroomUsdPerMonth: number } | null;
  readonly optimality: Optimality;
  readonly assumptions: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** What the Pulumi program cannot make of it yet, and refuses; empty when all can be deployed. Missing in older locks. */
  readonly notDeployable?: readonly Finding[];
  readonly alternatives?: readonly Alternative[];
  readonly rejected?: readonly Rejection[];
  /** With --explain WORKLOAD. */
  readonly explanation?: Explanation;
  /** With --explain: what the lines of the spec cost, dearest first. */
  readonly constraints?: readonly ConstraintPrice[];
  /** When the plan started from a deployed fleet. Not part of the lock. */
  readonly stability?: Stability;
  /** With --alternatives, cheapest first. */
  readonly otherFleets?: readonly OtherFleet[];
}

export interface PlanInputs {
  readonly specSha256: string;
  readonly catalogSha256: string;
  readonly catalogAsOf: string;
  readonly measurementsSha256?: string;
  readonly lockSha256?: string;
  readonly plannerVersion: string;
  /** Lines of the spec that nothing else in the plan repeats: what a reviewer is told of when they change. Missing in older locks. */
  readonly spec?: SpecLines;
}

/** Path in the spec -> what stands there, as text. Only what is set. */
export type SpecLines = Readonly<Record<string, string>>;

export interface PlannedCluster {
  readonly name: string;
  readonly cloud: Cloud;
  readonly region: string;
}

/** Nodes of one instance type in one market: one node pool on the cloud's side. */
export interface PlannedPool {
  readonly name: string;
  readonly cluster: string;
  /** The one workload that may use it; missing when any may. */
  readonly tenant?: string;
  readonly cloud: Cloud;
  readonly region: string;
  /** One zone: bound to it. Several: any of these. */
  readonly zones: readonly string[];
  readonly instanceType: string;
  /** The cloud's machine type where the catalog id is a composite (GCP N1 + T4); else the same as instanceType. */
  readonly machineType: string;
  readonly market: Market;
  /** At the busiest hours. */
  readonly nodes: number;
  /** Base nodes: those of the quietest hour. */
  readonly minNodes: number;
  readonly maxNodes: number;
  /** 24 values, UTC, when nodes follow the spec's profiles; missing when no hour differs. */
  readonly nodesByHour?: readonly number[];
  /** Catalog id; null for nodes without GPUs. */
  readonly gpu: string | null;
  /** 0 on nodes without GPUs. */
  readonly gpusPerNode: number;
  /** Nodes without GPUs only: what replicas take of them. */
  readonly cpu?: NodeSlots;
  readonly arch: "amd64" | "arm64";
  readonly diskBytes: number;
  readonly localSsdGB: number;
  readonly usdPerNodeHour: number;
  readonly usdPerHour: number;
  readonly usdPerMonth: number;
  readonly price: {
    readonly asOf: string;
    readonly source: string;
    readonly estimated: boolean;
    /** What the cloud asks without the discounts of the overrides; missing when it is usdPerNodeHour. */
    readonly listUsdPerNodeHour?: number;
  };
  /** What the cloud asks for a node with a commitment, where that can be less than on demand; missing where it cannot, as for spot and static. */
  readonly commitments?: readonly CommitmentPrice[];
  readonly costCenter: string | null;
  readonly nodePatterns: readonly NodePattern[];
}

/** Nodes of a pool that are filled alike. */
export interface NodePattern {
  readonly nodes: number;
  /** The replicas lie on so many of these nodes together and own them, in one zone; missing where each node has them to itself. */
  readonly span?: number;
  /** Deployment -> replicas on each of the nodes, or on each `span` of them. */
  readonly replicas: Readonly<Record<string, number>>;
}

/** Nodes of one kind that are paid for whether or not they are used: a reservation, committed use, machines of one's own. */
export interface PaidNodes {
  /** Of what stands idle, in `cost.byPool`. */
  readonly name: string;
  readonly cloud: Cloud;
  readonly region: string;
  readonly instanceType: string;
  readonly market: Market;
  /** As of a pool. */
  readonly gpu: string | null;
  readonly gpusPerNode: number;
  readonly cpu?: NodeSlots;
  /** That are paid for. */
  readonly nodes: number;
  /** Of these, those in no pool. */
  readonly idleNodes: number;
  readonly usdPerNodeHour: number;
  /** Of the idle ones; the others are in the cost of their pools. */
  readonly usdPerHour: number;
  readonly usdPerMonth: number;
  /** A node that is used for longer is cheaper than on demand; null where it is not sold on demand. */
  readonly breakEvenHoursPerMonth: number | null;
  readonly price: PlannedPool["price"];
}

export interface PlannedWorkload {
  readonly name: string;
  readonly model: string;
  readonly task: Task;
  readonly costCenter: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly demand: {
    readonly requestsPerSecond: number;
    readonly hourlyRequestsPerSecond?: readonly number[];
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly inputTokensP95: number | null;
    /** Work that may wait; requestsPerSecond is then the rate while its window lasts. */
    readonly batch?: { readonly requestsPerDay: number; readonly finishWithinHours: number };
    /** The workloads that the rate comes from. */
    readonly callsFrom?: readonly { readonly workload: string; readonly perRequest: number }[];
    readonly documentsPerRequest?: number;
    readonly audioSeconds?: number;
  };
  readonly slo: Slo;
  readonly confidence: number;
  readonly availability: { readonly survive: Survive; readonly degradedShare: number };
  readonly spot: { readonly maxShare: number; readonly minSurvival: number };
  /** Missing when nothing of it is on spot. */
  readonly spotRisk?: SpotRisk;
  readonly deployments: readonly PlannedDeployment[];
  readonly cost: WorkloadCost;
}

/** What interruptions of its spot nodes do to a workload, as far as their rate is known. */
export interface SpotRisk {
  /** Chance that at a random moment enough replicas are up for the whole demand. */
  readonly survival: number;
  /** Expected share of the requests that find room, and are served inside the SLO. */
  readonly servedShare: number;
  /** Replicas lost, in the mean. */
  readonly interruptionsPerMonth: number;
  /** From the loss of a node to an answering replica, where the cloud has another node at once. */
  readonly replacementSeconds: number;
  /** Whether the plan keeps the whole demand served with any one spot pool gone. */
  readonly survivesSpotPool: boolean;
}

/** The unit costs are null at zero demand, and where nothing of the unit is used. */
export interface WorkloadCost {
  readonly usdPerHour: number;
  readonly usdPerMonth: number;
  readonly usdPerMillionTokens: number | null;
  readonly usdPerMillionOutputTokens: number | null;
  readonly usdPerThousandRequests: number | null;
  /** transcribe only. */
  readonly usdPerAudioHour?: number | null;
}

export interface PlannedDeployment {
  readonly name: string;
  readonly pool: string;
  /** Replicas by zone where the pool is bound to one; null for "any of the pool's zones". */
  readonly zones: Readonly<Record<string, number>> | null;
  readonly replicas: number;
  /** Those of the quietest hour. */
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** 24 values, UTC; missing when no hour differs. */
  readonly replicasByHour?: readonly number[];
  readonly weights: WeightsSpec & { readonly bytes: number; readonly format: Precision };
  readonly precision: Precision;
  readonly kvCacheDtype: KvCacheDtype;
  readonly tensorParallel: number;
  readonly pipelineParallel: number;
  readonly dataParallel: number;
  readonly expertParallel: number;
  /** More than 1: it owns them, whole nodes in one zone. GPUs, vCPUs and memory below are of all of them. */
  readonly nodesPerReplica: number;
  /** 0 on nodes without GPUs. */
  readonly gpusPerReplica: number;
  /** On nodes without GPUs only. */
  readonly cpuSlotsPerReplica?: number;
  readonly vcpusPerReplica: number;
  readonly memoryBytesPerReplica: number;
  readonly engine: EngineSpec & {
    readonly maxModelLen: number;
    readonly maxNumSeqs: number;
    readonly maxNumBatchedTokens: number;
    readonly gpuMemoryUtilization: number;
    readonly enforceEager: boolean;
    readonly prefixCaching: boolean;
    /** Missing where nothing drafts. `downloadBytes`: the draft model's files; 0 for the model's own block. */
    readonly speculative?: SpeculativeSpec & { readonly downloadBytes: number };
    /** Missing where the model is served alone. `onGpu`: at once; `downloadBytes`: of all adapters that are served. */
    readonly lora?: LoraSpec & { readonly onGpu: number; readonly downloadBytes: number };
  };
  readonly startupSeconds: number;
  /** From the call for a replica to its first answer, its node's provisioning included. Missing when no hour differs. */
  readonly leadSeconds?: number;
  readonly capacityRequestsPerSecondPerReplica: number;
  readonly plannedRequestsPerSecondPerReplica: number;
  /** Of the workload's requests, those that are sent to this deployment by weight; adds up to 1. Missing where all replicas get the same. */
  readonly requestShare?: number;
  readonly memory: PlannedMemory;
  readonly predicted: ServingPoint;
}

/** The `size` fields of the interface. On a node without GPUs "per GPU" is what the replica has of the node. */
export interface PlannedMemory {
  readonly weightBytesPerGpu: number;
  readonly activationBytesPerGpu: number;
  readonly nonTorchBytesPerGpu: number;
  readonly cudaGraphBytesPerGpu: number;
  readonly kvCacheBytesPerGpu: number;
  readonly kvCacheTokens: number;
  readonly maxConcurrency: number;
}

export interface Money {
  readonly usdPerHour: number;
  readonly usdPerMonth: number;
}

/**
 * Each breakdown adds up to the headline to the cent: months are rounded by largest remainder. What of nodes that are paid for anyway stands idle
 * is a row of its own in `byWorkload` and `byPool`, and belongs to the cost centre `none`.
 */
export interface PlanCost extends Money {
  readonly byWorkload: Readonly<Record<string, Money>>;
  readonly byPool: Readonly<Record<string, Money>>;
  readonly byMarket: Readonly<Record<string, Money>>;
  readonly byCloud: Readonly<Record<string, Money>>;
  readonly byCostCenter: Readonly<Record<string, Money>>;
  readonly idleUsdPerHour: number;
  /** Of the headline, what would be paid without this fleet too: all nodes that are paid for anyway, and those of them that stand idle. */
  readonly paidAnyway?: Money & { readonly idle: Money };
  /** 24 values, UTC, when nodes follow the spec's profiles; missing when no hour differs. */
  readonly usdPerHourByHour?: readonly number[];
  /** The mean of these hours: what an autoscaler that follows the profiles would leave of the headline, which is around the clock. */
  readonly scaled?: Money;
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

export interface Optimality {
  readonly status: "optimal" | "feasible";
  readonly lowerBoundUsdPerHour: number;
  /** (cost - bound) / cost, 0 to 1. */
  readonly gap: number;
  readonly restrictions: readonly string[];
}
