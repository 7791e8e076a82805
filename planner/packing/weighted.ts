import { at } from "../element.ts";
import type { Progress } from "../ports.ts";
import type { MicroUsdPerHour } from "../units.ts";
import type { PackingProblem, PackingResult, PackingWorkload } from "./problem.ts";
import { fullNodeBound, listedInstanceOf } from "./shortlist.ts";
import { bundled, demandOf, keepsLoss, type Part, type Split, splitProblem, unsplit, whole } from "./split-problem.ts";
import { weightedBound } from "./weighted-bound.ts";

/** Packs a problem in which every workload has one option. */
export type PackEven = (problem: PackingProblem, progress?: Progress) => PackingResult;

/** Layouts of one workload at most. */
const mostParts = 3;
/** Weighted workloads that are tried, those that need most GPUs first: each takes several searches of the whole fleet, which larger fleets have no time for. */
const workloadsTried = (fleet: number): number => (fleet <= 12 ? 12 : fleet <= 100 ? 4 : 0);
/** Splits of one workload that are packed alone, and the best of them that are packed with the others. */
const splitsAlone = 24;
const splitsTried = 5;

/**
 * Packs where weighted workloads may have several options at once. A split gives some replicas of one option their full load and the rest of the demand to
 * the other options of the cluster; the parts are packed as workloads of their own. Rules about losses are kept by each part alone, or by the whole with what is
 * kept for a loss shared. Splits are tried one workload after the other, from the fleet without any, and stay where the whole fleet gets cheaper.
 * The bound is over every mixture, not only the splits that were looked at.
 */
export function packWeighted(problem: PackingProblem, packEven: PackEven, progress?: Progress): PackingResult {
  const even = packEven(problem, progress);
  let splits: readonly Split[] = problem.workloads.map(() => unsplit);
  let best = even;
  const tried = problem.workloads
    .map((_, index) => index)
    .filter((index) => isWeighted(at(problem.workloads, index)))
    .toSorted((a, b) => size(problem, even, b) - size(problem, even, a) || a - b)
    .slice(0, workloadsTried(problem.workloads.length));
  for (const index of tried) {
    for (let more = 1; more < mostParts; more++) {
      const before = best;
      for (const split of splitsOf(problem, index, at(splits, index), packEven)) {
        const next = splits.with(index, split);
        const result = packSplit(problem, next, packEven);
        if (costOf(result) < costOf(best)) [best, splits] = [result, next];
      }
      if (best === before) break;
    }
  }
  if (!("packing" in best)) return even;
  const bound = Math.min(best.packing.usdPerHour, boundOf(problem, packEven));
  return {
    packing: {
      ...best.packing,
      status: bound === best.packing.usdPerHour ? "optimal" : "feasible",
      lowerBoundUsdPerHour: bound,
      evenUsdPerHour: "packing" in even ? even.packing.usdPerHour : null,
    },
  };
}

const isWeighted = ({ weighted, demand }: PackingWorkload): boolean => weighted === true && demand > 0;

const costOf = (result: PackingResult): number => ("packing" in result ? result.packing.usdPerHour : Infinity);

/** The fleet of a split problem, if it keeps every rule as a whole. */
function packSplit(problem: PackingProblem, splits: readonly Split[], packEven: PackEven): PackingResult {
  const split = splitProblem(problem, splits);
  const result = whole(split, packEven(split.problem));
  const isKept = splits.every(({ reserve }, index) => reserve === null || keepsLoss(problem, result, index));
  return isKept ? result : { infeasible: [] };
}

/** GPUs of a workload in a fleet; without one, its demand. */
function size({ workloads }: PackingProblem, result: PackingResult, index: number): number {
  const { demand, options } = at(workloads, index);
  if (!("packing" in result)) return demand;
  return result.packing.placements
    .filter(({ workload }) => workload === index)
    .reduce((sum, { option, replicas }) => sum + replicas * at(options, option).gpusPerReplica, 0);
}

