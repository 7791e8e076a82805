import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { generateFleet, type MarketSnapshot } from "../../bench/fleets/generate.ts";
import { pack } from "../../planner/packing/pack.ts";
import type { Packing, PackingProblem } from "../../planner/packing/problem.ts";
import { violations } from "./checker.ts";
import { smallProblem } from "./small-problems.ts";

const market = JSON.parse(readFileSync(new URL("../../bench/fleets/market.json", import.meta.url), "utf8")) as MarketSnapshot;
const fleetOf = (workloads: number, seed: number): PackingProblem =>
  generateFleet(market, seed, { workloads, regions: ["us-east-1", "us-central1"] });

function packed(problem: PackingProblem): Packing | null {
  const result = pack(problem);
  return "infeasible" in result ? null : result.packing;
}

/** The problem with everything in another order; the maps lead back. */
function shuffled(
  problem: PackingProblem,
  order: (count: number) => number[],
): { problem: PackingProblem; named: (packing: Packing) => unknown } {
  const offerOrder = order(problem.offers.length);
  const workloadOrder = order(problem.workloads.length);
  const newIndex = (offer: number): number => offerOrder.indexOf(offer);
  const pick = <T>(list: readonly T[], indexes: readonly number[]): T[] => indexes.map((index) => list[index] as T);
  const other: PackingProblem = {
    offers: pick(problem.offers, offerOrder).map((offer) => ({ ...offer, zones: pick(offer.zones, order(offer.zones.length)) })),
    workloads: pick(problem.workloads, workloadOrder).map((workload) => ({
      ...workload,
      options: pick(workload.options, order(workload.options.length)).map((option) => ({
        ...option,
        offers: pick(option.offers, order(option.offers.length)).map(newIndex),
      })),
    })),
    quotas: problem.quotas.map((quota) => ({ ...quota, offers: quota.offers.map(newIndex) })),
  };
  return { problem: other, named: (packing) => byName(other, packing) };
}

/** A packing without indexes, in an order of its own. */
function byName(problem: PackingProblem, packing: Packing): unknown {
  const placements = packing.placements.map(({ workload, option, offer, zone, replicas }) => {
    const { id, options } = problem.workloads[workload] as PackingProblem["workloads"][number];
    return `${id} ${options[option]?.id} ${problem.offers[offer]?.id} ${zone} ${replicas}`;
  });
  return { cost: packing.usdPerHour, bound: packing.lowerBoundUsdPerHour, placements: placements.sort() };
}

test("the same problem gives the same plan in whatever order it is written", () => {
  fc.assert(
    fc.property(smallProblem(), fc.infiniteStream(fc.nat(1000)), (problem, numbers) => {
      const order = (count: number): number[] => {
        const keys = Array.from({ length: count }, () => numbers.next().value as number);
        return keys.map((_, index) => index).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
      };
      const other = shuffled(problem, order);
      const [first, second] = [packed(problem), packed(other.problem)];
      expect(second === null ? null : other.named(second)).toEqual(first === null ? null : byName(problem, first));
    }),
    { numRuns: 120 },
  );
});

test("a fleet of ten written backwards gives the same plan, to the byte", () => {
  const problem = fleetOf(10, 1);
  const other = shuffled(problem, (count) => Array.from({ length: count }, (_, index) => count - 1 - index));
  const [first, again, second] = [packed(problem), packed(problem), packed(other.problem)];
  expect(JSON.stringify(again)).toBe(JSON.stringify(first));
  expect(other.named(second as Packing)).toEqual(byName(problem, first as Packing));
});

test("prices twice as high give the same fleet at twice the cost", () => {
  fc.assert(
    fc.property(smallProblem(), (problem) => {
      const dear = { ...problem, offers: problem.offers.map((offer) => ({ ...offer, usdPerNodeHour: 2 * offer.usdPerNodeHour })) };
      const [cheap, doubled] = [packed(problem), packed(dear)];
      if (cheap?.status === "optimal" && doubled?.status === "optimal") expect(doubled.usdPerHour).toBe(2 * cheap.usdPerHour);
      else expect(doubled === null).toBe(cheap === null);
    }),
    { numRuns: 150 },
  );
});

test("a proven plan never gets dearer when a rule goes away", () => {
  fc.assert(
    fc.property(smallProblem(), (problem) => {
      const strict = packed(problem);
      const free = packed({
        ...problem,
        quotas: [],
        workloads: problem.workloads.map((workload) => ({ ...workload, survive: "none" as const })),
      });
      if (strict === null) return;
      expect(free?.lowerBoundUsdPerHour).toBeLessThanOrEqual(strict.usdPerHour);
      if (free?.status === "optimal") expect(free.usdPerHour).toBeLessThanOrEqual(strict.usdPerHour);
    }),
    { numRuns: 150 },
  );
});

test("quotas and scarce offers never lower the bound, and a fleet that keeps them without being asked to stays", () => {
  fc.assert(
    fc.property(smallProblem(), (problem) => {
      const limited = packed(problem);
      const free = { ...problem, quotas: [], offers: problem.offers.map((offer) => ({ ...offer, maxNodes: null })) };
      const without = packed(free);
      if (limited === null || without === null) return;
      expect(limited.lowerBoundUsdPerHour).toBeGreaterThanOrEqual(without.lowerBoundUsdPerHour);
      if (violations(problem, without).length === 0) expect(limited).toEqual(without);
    }),
    { numRuns: 300 },
  );
});

test.each([
  [6, 1, 0.001],
  [6, 2, 0.03],
  [10, 1, 0.01],
  [10, 3, 0.03],
  [30, 2, 0.05],
])("a realistic fleet of %i workloads (seed %i) obeys every rule within a gap of %d", (workloads, seed, gap) => {
  const problem = fleetOf(workloads, seed);
  expect(problem.offers.length).toBeGreaterThanOrEqual(100);
  const packing = packed(problem) as Packing;
  expect(violations(problem, packing)).toEqual([]);
  expect(1 - packing.lowerBoundUsdPerHour / packing.usdPerHour).toBeLessThanOrEqual(gap);
});

test("a quota on what a realistic fleet uses is kept, costs more and stays above the bound without it", () => {
  const free = fleetOf(10, 1);
  const before = packed(free) as Packing;
  const used = before.pools.filter(({ offer }) => free.offers[offer]?.gpu.startsWith("rtx"));
  const gpus = used.reduce((sum, { offer, nodes }) => sum + nodes * (free.offers[offer]?.gpusPerNode ?? 0), 0);
  const offers = free.offers.flatMap(({ gpu }, index) => (gpu.startsWith("rtx") ? [index] : []));
  const limited = { ...free, quotas: [{ id: "rtx", offers, gpus: Math.floor(gpus / 2) }] };
  const after = packed(limited) as Packing;
  expect(gpus).toBeGreaterThan(1);
  expect(violations(limited, after)).toEqual([]);
  expect(after.usdPerHour).toBeGreaterThan(before.lowerBoundUsdPerHour);
  expect(after.lowerBoundUsdPerHour).toBeGreaterThan(before.lowerBoundUsdPerHour);
});
