import type { Finding } from "../finding.ts";
import type { Precision } from "../layouts/precision.ts";
import type { ConstraintPrice } from "./ways-not-taken.ts";

/** Why a workload is served as it is. */
export interface Explanation {
  readonly workload: string;
  /** The candidate that was taken; null without demand. */
  readonly taken: string | null;
  /** Layouts on nodes of one kind that were looked at. */
  readonly considered: number;
  readonly groups: readonly CandidateGroup[];
  readonly constraints: readonly ConstraintPrice[];
  readonly marginal: Marginal;
  /** What two layouts at once would save; null when no split was found that does. */
  readonly mixing: Mixing | null;
}

/** A workload on two layouts at once: not planned, because it takes routing by weight. */
export interface Mixing {
  readonly savedUsdPerMonth: number;
  readonly parts: readonly { readonly candidate: string; readonly share: number }[];
}

/** Candidates that lost for one reason, and the one that came closest. */
export interface CandidateGroup {
  readonly gpu: string;
  readonly precision: Precision | null;
  readonly candidates: number;
  readonly closest: string;
  /** does-not-fit, slo-unreachable, dearer, excluded, ...; `value` and `limit` say by how much. */
  readonly reason: Finding;
}

export interface Marginal {
  /** More requests per second that the planned replicas serve under every rule. */
  readonly spareRequestsPerSecond: number;
  /** What the fleet would cost more for one more request per second; null when there is no such fleet. */
  readonly usdPerMonthForOneMore: number | null;
  /** And for as many as the spare and one more. */
  readonly usdPerMonthForOneBeyondSpare: number | null;
}
