import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { generateFleet, type MarketSnapshot } from "../../bench/fleets/generate.ts";
import { withSameSizePools } from "../../bench/fleets/same-size-pools.ts";
import { pack } from "../../planner/packing/pack.ts";

const market = JSON.parse(readFileSync(new URL("../../bench/fleets/market.json", import.meta.url), "utf8")) as MarketSnapshot;

test("with pools of one size no two sizes share a pool, and the fleet costs at least the bound of the problem without the rule", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), (seed) => {
      const problem = generateFleet(market, seed, { workloads: 4, regions: ["us-east-1"] });
      const apart = withSameSizePools(problem);
      const result = pack(apart);
      const free = pack(problem);
      if ("infeasible" in result || "infeasible" in free) throw new Error("a generated fleet without quotas always has a plan");
      const sizes = new Map<number, Set<number | undefined>>();
      for (const { offer, workload, option } of result.packing.placements) {
        const size = apart.workloads[workload]?.options[option]?.gpusPerReplica;
        sizes.set(offer, (sizes.get(offer) ?? new Set()).add(size));
      }
      for (const found of sizes.values()) expect(found.size).toBe(1);
      expect(result.packing.usdPerHour).toBeGreaterThanOrEqual(free.packing.lowerBoundUsdPerHour);
    }),
    { numRuns: 15, seed: 20_261_128 },
  );
});

test("nodes that exist and quotas hold for all sizes together", () => {
  const [offer] = generateFleet(market, 1, { workloads: 1, regions: ["us-east-1"] }).offers;
  if (offer === undefined) throw new Error("no offer");
  const option = (gpusPerReplica: number) => ({
    id: `tp${gpusPerReplica}`,
    cluster: offer.cluster,
    gpu: offer.gpu,
    gpusPerReplica,
    capacity: 1,
    offers: [0],
  });
  const workload = (id: string, gpus: number) => ({
    id,
    demand: 1,
    survive: "none" as const,
    degradedShare: 1,
    spotMaxShare: 1,
    options: [option(gpus)],
  });
  const one = { offers: [{ ...offer, gpusPerNode: 8, maxNodes: 1 }], workloads: [workload("a", 1), workload("b", 2)], quotas: [] };
  expect("packing" in pack(one)).toBe(true);
  expect("infeasible" in pack(withSameSizePools(one))).toBe(true);
  const two = { ...one, offers: [{ ...offer, gpusPerNode: 8, maxNodes: 2 }] };
  expect("packing" in pack(withSameSizePools(two))).toBe(true);
  expect("infeasible" in pack(withSameSizePools({ ...two, quotas: [{ id: "q", offers: [0], gpus: 8 }] }))).toBe(true);
});
