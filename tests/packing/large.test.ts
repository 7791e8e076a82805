import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { generateFleet, type MarketSnapshot } from "../../bench/fleets/generate.ts";
import { pack } from "../../planner/packing/pack.ts";
import type { Packing, PackingProblem } from "../../planner/packing/problem.ts";
import { violations } from "./checker.ts";

/** Fleets beyond the tree, where menus are searched and limits have prices. */
const market = JSON.parse(readFileSync(new URL("../../bench/fleets/market.json", import.meta.url), "utf8")) as MarketSnapshot;
const fleetOf = (workloads: number, seed: number): PackingProblem =>
  generateFleet(market, seed, { workloads, regions: ["us-east-1", "us-central1"] });

function packed(problem: PackingProblem): Packing {
  const result = pack(problem);
  if ("infeasible" in result) throw new Error(JSON.stringify(result.infeasible));
  expect(violations(problem, result.packing)).toEqual([]);
  return result.packing;
}

const gapOf = ({ usdPerHour, lowerBoundUsdPerHour }: Packing): number => 1 - lowerBoundUsdPerHour / usdPerHour;

/** Half of the GPUs that the packing has of its most used GPU types on-demand. */
function halved(problem: PackingProblem, packing: Packing, count: number): PackingProblem {
  const used = new Map<string, number>();
  const key = (offer: number): string => `${problem.offers[offer]?.gpu} ${problem.offers[offer]?.market}`;
  for (const { offer, nodes } of packing.pools) {
    used.set(key(offer), (used.get(key(offer)) ?? 0) + nodes * (problem.offers[offer]?.gpusPerNode ?? 0));
  }
  const most = [...used].sort((a, b) => b[1] - a[1]).slice(0, count);
  const quotas = most.map(([id, gpus]) => ({
    id,
    gpus: Math.floor(gpus / 2),
    offers: problem.offers.flatMap((_, offer) => (key(offer) === id ? [offer] : [])),
  }));
  return { ...problem, quotas };
}

test.each([
  [60, 1, 0.03],
  [120, 2, 0.02],
  [450, 3, 0.01],
])("a fleet of %i workloads (seed %i) obeys every rule within a gap of %d", (workloads, seed, gap) => {
  expect(gapOf(packed(fleetOf(workloads, seed)))).toBeLessThanOrEqual(gap);
});

test("three quotas of half of what a fleet of 80 would use are kept, and lower the bound by no more than its steps leave open", () => {
  const free = fleetOf(80, 1);
  const before = packed(free);
  const after = packed(halved(free, before, 3));
  expect(after.lowerBoundUsdPerHour).toBeGreaterThan(0.999 * before.lowerBoundUsdPerHour);
  expect(after.usdPerHour).toBeGreaterThan(before.lowerBoundUsdPerHour);
  expect(gapOf(after)).toBeLessThan(0.1);
});

test("the same large fleet gives the same plan to the byte", () => {
  expect(JSON.stringify(packed(fleetOf(80, 4)))).toBe(JSON.stringify(packed(fleetOf(80, 4))));
});

test("in large fleets too a rule less never raises the bound and more demand never lowers it, and the plan follows within its gap", () => {
  const change = (problem: PackingProblem, how: (workload: PackingProblem["workloads"][number]) => object): PackingProblem => ({
    ...problem,
    workloads: problem.workloads.map((workload) => ({ ...workload, ...how(workload) })),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom<"survive" | "spot" | "demand">("survive", "spot", "demand"),
      (seed, kind) => {
        const problem = fleetOf(48, seed);
        const strict = kind === "demand" ? change(problem, ({ demand }) => ({ demand: 2 * demand })) : problem;
        const free =
          kind === "survive"
            ? change(problem, () => ({ survive: "none" }))
            : kind === "spot"
              ? change(problem, () => ({ spotMaxShare: 1 }))
              : problem;
        const [dear, cheap] = [packed(strict), packed(free)];
        expect(cheap.lowerBoundUsdPerHour).toBeLessThanOrEqual(dear.usdPerHour);
        expect(cheap.usdPerHour * (1 - gapOf(cheap))).toBeLessThanOrEqual(dear.usdPerHour);
      },
    ),
    { numRuns: 8, seed: 20_264 },
  );
});

test("a thousand equal workloads fill their nodes, and the proof is exact", () => {
  const offer = {
    id: "o",
    cluster: "c",
    gpu: "h100",
    market: "on-demand" as const,
    zones: ["a", "b"],
    gpusPerNode: 8,
    usdPerNodeHour: 80,
    maxNodes: null,
  };
  const option = { id: "tp", cluster: "c", gpu: "h100", gpusPerReplica: 1, capacity: 10, offers: [0] };
  const equal = { demand: 10, survive: "none" as const, degradedShare: 1, spotMaxShare: 0, options: [option] };
  const workloads = Array.from({ length: 1000 }, (_, index) => ({ ...equal, id: `w${index}` }));
  expect(packed({ offers: [offer], workloads, quotas: [] })).toMatchObject({ status: "optimal", usdPerHour: 125 * 80 });
});

test("where every quota is nothing, a large fleet has no plan and the quotas are named", () => {
  const problem = fleetOf(45, 1);
  const offers = problem.offers.map((_, offer) => offer);
  const result = pack({ ...problem, quotas: [{ id: "all", offers, gpus: 0 }] });
  expect("infeasible" in result && result.infeasible.some(({ reason }) => reason === "quota")).toBe(true);
});
