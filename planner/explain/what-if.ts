import type { Candidate } from "../candidates/candidate.ts";
import type { Candidates } from "../candidates/candidates.ts";
import type { Offer } from "../candidates/offer.ts";
import { offersFor } from "../candidates/offers.ts";
import { searchAll } from "../candidates/spanning-offers.ts";
import { canonicalJson } from "../canonical-json.ts";
import { at } from "../element.ts";
import { pack } from "../packing/pack.ts";
import type { Packing } from "../packing/problem.ts";
import { packingProblem } from "../plan/packing-problem.ts";
import { billOf } from "../plan/paid-nodes.ts";
import { devicesOf } from "../spec/devices.ts";
import type { FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";
import type { MicroUsdPerHour } from "../units.ts";
import type { Situation } from "./situation.ts";

/** A fleet that was found for some spec; its offers and candidates are what packing's indexes mean. */
export interface Found {
  readonly offers: readonly Offer[];
  readonly candidates: readonly (readonly Candidate[])[];
  readonly packing: Packing;
  /** What it costs, nodes that are paid for anyway included. */
  readonly billUsdPerHour: MicroUsdPerHour;
}

/** The fleet that a slightly other spec would get; null when there is none. A budget is no constraint of the search and is not looked at. */
export type WhatIf = (spec: FleetSpec) => Found | null;

/** Answers by the plan's own search. What does not differ from the situation is not computed again. */
export function whatIf(situation: Situation, searched: readonly Candidates[]): WhatIf {
  const known = new Map(situation.spec.workloads.map((workload, index) => [candidateKey(workload), at(searched, index)]));
  const usual = offerKey(situation.spec);
  return (spec) => {
    const isUsual = offerKey(spec) === usual;
    const sold = isUsual ? situation.offers : offersFor(spec, situation.catalog).offers;
    const { offers, searched: found } = searchAll(spec.workloads, sold, situation.catalog, (workload, among) => {
      const same = isUsual && workload.demand.requestsPerSecond > 0 ? known.get(candidateKey(workload)) : undefined;
      return same ?? situation.search(workload, among);
    });
    const candidates = found.map(({ taken }) => taken);
    const isUnserved = (workload: WorkloadSpec, index: number) =>
      workload.demand.requestsPerSecond > 0 && at(candidates, index).length === 0;
    if (spec.workloads.some(isUnserved)) return null;
    const result = pack(packingProblem(spec, offers, candidates));
    if (!("packing" in result)) return null;
    const { packing } = result;
    return { offers, candidates, packing, billUsdPerHour: billOf({ spec, catalog: situation.catalog }, offers, packing) };
  };
}

/** What the offers depend on. */
function offerKey(spec: FleetSpec): string {
  const { clusters, zones, markets, commitment, gpus, instances, unavailable, workloads } = spec;
  const usesCpus = workloads.some((workload) => devicesOf(spec, workload).includes("cpu"));
  const tenants = workloads.flatMap(({ name, dedicatedNodes }) => (dedicatedNodes === true ? [name] : []));
  const given = {
    usesCpus,
    clusters,
    zones,
    markets,
    gpus,
    instances,
    tenants,
    commitment: commitment ?? null,
    unavailable: unavailable ?? null,
  };
  return canonicalJson(given);
}

/** What the candidates of a workload depend on beside the offers: everything but how much is asked for and what must be survived. */
function candidateKey({
  demand,
  availability: _,
  spot: __,
  costCenter: ___,
  tags: ____,
  weights: _____,
  ...workload
}: WorkloadSpec): string {
  const { requestsPerSecond, hourlyRequestsPerSecond: ______, batch: _______, callsFrom: ________, ...lengths } = demand;
  return canonicalJson({ ...workload, lengths, isServed: requestsPerSecond > 0 });
}
