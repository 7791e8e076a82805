import type { Progress } from "../ports.ts";
import { brokenLimits, unplaceable } from "./infeasible.ts";
import { packingOf } from "./packing-of.ts";
import type { Infeasible, PackingProblem, PackingResult } from "./problem.ts";
import { listedInstanceOf } from "./shortlist.ts";
import { type Solution, solve } from "./solve.ts";
import { solveLimited } from "./solve-limited.ts";
import { packWeighted } from "./weighted.ts";

/**
 * Chooses for each workload one option and its replicas' places, and the nodes to buy, at least cost; says how far from the
 * optimum the answer can be at most. The same problem gives the same answer, in whatever order it is written.
 * docs/how-it-optimises.md tells the method.
 */
export function pack(problem: PackingProblem, progress?: Progress): PackingResult {
  return problem.workloads.some(({ weighted, demand }) => weighted === true && demand > 0)
    ? packWeighted(problem, packEven, progress)
    : packEven(problem, progress);
}

/** Every workload on one option. */
function packEven(problem: PackingProblem, progress?: Progress): PackingResult {
  const { instance, shortlists } = listedInstanceOf(problem);
  const impossible = unplaceable(problem, instance, shortlists);
  if (impossible.length > 0) return { infeasible: impossible };
  const { fleet, bound } =
    instance.limits.length > 0 ? solveLimited(instance, shortlists, progress) : solve(instance, shortlists, { progress });
  if (fleet.excessGpus > 0) return { infeasible: whatIsShort(problem, fleet) };
  return { packing: packingOf(fleet, bound) };
}

/** The workloads that break a limit even alone; when there are none, the limits that the best fleet breaks. */
function whatIsShort(problem: PackingProblem, fleet: Solution["fleet"]): Infeasible[] {
  const alone = problem.workloads.flatMap((workload, index): Infeasible[] => {
    const rule = limitInTheWay({ ...problem, workloads: [workload] });
    return rule === null ? [] : [{ reason: "workload", workload: index, rule }];
  });
  return [...alone, ...brokenLimits(fleet)];
}

function limitInTheWay(problem: PackingProblem): "quota" | "max-nodes" | null {
  const within = (part: PackingProblem): boolean => {
    const { instance, shortlists } = listedInstanceOf(part);
    return solve(instance, shortlists).fleet.excessGpus === 0;
  };
  if (within(problem)) return null;
  return within({ ...problem, quotas: [] }) ? "quota" : "max-nodes";
}
