import type { Candidates } from "../candidates/candidates.ts";
import { at } from "../element.ts";
import type { Finding } from "../finding.ts";
import type { Infeasible } from "../packing/problem.ts";
import { conflictFindings } from "./conflict.ts";
import { fleetRelaxations, workloadRelaxations } from "./relaxations.ts";
import type { Situation } from "./situation.ts";
import type { WhatIf } from "./what-if.ts";

/** Workloads for which ways out are looked for, and of a fleet for the whole of which they are: every line is a search of its own. */
const workloadsTried = 10;

/**
 * What would make a fleet possible, each way with its cost: for every workload that cannot be served, as if it were alone; when each
 * can, and only the limits of the whole stand in the way, for the fleet.
 */
export function waysOut(situation: Situation, searched: readonly Candidates[], reasons: readonly Infeasible[], ask: WhatIf): Finding[] {
  const { spec } = situation;
  const stuck = spec.workloads.flatMap(({ demand }, index) => {
    const isImpossible = reasons.some((reason) => reason.reason === "workload" && reason.workload === index);
    return demand.requestsPerSecond > 0 && (at(searched, index).taken.length === 0 || isImpossible) ? [index] : [];
  });
  if (stuck.length > 0) {
    return stuck.slice(0, workloadsTried).flatMap((index) => {
      const workload = at(spec.workloads, index);
      const alone = { ...spec, workloads: [workload] };
      const lines = [...fleetRelaxations(alone), ...workloadRelaxations(alone, 0, at(searched, index).rejected)];
      return conflictFindings(alone, workload.path, `${workload.name} by itself`, lines, ask);
    });
  }
  if (reasons.length === 0 || spec.workloads.length > workloadsTried) return [];
  const own = spec.workloads.flatMap((_, index) => workloadRelaxations(spec, index, at(searched, index).rejected));
  return conflictFindings(spec, "workloads", "the fleet", [...fleetRelaxations(spec), ...own], ask);
}
