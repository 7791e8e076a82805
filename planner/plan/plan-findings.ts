import { leadSeconds } from "../candidates/startup-time.ts";
import { centsPerMonth } from "../cost/money.ts";
import { at } from "../element.ts";
import { grouped, listed, usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { batchDecision } from "../memory/batch-cap.ts";
import { assumeAdapters } from "../performance/adapters.ts";
import { assumeSpeculation } from "../performance/speculation.ts";
import type { Day } from "./hours.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";
import { hoursPerDay } from "./replicas-by-hour.ts";
import { spotStanding } from "./spot-standing.ts";

/** What the plan takes for granted beyond the spec's own defaults. */
export function planAssumptions(assembly: Assembly, day: Day | null): Finding[] {
  const zones = assembly.packing.pools.some((pool) => pool.zone !== null);
  return [
    ...evenSpread(assembly),
    ...weightedRouting(assembly),
    {
      code: "assume-confidence",
      path: "confidence",
      message: `capacities are derated so that each SLO holds with probability ${assembly.spec.confidence}, given the prediction's error bar`,
      value: assembly.spec.confidence,
    },
    ...(day === null ? [] : [nodesFollow(assembly, day)]),
    ...spotRates(assembly),
    ...(zones
      ? [{ code: "assume-zone-prices", path: "clouds", message: "every zone of a region has the region's price and has the instance type" }]
      : []),
    ...batchDecisions(assembly),
    ...speculations(assembly),
    ...adapters(assembly),
  ];
}

/** What the costs by the hour rest on. A replica is called before its hour, by what its node and its start take: that is not in them. */
function nodesFollow({ catalog, offers, candidates, packing }: Assembly, day: Day): Finding {
  const leads = packing.placements.map(({ workload, option }) => {
    const { replica } = at(at(candidates, workload), option);
    return leadSeconds(catalog, replica);
  });
  const early = packing.pools.map((pool, index) => {
    const here = packing.placements.flatMap(({ offer, zone }, place) =>
      offer === pool.offer && zone === pool.zone ? [at(leads, place)] : [],
    );
    const nodes = at(day.nodes, index);
    const coming = nodes.reduce((sum, now, hour) => sum + Math.max(0, now - (nodes.at(hour - 1) ?? now)), 0);
    return (coming * at(offers, pool.offer).usdPerNodeHour * Math.max(0, ...here)) / 3600;
  });
  const usdPerMonth = centsPerMonth(Math.round(early.reduce((sum, usd) => sum + usd, 0) / hoursPerDay)) / 100;
  const longest = Math.max(0, ...leads);
  return {
    code: "assume-nodes-follow",
    path: "",
    message: `costs by the hour take it that replicas follow the profile and that nodes come and go with them; calling them before their hour, by up to ${grouped(longest)} s for a node and a start, adds ${usd(usdPerMonth)} a month; the headline is around the clock`,
    value: usdPerMonth,
    unit: "USD a month",
  };
}

/** Of all workloads but those on several layouts. */
function evenSpread({ spec, packing }: Assembly): Finding[] {
  const mixed = spec.workloads.filter((_, index) => isMixed(packing, index));
  if (mixed.length === spec.workloads.length) return [];
  const others = mixed.length === 0 ? "" : ", but for those that are sent by weight";
  const message = `requests reach every replica of a workload evenly, as a Kubernetes Service spreads them${others}`;
  return [{ code: "assume-even-spread", path: "", message }];
}

/** What sending requests by weight is worth, and that the plan relies on it. */
function weightedRouting({ spec, packing }: Assembly): Finding[] {
  const { evenUsdPerHour, usdPerHour } = packing;
  if (evenUsdPerHour === undefined) return [];
  const mixed = spec.workloads.filter((_, index) => isMixed(packing, index));
  const saved = evenUsdPerHour === null ? null : centsPerMonth(evenUsdPerHour - usdPerHour) / 100;
  const message =
    mixed.length === 0
      ? "requests may be sent by weight, and no fleet was found in which several layouts of a workload cost less than one"
      : saved === null
        ? `requests of ${listed(mixed.map(({ name }) => name))} are sent to replicas by their capacity; with one layout each there is no fleet`
        : `requests of ${listed(mixed.map(({ name }) => name))} are sent to replicas by their capacity, which saves ${usd(saved)} a month against one layout each`;
  return [
    {
      code: "assume-weighted-routing",
      path: mixed.length === 1 ? `${mixed[0]?.path}.routing` : "",
      message,
      ...(saved === null ? {} : { value: saved, unit: "USD a month" }),
    },
  ];
}

const isMixed = ({ placements }: Assembly["packing"], index: number): boolean =>
  new Set(placements.flatMap(({ workload, option }) => (workload === index ? [option] : []))).size > 1;

/** What is not known of workloads that draft. */
const speculations = ({ spec }: Assembly): Finding[] =>
  spec.workloads.flatMap(({ path, speculative }) =>
    speculative === undefined ? [] : [assumeSpeculation(`${path}.speculative`, speculative)],
  );

/** What is not known of workloads with LoRA adapters. */
const adapters = (assembly: Assembly): Finding[] =>
  firstReplicas(assembly).flatMap(({ workload, replica: { model, release, adapters: held } }) =>
    held === undefined ? [] : [assumeAdapters(`${workload.path}.lora`, model, release, held)],
  );

/** Why the engine of each workload gets its batch and its share of the memory. */
const batchDecisions = (assembly: Assembly): Finding[] =>
  firstReplicas(assembly).map(({ workload, replica: { model, gpu, release, layout } }) =>
    batchDecision(model, gpu, release, layout, workload.path),
  );

/** One replica of every workload that has any, in the spec's order: all of a workload are laid out alike. */
function firstReplicas(assembly: Assembly) {
  const first = new Map(
    assembly.packing.placements.toReversed().map((placement) => [`${placement.workload}/${placement.option}`, placement]),
  );
  return [...first.values()]
    .toSorted((a, b) => a.workload - b.workload || a.option - b.option)
    .map((placement) => ({
      workload: at(assembly.spec.workloads, placement.workload),
      replica: at(assembly.candidates[placement.workload] ?? [], placement.option).replica,
    }));
}

/** What a reader should know before money is spent. Offers' own findings come beside these. */
export function planWarnings(assembly: Assembly): Finding[] {
  return [...estimatedPrices(assembly), ...spotRisk(assembly), ...weakEvidence(assembly)];
}

function estimatedPrices(assembly: Assembly): Finding[] {
  return assembly.packing.pools.flatMap((pool): Finding[] => {
    const offer = at(assembly.offers, pool.offer);
    return offer.priceEstimated ? [estimatedPrice({ ...offer, name: nameOfPool(offer, pool.zone) })] : [];
  });
}

export const estimatedPrice = (pool: {
  readonly name: string;
  readonly market: string;
  readonly instanceType: string;
  readonly region: string;
  readonly priceSource: string;
}): Finding => ({
  code: "estimated-price",
  path: `pools.${pool.name}`,
  message: `the ${pool.market} price of ${pool.instanceType} in ${pool.region} is an estimate (${pool.priceSource})`,
  suggestion: "put the price you pay into catalogOverrides",
});

function spotRisk(assembly: Assembly): Finding[] {
  return assembly.spec.workloads.flatMap((workload, index): Finding[] => {
    const standing = spotStanding(
      assembly,
      assembly.packing.placements.filter((placement) => placement.workload === index),
    );
    if (standing === null || standing.survival >= workload.spot.minSurvival) return [];
    return [
      {
        code: "spot-survival-missed",
        path: `${workload.path}.spot.minSurvival`,
        message: `enough replicas are up with a chance of ${grouped(standing.survival, 5)}, less than ${workload.spot.minSurvival}`,
        value: standing.survival,
        limit: workload.spot.minSurvival,
        suggestion: "lower spot.maxShare, or list more zones and instance types",
      },
    ];
  });
}

/** The rates of interruption that the plan rests on. */
function spotRates(assembly: Assembly): Finding[] {
  const { spotModel } = assembly.catalog;
  const rates = assembly.spec.workloads.flatMap((_, index) => {
    const standing = spotStanding(
      assembly,
      assembly.packing.placements.filter((placement) => placement.workload === index),
    );
    return standing === null ? [] : [standing];
  });
  if (rates.length === 0) return [];
  const unknown = rates.some(({ isPublished }) => !isPublished);
  const { correlation, absence } = spotModel;
  return [
    {
      code: "assume-spot-interruption",
      path: "",
      message: `spot nodes are lost at the published rate${unknown ? " (where none is published, at that of the worst band)" : ""}; ${grouped(correlation.sharedLossShare * 100)} % of the losses take the whole pool, which is then without capacity for ${grouped(absence.meanHours, 1)} h in the mean`,
    },
  ];
}

function weakEvidence(assembly: Assembly): Finding[] {
  const seen = new Set<string>();
  return assembly.packing.placements.flatMap((placement): Finding[] => {
    const layout = `${placement.workload}/${placement.option}`;
    if (seen.has(layout)) return [];
    seen.add(layout);
    const workload = at(assembly.spec.workloads, placement.workload);
    const { atCapacity, replica } = at(assembly.candidates[placement.workload] ?? [], placement.option);
    if (atCapacity.evidence !== "none" && atCapacity.evidence !== "gpu-family") return [];
    return [
      {
        code: "weak-evidence",
        path: workload.path,
        message: `no measured run stands behind the prediction of ${workload.model} on ${replica.gpu.id}; the error bar is the wide one`,
        suggestion: "measure one replica before you rely on the replica count",
      },
    ];
  });
}