/** Ways to give some of what is left of a workload's demand to one more option: those that cost least when it is packed alone and without quotas. */
function splitsOf(problem: PackingProblem, index: number, given: Split, packEven: PackEven): readonly Split[] {
  const workload = at(problem.workloads, index);
  const alone: PackingProblem = { ...problem, workloads: [workload], quotas: [] };
  const bought = bundled(problem);
  const reserves = given.parts.length > 0 ? [given.reserve] : [null, ...reservesOf(bought, workload)];
  return reserves
    .flatMap((reserve) => partsOf(bought, workload, given, reserve).map((part): Split => ({ parts: [...given.parts, part], reserve })))
    .map((split) => ({ split, cost: costOf(packSplit(alone, [split], packEven)) }))
    .toSorted((a, b) => a.cost - b.cost)
    .slice(0, splitsTried)
    .map(({ split }) => split);
}

/** What a loss can take: a replica, or all of them that a node holds. For zones, and for spot pools, each part keeps the rule by itself. */
function reservesOf({ offers }: PackingProblem, { survive, surviveSpotPool, options }: PackingWorkload): number[] {
  if (surviveSpotPool === true || (survive !== "replica" && survive !== "node")) return [];
  const losses = options.flatMap((option) => [
    option.capacity,
    ...(survive === "node"
      ? option.offers.map((offer) => Math.floor(at(offers, offer).gpusPerNode / option.gpusPerReplica) * option.capacity)
      : []),
  ]);
  return [...new Set(losses)].toSorted((a, b) => a - b).slice(0, mostReserves);
}

const mostReserves = 3;

/** Replicas of one option that leave some demand to others: all but one, as many as fill whole nodes, and half; the options that cost least by the piece first. */
function partsOf(problem: PackingProblem, workload: PackingWorkload, given: Split, reserve: number | null): Part[] {
  const { options } = workload;
  const served = given.parts.reduce((sum, { option, replicas }) => sum + replicas * at(options, option).capacity, 0);
  const demand = demandOf(workload, reserve) - served;
  const cluster = given.parts[0] === undefined ? null : at(options, given.parts[0].option).cluster;
  const perDemand = (option: number): number => {
    const { offers, gpusPerReplica, capacity } = at(options, option);
    const prices = offers.map((offer) => at(problem.offers, offer).usdPerNodeHour / at(problem.offers, offer).gpusPerNode);
    return (Math.min(Infinity, ...prices) * gpusPerReplica) / capacity;
  };
  return options
    .map((_, option) => option)
    .filter((option) => at(options, option).capacity > 0 && (cluster === null || at(options, option).cluster === cluster))
    .filter((option) => given.parts.every((part) => part.option !== option))
    .toSorted((a, b) => perDemand(a) - perDemand(b) || a - b)
    .flatMap((option): Part[] => {
      const { capacity, offers, gpusPerReplica } = at(options, option);
      const need = Math.ceil(demand / capacity);
      const perNode = offers.map((offer) => Math.floor(at(problem.offers, offer).gpusPerNode / gpusPerReplica));
      const filled = perNode.filter((fit) => fit > 0).map((fit) => Math.floor((need - 1) / fit) * fit);
      const counts = new Set([need - 1, ...filled, Math.floor(need / 2)]);
      return [...counts].filter((replicas) => replicas > 0 && replicas * capacity < demand).map((replicas) => ({ option, replicas }));
    })
    .slice(0, splitsAlone);
}

/** Of sums of prices of single GPUs. */
const rounding = 1e-9;

/** The greatest of what every workload costs at least by the piece, of the nodes that any one takes, and of the fleet of those that are not weighted. */
function boundOf(problem: PackingProblem, packEven: PackEven): MicroUsdPerHour {
  const together = bundled(problem);
  const weighted = problem.workloads.filter(isWeighted).map((workload) => weightedBound(together, workload));
  const others = { ...problem, workloads: problem.workloads.filter((workload) => !isWeighted(workload)) };
  const rest = packEven(others);
  const ofOthers = "packing" in rest ? rest.packing.lowerBoundUsdPerHour : 0;
  const ofOthersByThePiece = fullNodeBound(listedInstanceOf(others).shortlists) * (1 - rounding);
  const byThePiece = weighted.reduce((sum, bound) => sum + bound.byThePiece, 0) + ofOthersByThePiece;
  return Math.max(Math.ceil(byThePiece - rounding), ofOthers, ...weighted.map(({ alone }) => alone));
}
