import fc from "fast-check";
import { expect, test } from "vitest";
import { pack } from "../../planner/packing/pack.ts";
import { cheapestByBruteForce } from "./brute-force.ts";
import { violations } from "./checker.ts";
import { smallProblem } from "./small-problems.ts";

test("on small problems the plan obeys every rule, the bound is below the optimum and optimal means optimal", () => {
  const seen = { optimal: 0, feasible: 0, missed: 0 };
  fc.assert(
    fc.property(smallProblem(), (problem) => {
      const optimum = cheapestByBruteForce(problem);
      const result = pack(problem);
      if ("infeasible" in result) {
        expect(optimum).toBeNull();
        expect(result.infeasible).not.toEqual([]);
        return;
      }
      const { packing } = result;
      expect(violations(problem, packing)).toEqual([]);
      expect(packing.lowerBoundUsdPerHour).toBeLessThanOrEqual(optimum ?? -1);
      if (packing.status === "optimal") expect(packing.usdPerHour).toBe(optimum);
      seen[packing.status]++;
      if (packing.usdPerHour !== optimum) seen.missed++;
    }),
    { numRuns: 1000, seed: 20_261 },
  );
  // The proof closes nearly always at this size, and what it cannot prove is nearly always the optimum all the same.
  expect(seen.optimal).toBeGreaterThan(8 * seen.feasible);
  expect(seen.missed).toBeLessThanOrEqual(2);
});
