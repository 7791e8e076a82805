import type { Catalog } from "../../catalog/catalog.ts";
import type { RejectedCandidate } from "../candidates/candidate.ts";
import type { Candidates } from "../candidates/candidates.ts";
import { type Offer, slotsTogether } from "../candidates/offer.ts";
import { gpusPerReplica, type Layout } from "../layouts/layout.ts";
import type { FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";

/** What an explanation may look at. `search` is the plan's own search, for asking what a slightly different spec would have given. */
export interface Situation {
  readonly spec: FleetSpec;
  readonly catalog: Catalog;
  readonly offers: readonly Offer[];
  readonly search: (workload: WorkloadSpec, offers: readonly Offer[]) => Candidates;
}

/** `8 x l40s in fp8`, `16 vCPUs of genoa in fp32` */
export const layoutWords = (layout: Layout): string =>
  `${layout.vcpus === undefined ? `${gpusPerReplica(layout)} x` : `${layout.vcpus} vCPUs of`} ${layout.gpu} in ${layout.precision}`;

export const offersOf = (workload: WorkloadSpec, offers: readonly Offer[]): Offer[] =>
  offers.filter(({ cluster }) => workload.clusters.length === 0 || workload.clusters.includes(cluster));

/** The rejected layouts that some node on offer could hold by its number of GPUs: the others are no use to anyone. */
export const placeable = (rejected: readonly RejectedCandidate[], offers: readonly Offer[]): RejectedCandidate[] =>
  rejected.filter(({ cluster, layout }) =>
    offers.some((offer) => offer.cluster === cluster && offer.device === layout.gpu && slotsTogether(offer) % slotsOn(offer, layout) === 0),
  );

const slotsOn = ({ slotVcpus }: Offer, layout: Layout): number =>
  layout.vcpus === undefined ? gpusPerReplica(layout) : layout.vcpus / (slotVcpus ?? 1);

/** How far a value is beyond its limit; null where they cannot be compared. */
export const excess = ({ finding: { value, limit } }: RejectedCandidate): number | null =>
  typeof value === "number" && typeof limit === "number" && Number.isFinite(value) && limit > 0 ? value / limit : null;

/** The one with the smallest figure; ties go to the first by name. */
export function nearest(rejected: readonly RejectedCandidate[], figure: (one: RejectedCandidate) => number): RejectedCandidate | undefined {
  return rejected.toSorted((a, b) => figure(a) - figure(b) || (a.candidate < b.candidate ? -1 : 1))[0];
}
