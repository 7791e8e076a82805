import { at } from "../element.ts";
import type { Fleet } from "./fleet.ts";
import { type Instance, instanceOf } from "./instance.ts";
import type { Infeasible, PackingProblem, PackingWorkload } from "./problem.ts";
import { type Shortlist, shortlistsOf } from "./shortlist.ts";

/** Workloads that no placement exists for, whatever the others do and however many nodes there are, with the rule that stands in the way. */
export function unplaceable(problem: PackingProblem, instance: Instance, shortlists: readonly Shortlist[]): Infeasible[] {
  const nowhere = instance.workloads.filter((_, index) => at(shortlists, index).options.length === 0).map(({ source }) => source);
  return nowhere
    .sort((a, b) => a - b)
    .map((workload) => ({ reason: "workload", workload, rule: ruleInTheWay(problem, at(problem.workloads, workload)) }));
}

function ruleInTheWay(problem: PackingProblem, workload: PackingWorkload): "no-option" | "spot-share" | "spot-pool" | "survive" {
  if (workload.surviveSpotPool === true && placeable(problem, { ...workload, surviveSpotPool: false })) return "spot-pool";
  if (placeable(problem, { ...workload, survive: "none" })) return "survive";
  return placeable(problem, { ...workload, survive: "none", spotMaxShare: 1, surviveSpotPool: false }) ? "spot-share" : "no-option";
}

function placeable(problem: PackingProblem, workload: PackingWorkload): boolean {
  const shortlists = shortlistsOf(instanceOf({ ...problem, workloads: [workload], quotas: [] }));
  return shortlists.every(({ options }) => options.length > 0);
}

/** The limits that the best fleet found breaks, and what they would have to be for it. */
export function brokenLimits(fleet: Fleet): Infeasible[] {
  const { limits, offers } = fleet.instance;
  return limits.flatMap(({ gpus, source }, index): Infeasible[] => {
    const bought = at(fleet.limitGpus, index);
    if (bought <= gpus) return [];
    if ("quota" in source) return [{ reason: "quota", quota: source.quota, gpusNeeded: bought }];
    const offer = offers.find((candidate) => candidate.source === source.offer);
    return [{ reason: "max-nodes", offer: source.offer, nodesNeeded: bought / (offer?.gpusPerNode ?? 1) }];
  });
}
