import fc from "fast-check";
import { expect, test } from "vitest";
import { pack } from "../../planner/packing/pack.ts";
import type { PackingProblem } from "../../planner/packing/problem.ts";
import { cheapestByBruteForce } from "./brute-force.ts";
import { violations } from "./checker.ts";
import { smallProblem } from "./small-problems.ts";

/** A small problem with one more workload, whose replicas span 2 or 3 nodes of its offers: those nodes are on offer together, and of the same machines. */
const problemWithSpans = fc
  .record({
    problem: smallProblem(),
    spans: fc.uniqueArray(fc.constantFrom(2, 3), { minLength: 1 }),
    survive: fc.constantFrom("none" as const, "replica" as const, "node" as const, "zone" as const),
    spotMaxShare: fc.constantFrom(0, 0.5, 1),
    demand: fc.constantFrom(5, 10, 20),
  })
  .map(({ problem, spans, ...asked }): PackingProblem => {
    const source = problem.offers.slice(0, 2);
    const groups = source.flatMap((offer, index) => spans.map((nodes) => ({ ...spanOf(offer, nodes), index, nodes })));
    const first = problem.offers.length;
    return {
      offers: [...problem.offers, ...groups.map(({ index: _, nodes: __, ...offer }) => offer)],
      workloads: [
        ...problem.workloads.slice(0, 2),
        {
          id: "spanning",
          ...asked,
          degradedShare: 0.5,
          surviveSpotPool: false,
          options: groups.map(({ gpu, gpusPerNode, nodes }, index) => ({
            id: `x${nodes}-${index}`,
            cluster: "c",
            gpu,
            gpusPerReplica: gpusPerNode * nodes,
            capacity: 4 * nodes,
            offers: [first + index],
          })),
        },
      ],
      quotas: problem.quotas.map((quota) => ({
        ...quota,
        gpus: quota.gpus + 8,
        offers: [...quota.offers, ...groups.flatMap(({ index }, place) => (quota.offers.includes(index) ? [first + place] : []))],
      })),
    };
  });

const spanOf = (offer: PackingProblem["offers"][number], nodes: number) => ({
  ...offer,
  id: `${offer.id}/x${nodes}`,
  nodesTogether: nodes,
});

test("replicas over several nodes: every rule is obeyed, each lies in one zone, and no fleet is cheaper than the bound", () => {
  const seen = { optimal: 0, feasible: 0, missed: 0, spanning: 0 };
  fc.assert(
    fc.property(problemWithSpans, (problem) => {
      const optimum = cheapestByBruteForce(problem);
      const result = pack(problem);
      if ("infeasible" in result) {
        expect(optimum).toBeNull();
        return;
      }
      const { packing } = result;
      expect(violations(problem, packing)).toEqual([]);
      const pools = packing.pools.filter(({ offer }) => (problem.offers[offer]?.nodesTogether ?? 1) > 1);
      for (const { zone, patterns } of pools) {
        expect(zone).not.toBeNull();
        // Whole groups of nodes, one replica each.
        expect(patterns.map(({ replicas }) => replicas.map((one) => one.replicas))).toEqual([[1]]);
      }
      if (pools.length > 0) seen.spanning++;
      expect(packing.lowerBoundUsdPerHour).toBeLessThanOrEqual(optimum ?? -1);
      if (packing.status === "optimal") expect(packing.usdPerHour).toBe(optimum);
      seen[packing.status]++;
      if (packing.usdPerHour !== optimum) seen.missed++;
    }),
    { numRuns: 300, seed: 20_262 },
  );
  expect(seen.spanning).toBeGreaterThan(100);
  expect(seen.optimal).toBeGreaterThan(4 * seen.feasible);
  expect(seen.missed).toBeLessThanOrEqual(2);
});
