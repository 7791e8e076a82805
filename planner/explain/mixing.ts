import { centsPerMonth } from "../cost/money.ts";
import { at } from "../element.ts";
import { pack } from "../packing/pack.ts";
import { packingProblem } from "../plan/packing-problem.ts";
import type { Mixing } from "../plan/plan-explanation.ts";
import type { Assembly } from "../plan/planned-pools.ts";

/** Parts of the demand that the first of two halves of a workload would take. */
const shares = [0.25, 0.5, 0.75];

/**
 * What it would save to serve one workload on two layouts at once, which the plan does not: a Service spreads requests evenly over replicas that are not
 * equal. The workload is split into two that each keep its rules, so a split that is found could be had with requests routed by weight; better ones may
 * exist. Null when none of the splits is cheaper, and for a workload that may be on several layouts already.
 */
export function mixingOf(assembly: Assembly, index: number): Mixing | null {
  const { spec, offers, candidates, packing } = assembly;
  const workload = at(spec.workloads, index);
  if (workload.routing === "weighted") return null;
  const splits = shares.flatMap((share): Mixing[] => {
    const part = (name: string, own: number) => ({
      ...workload,
      name,
      demand: { ...workload.demand, requestsPerSecond: workload.demand.requestsPerSecond * own },
    });
    const workloads = [...spec.workloads.with(index, part(workload.name, share)), part(`${workload.name} (rest)`, 1 - share)];
    const split = [...candidates, at(candidates, index)];
    const result = pack(packingProblem({ ...spec, workloads }, offers, split));
    if (!("packing" in result)) return [];
    const optionOf = (part: number): string | undefined => {
      const placement = result.packing.placements.find((one) => one.workload === part);
      return placement === undefined ? undefined : at(at(split, part), placement.option).id;
    };
    const [first, second] = [optionOf(index), optionOf(workloads.length - 1)];
    const saved = centsPerMonth(packing.usdPerHour - result.packing.usdPerHour) / 100;
    if (first === undefined || second === undefined || first === second || saved <= 0) return [];
    return [
      {
        savedUsdPerMonth: saved,
        parts: [
          { candidate: first, share },
          { candidate: second, share: 1 - share },
        ],
      },
    ];
  });
  return splits.toSorted((a, b) => b.savedUsdPerMonth - a.savedUsdPerMonth)[0] ?? null;
}
