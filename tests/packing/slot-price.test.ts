import fc from "fast-check";
import { expect, test } from "vitest";
import { instanceOf } from "../../planner/packing/instance.ts";
import type { PackingProblem } from "../../planner/packing/problem.ts";
import { fullNodeBound, shortlistsOf } from "../../planner/packing/shortlist.ts";
import { placementsOf } from "./brute-force.ts";
import { smallProblem } from "./small-problems.ts";

/** The least any placement of each workload costs when GPUs are sold one by one; null when one has no placement. */
function cheapestSlots(problem: PackingProblem): number | null {
  let sum = 0;
  for (const workload of problem.workloads) {
    if (workload.demand === 0) continue;
    const costs = placementsOf(problem, workload).map(({ gpusByOffer }) =>
      gpusByOffer.reduce((cost, gpus, offer) => {
        const { usdPerNodeHour, gpusPerNode } = problem.offers[offer] as PackingProblem["offers"][number];
        return cost + (gpus * usdPerNodeHour) / gpusPerNode;
      }, 0),
    );
    if (costs.length === 0) return null;
    sum += Math.min(...costs);
  }
  return sum;
}

test("the price on full nodes is exactly the least of all placements that obey the rules", () => {
  fc.assert(
    fc.property(smallProblem(), (drawn) => {
      const problem = { ...drawn, quotas: [] };
      const shortlists = shortlistsOf(instanceOf(problem));
      const price = shortlists.some(({ options }) => options.length === 0) ? null : fullNodeBound(shortlists);
      const expected = cheapestSlots(problem);
      if (expected === null || price === null) expect(price).toBe(expected);
      else expect(price).toBeCloseTo(expected, 6);
    }),
    { numRuns: 800, seed: 20_262 },
  );
});

test("taking a rule away never raises the price on full nodes, and more demand never lowers it", () => {
  const bound = (problem: PackingProblem): number => {
    const shortlists = shortlistsOf(instanceOf({ ...problem, quotas: [] }));
    return shortlists.some(({ options }) => options.length === 0) ? Infinity : fullNodeBound(shortlists);
  };
  const change = (problem: PackingProblem, how: Partial<PackingProblem["workloads"][number]>): PackingProblem => ({
    ...problem,
    workloads: problem.workloads.map((workload) => ({ ...workload, ...how })),
  });
  fc.assert(
    fc.property(smallProblem(), (problem) => {
      const price = bound(problem) + 1e-6;
      expect(bound(change(problem, { survive: "none" }))).toBeLessThanOrEqual(price);
      expect(bound(change(problem, { degradedShare: 0 }))).toBeLessThanOrEqual(price);
      expect(bound(change(problem, { spotMaxShare: 1 }))).toBeLessThanOrEqual(price);
      const more = { ...problem, workloads: problem.workloads.map((workload) => ({ ...workload, demand: workload.demand * 2 })) };
      expect(bound(more)).toBeGreaterThanOrEqual(price - 2e-6);
    }),
    { numRuns: 300, seed: 20_263 },
  );
});
