import type { Candidate } from "../candidates/candidate.ts";
import type { Offer } from "../candidates/offer.ts";
import { centsPerMonth } from "../cost/money.ts";
import { at } from "../element.ts";
import { pack } from "../packing/pack.ts";
import type { Packing } from "../packing/problem.ts";
import { defaults } from "../spec/defaults.ts";
import { churnOf } from "./churn.ts";
import type { FleetPlan, PlannedWorkload } from "./fleet-plan.ts";
import { packingProblem } from "./packing-problem.ts";
import { billOf } from "./paid-nodes.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";
import { slotsPerReplica } from "./slots.ts";
import type { Stability } from "./stability.ts";

/** Workloads that are tried one by one; of larger fleets all stay or all move. */
const workloadsTried = 40;
const daysPerMonth = 730 / 24;

/**
 * The fleet to move to from a deployed one: of those in which every workload stays on its layout, market and instance types, in which all are free
 * to move, and in which those move that pay for it by themselves, the one that costs least in the month with what it takes to get there. What getting there
 * costs has to be earned back in `paybackDays`. Never dearer by that measure than the fleet planned from nothing, `fresh`.
 */
export function fromLock(fresh: Assembly, deployed: FleetPlan): { packing: Packing; stability: Stability } {
  const stability = fresh.spec.stability ?? { paybackDays: defaults.paybackDays };
  const kept = fresh.candidates.map((own, index) =>
    keptOf(
      own,
      fresh.offers,
      deployed.workloads.find(({ name }) => name === at(fresh.spec.workloads, index).name),
    ),
  );
  const valued = (packing: Packing): Valued => {
    const churn = churnOf({ ...fresh, packing }, deployed, stability);
    const usdPerMonth = centsPerMonth(billOf(fresh, fresh.offers, packing)) / 100;
    return { packing, churn, total: usdPerMonth + (churn.usd * daysPerMonth) / stability.paybackDays };
  };
  const free = valued(fresh.packing);
  const tried = [free];
  const withMovers = (movers: ReadonlySet<number>): Valued | null => {
    const packing = packed(
      fresh,
      kept.map((own, index) => (own === null || movers.has(index) ? at(fresh.candidates, index) : own)),
    );
    if (packing === null) return null;
    const found = valued(packing);
    tried.push(found);
    return found;
  };
  const staying = withMovers(new Set());
  if (staying !== null && kept.length <= workloadsTried) {
    const alone = kept.flatMap((own, index) =>
      own !== null && (withMovers(new Set([index]))?.total ?? Infinity) < staying.total ? [index] : [],
    );
    if (alone.length > 1) withMovers(new Set(alone));
  }
  // The first of equals is the fleet from nothing, then the one in which all stay.
  const best = tried.reduce((least, one) => (one.total < least.total ? one : least));
  const freshUsdPerMonth = centsPerMonth(billOf(fresh, fresh.offers, fresh.packing)) / 100;
  const stayingCosts = Math.max(
    0,
    Math.round((centsPerMonth(billOf(fresh, fresh.offers, best.packing)) / 100 - freshUsdPerMonth) * 100) / 100,
  );
  return {
    // What was proven of the fleet from nothing holds for this one, which is one of those it was chosen from.
    packing: { ...best.packing, ...provenBy(fresh.packing, best.packing) },
    stability: {
      paybackDays: stability.paybackDays,
      freshUsdPerMonth,
      stayingCostsUsdPerMonth: stayingCosts,
      churn: best.churn,
      freshChurn: free.churn,
    },
  };
}

interface Valued {
  readonly packing: Packing;
  readonly churn: Stability["churn"];
  /** US dollars in a month, what it takes to get there included. */
  readonly total: number;
}

function provenBy(fresh: Packing, { usdPerHour }: Packing): Pick<Packing, "lowerBoundUsdPerHour" | "status"> {
  const lowerBoundUsdPerHour = Math.min(usdPerHour, fresh.lowerBoundUsdPerHour);
  return { lowerBoundUsdPerHour, status: lowerBoundUsdPerHour === usdPerHour ? "optimal" : "feasible" };
}

/** A fleet of restricted candidates, in terms of all of them; null when there is none. */
function packed({ spec, offers, candidates }: Assembly, restricted: readonly (readonly Candidate[])[]): Packing | null {
  const result = pack(packingProblem(spec, offers, restricted));
  if (!("packing" in result)) return null;
  const placements = result.packing.placements.map((placement) => {
    const { id } = at(at(restricted, placement.workload), placement.option);
    return { ...placement, option: at(candidates, placement.workload).findIndex((one) => one.id === id) };
  });
  return { ...result.packing, placements };
}

/** The candidates that a workload runs as, on the offers it runs on; null when it is new, or that is not on offer any more. */
function keptOf(
  candidates: readonly Candidate[],
  offers: readonly Offer[],
  deployed: PlannedWorkload | undefined,
): readonly Candidate[] | null {
  if (deployed === undefined || deployed.deployments.length === 0) return null;
  const names = deployed.deployments.map(({ pool }) => pool);
  const kept = candidates.flatMap((candidate) => {
    const { layout } = candidate.replica;
    const isSame = deployed.deployments.some(
      (one) => candidate.slotsPerReplica === slotsPerReplica(one) && layoutKeys.every((key) => layout[key] === one[key]),
    );
    const own = candidate.offers.filter((index) => poolNamesOf(at(offers, index)).some((name) => names.includes(name)));
    return isSame && own.length > 0 ? [{ ...candidate, offers: own }] : [];
  });
  return kept.length === 0 ? null : kept;
}

const layoutKeys = ["precision", "kvCacheDtype", "tensorParallel", "pipelineParallel", "dataParallel", "expertParallel"] as const;

const poolNamesOf = (offer: Offer): string[] => [null, ...offer.zones].map((zone) => nameOfPool(offer, zone));
