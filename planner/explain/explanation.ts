import type { Candidate, RejectedCandidate } from "../candidates/candidate.ts";
import type { Candidates } from "../candidates/candidates.ts";
import { centsPerMonth } from "../cost/money.ts";
import { at } from "../element.ts";
import { usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { pack } from "../packing/pack.ts";
import { packingProblem } from "../plan/packing-problem.ts";
import type { CandidateGroup, Explanation, Marginal } from "../plan/plan-explanation.ts";
import type { Assembly } from "../plan/planned-pools.ts";
import { spareRequestsPerSecond } from "../plan/replicas-by-hour.ts";
import { constraintPrices } from "./constraint-prices.ts";
import { excludedGroups } from "./excluded.ts";
import { mixingOf } from "./mixing.ts";
import { fleetRelaxations, workloadRelaxations } from "./relaxations.ts";
import { excess, type Situation } from "./situation.ts";
import type { WhatIf } from "./what-if.ts";

/** Why one workload is served as it is: what else was looked at and why it lost, what its lines of the spec cost, and what more of it would cost. */
export function explanationOf(
  assembly: Assembly,
  situation: Situation,
  searched: readonly Candidates[],
  index: number,
  ask: WhatIf,
): Explanation {
  const workload = at(assembly.spec.workloads, index);
  const { taken, rejected } = at(searched, index);
  const options = new Set(assembly.packing.placements.flatMap((one) => (one.workload === index ? [one.option] : [])));
  const chosen = [...options].map((option) => at(taken, option));
  const relaxations = [...fleetRelaxations(assembly.spec), ...workloadRelaxations(assembly.spec, index, rejected)];
  return {
    workload: workload.name,
    taken: chosen.length === 0 ? null : chosen.map(({ id }) => id).join(" and "),
    considered: taken.length + rejected.length,
    groups: [...dearerGroups(assembly, index, taken, chosen), ...rejectedGroups(rejected), ...excludedGroups(situation, workload)],
    constraints: constraintPrices(assembly.spec, assembly.packing, relaxations, ask),
    marginal: marginalOf(assembly, index, ask),
    mixing: mixingOf(assembly, index),
  };
}

/** By GPU and precision, cheapest first: what the fleet would cost more if the workload had to be served so, everything else free to move. */
function dearerGroups(assembly: Assembly, index: number, taken: readonly Candidate[], chosen: readonly Candidate[]): CandidateGroup[] {
  const others = taken.filter((candidate) => !chosen.includes(candidate));
  const groups = Map.groupBy(others, ({ replica: { layout } }) => `${layout.gpu}/${layout.precision}`);
  const priced = [...groups.values()].flatMap((group) => {
    const candidates = assembly.candidates.with(index, group);
    const result = pack(packingProblem(assembly.spec, assembly.offers, candidates));
    if (!("packing" in result)) return [{ group, closest: at(group, 0), moreUsdPerMonth: Number.POSITIVE_INFINITY }];
    const placement = result.packing.placements.find(({ workload }) => workload === index);
    const moreUsdPerMonth = Math.max(0, centsPerMonth(result.packing.usdPerHour - assembly.packing.usdPerHour) / 100);
    const closest = at(group, placement?.option ?? 0);
    return [{ group, closest, moreUsdPerMonth }];
  });
  return priced
    .toSorted((a, b) => a.moreUsdPerMonth - b.moreUsdPerMonth || (a.closest.id < b.closest.id ? -1 : 1))
    .map(({ group, closest, moreUsdPerMonth }) => ({
      gpu: closest.replica.layout.gpu,
      precision: closest.replica.layout.precision,
      candidates: group.length,
      closest: closest.id,
      reason: dearer(moreUsdPerMonth),
    }));
}

function dearer(moreUsdPerMonth: number): Finding {
  if (moreUsdPerMonth === Number.POSITIVE_INFINITY) return { code: "no-fleet", path: "", message: "no fleet keeps every rule with it" };
  const message = moreUsdPerMonth > 0 ? `the fleet would cost ${usd(moreUsdPerMonth)} a month more` : "the fleet would cost the same";
  return { code: moreUsdPerMonth > 0 ? "dearer" : "as-cheap", path: "", message, value: moreUsdPerMonth, unit: "USD a month" };
}

/** By GPU, precision and reason; of each the one that is least beyond its limit. */
function rejectedGroups(rejected: readonly RejectedCandidate[]): CandidateGroup[] {
  const groups = Map.groupBy(rejected, ({ layout, finding }) => `${finding.code}/${layout.gpu}/${layout.precision}`);
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [closest] = group.toSorted((a, b) => (excess(a) ?? Infinity) - (excess(b) ?? Infinity) || (a.candidate < b.candidate ? -1 : 1));
      if (closest === undefined) return [];
      const { layout, candidate, finding } = closest;
      return [{ gpu: layout.gpu, precision: layout.precision, candidates: group.length, closest: candidate, reason: finding }];
    });
}

function marginalOf(assembly: Assembly, index: number, ask: WhatIf): Marginal {
  const { spec, packing } = assembly;
  const workload = at(spec.workloads, index);
  const placements = packing.placements.filter((placement) => placement.workload === index);
  const spare = spareRequestsPerSecond(assembly, placements);
  const forMore = (more: number): number | null => {
    const demand = { ...workload.demand, requestsPerSecond: workload.demand.requestsPerSecond + more };
    const found = ask({ ...spec, workloads: spec.workloads.with(index, { ...workload, demand }) });
    return found === null ? null : Math.max(0, centsPerMonth(found.packing.usdPerHour - packing.usdPerHour) / 100);
  };
  return {
    spareRequestsPerSecond: spare,
    usdPerMonthForOneMore: spare >= 1 ? 0 : forMore(1),
    usdPerMonthForOneBeyondSpare: forMore(spare + 1),
  };
}
