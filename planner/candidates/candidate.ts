import type { Finding } from "../finding.ts";
import type { Layout } from "../layouts/layout.ts";
import type { Replica } from "../performance/replica.ts";
import type { Lengths, ServingPoint } from "../performance/serving-point.ts";
import type { EngineSpec } from "../spec/fleet-spec.ts";

/** One layout of one workload on the GPUs of one cluster, with the largest request rate a replica holds inside the SLO. */
export interface Candidate {
  /** Unique inside its workload: `cluster/layout`. */
  readonly id: string;
  readonly cluster: string;
  readonly replica: Replica;
  /** With the image for this hardware. */
  readonly engine: EngineSpec;
  /** GPUs, or slots of vCPUs on nodes without. */
  readonly slotsPerReplica: number;
  readonly lengths: Lengths;
  readonly capacityRequestsPerSecond: number;
  /** What stops the rate from being higher: an SLO key, the KV cache, the engine. */
  readonly binding: string;
  /** At the largest rate. */
  readonly atCapacity: ServingPoint;
  /** Chance that some spot pool it may be in is away at a random moment; 0 without spot offers. */
  readonly spotPoolAway: number;
  /** Indexes into the offers. */
  readonly offers: readonly number[];
}

/** A layout that was considered and is out, with the structured reason. */
export interface RejectedCandidate {
  readonly workload: string;
  readonly candidate: string;
  readonly cluster: string;
  readonly layout: Layout;
  readonly finding: Finding;
}
