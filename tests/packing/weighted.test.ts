import fc from "fast-check";
import { expect, test } from "vitest";
import { pack } from "../../planner/packing/pack.ts";
import type { PackingOption, PackingProblem, PackingWorkload } from "../../planner/packing/problem.ts";
import { cheapestMixture, mixtureViolations } from "./mixtures.ts";
import { smallProblem } from "./small-problems.ts";

/** More problems when the environment says so: `GENERATED_PROBLEMS=3000 npx vitest run tests/packing/weighted.test.ts`. */
const asked = process.env.GENERATED_PROBLEMS === undefined ? null : Number(process.env.GENERATED_PROBLEMS);

/** Every rule and limit, some workloads weighted. */
const everyRule = smallProblem(3, 2).chain((problem) =>
  fc.array(fc.constantFrom(true, true, false), { minLength: problem.workloads.length, maxLength: problem.workloads.length }).map(
    (weighted): PackingProblem => ({
      ...problem,
      workloads: problem.workloads.map((one, index) => ({ ...one, weighted: weighted[index] ?? true })),
    }),
  ),
);

/** A fast GPU in large nodes and a slow one in small ones: what is left of a demand when the large nodes are full is a bargain on a small one. */
const unequalGpus = fc
  .record({
    large: fc.record({
      gpusPerNode: fc.constantFrom(2, 4),
      usdPerNodeHour: fc.integer({ min: 60, max: 120 }),
      market: fc.constantFrom("on-demand" as const, "spot" as const),
    }),
    small: fc.record({ usdPerNodeHour: fc.integer({ min: 8, max: 30 }), maxNodes: fc.constantFrom(null, null, 1, 2) }),
    demands: fc.array(fc.integer({ min: 5, max: 50 }), { minLength: 1, maxLength: 2 }),
    fast: fc.integer({ min: 18, max: 30 }),
    slow: fc.integer({ min: 8, max: 13 }),
    survive: fc.constantFrom("none" as const, "none" as const, "none" as const, "replica" as const, "node" as const),
    degradedShare: fc.constantFrom(0.5, 1),
    spotMaxShare: fc.constantFrom(0, 0.5, 1),
  })
  .map(({ large, small, demands, fast, slow, survive, degradedShare, spotMaxShare }): PackingProblem => {
    const option = (id: string, gpu: string, capacity: number, offers: readonly number[]): PackingOption => ({
      id,
      cluster: "c",
      gpu,
      gpusPerReplica: 1,
      capacity,
      offers,
    });
    return {
      offers: [
        { id: "large", cluster: "c", gpu: "h100", zones: ["a"], maxNodes: null, ...large },
        {
          id: "middle",
          cluster: "c",
          gpu: "h100",
          market: "on-demand",
          zones: ["a"],
          gpusPerNode: 1,
          maxNodes: null,
          usdPerNodeHour: Math.ceil((large.usdPerNodeHour * 1.3) / large.gpusPerNode),
        },
        { id: "small", cluster: "c", gpu: "l4", market: "on-demand", zones: ["a"], gpusPerNode: 1, ...small },
      ],
      quotas: [],
      workloads: demands.map(
        (demand, index): PackingWorkload => ({
          ...{ id: `w${index}`, demand, survive, degradedShare, spotMaxShare, weighted: true },
          options: [option("fast", "h100", fast, [0, 1]), option("slow", "l4", slow, [2])],
        }),
      ),
    };
  });

const even = (problem: PackingProblem): PackingProblem => ({
  ...problem,
  workloads: problem.workloads.map((one) => ({ ...one, weighted: false })),
});
const costOf = (problem: PackingProblem): number => {
  const result = pack(problem);
  return "packing" in result ? result.packing.usdPerHour : Infinity;
};

test.each([
  { name: "every rule", problems: everyRule, numRuns: asked ?? 80, seed: 20_281, savedShare: 0, missedShare: 0.02 },
  { name: "unequal GPUs", problems: unequalGpus, numRuns: asked ?? 80, seed: 20_282, savedShare: 0.2, missedShare: 0.03 },
])(
  "with $name a mixture keeps all rules, its bound is below the cheapest of all mixtures, and it costs no more than one layout does",
  { timeout: 120_000 + (asked ?? 0) * 500 },
  ({ problems, numRuns, seed, savedShare, missedShare }) => {
    const seen = { planned: 0, proven: 0, missed: 0, saved: 0 };
    fc.assert(
      fc.property(problems, (problem) => {
        const result = pack(problem);
        if ("infeasible" in result) return;
        const { packing } = result;
        const optimum = cheapestMixture(problem) ?? Number.NaN;
        expect(mixtureViolations(problem, packing)).toEqual([]);
        expect(packing.lowerBoundUsdPerHour).toBeLessThanOrEqual(optimum);
        expect(packing.usdPerHour).toBeGreaterThanOrEqual(optimum);
        if (packing.status === "optimal") expect(packing.usdPerHour).toBe(optimum);
        const without = costOf(even(problem));
        expect(packing.usdPerHour).toBeLessThanOrEqual(without);
        if (packing.evenUsdPerHour !== undefined) expect(packing.evenUsdPerHour ?? Infinity).toBe(without);
        seen.planned++;
        if (packing.status === "optimal") seen.proven++;
        if (packing.usdPerHour > optimum) seen.missed++;
        if (packing.usdPerHour < without) seen.saved++;
      }),
      { numRuns, seed },
    );
    expect(seen.saved).toBeGreaterThanOrEqual(savedShare * seen.planned);
    expect(seen.missed).toBeLessThanOrEqual(missedShare * seen.planned);
  },
);
