import { expect, test } from "vitest";
import { pack } from "../../planner/packing/pack.ts";
import type { Packing, PackingOffer, PackingProblem, PackingWorkload } from "../../planner/packing/problem.ts";
import { violations } from "./checker.ts";

const offer = (id: string, how: Partial<PackingOffer> = {}): PackingOffer => ({
  id,
  cluster: "c",
  gpu: "h100",
  market: "on-demand",
  zones: ["a", "b", "c"],
  gpusPerNode: 8,
  usdPerNodeHour: 80_000_000,
  maxNodes: null,
  ...how,
});

const workload = (id: string, how: Partial<PackingWorkload> & { gpus?: number; offers?: readonly number[] } = {}): PackingWorkload => {
  const { gpus = 1, offers = [0], ...rest } = how;
  const option = { id: "tp", cluster: "c", gpu: "h100", gpusPerReplica: gpus, capacity: 1_000_000, offers };
  return { id, demand: 1_000_000, survive: "none", degradedShare: 1, spotMaxShare: 0, options: [option], ...rest };
};

const problem = (offers: PackingOffer[], workloads: PackingWorkload[], quotas: PackingProblem["quotas"] = []): PackingProblem => ({
  offers,
  workloads,
  quotas,
});

function packed(asked: PackingProblem): Packing {
  const result = pack(asked);
  if ("infeasible" in result) throw new Error(JSON.stringify(result.infeasible));
  expect(violations(asked, result.packing)).toEqual([]);
  return result.packing;
}

test("a workload without demand gets no replicas and costs nothing", () => {
  const packing = packed(problem([offer("o")], [workload("idle", { demand: 0, options: [] })]));
  expect(packing).toMatchObject({ status: "optimal", usdPerHour: 0, lowerBoundUsdPerHour: 0, pools: [], placements: [] });
});

test("eight workloads of one GPU share one node", () => {
  const workloads = Array.from({ length: 8 }, (_, index) => workload(`w${index}`));
  expect(packed(problem([offer("o")], workloads))).toMatchObject({ status: "optimal", usdPerHour: 80_000_000 });
});

test("sizes mix on a node, the largest first", () => {
  const packing = packed(problem([offer("o")], [workload("one"), workload("four", { gpus: 4 }), workload("two", { gpus: 2 })]));
  expect(packing.pools).toHaveLength(1);
  expect(packing.pools[0]?.nodes).toBe(1);
});

test("a giant workload of a thousand replicas is proven optimal", () => {
  expect(packed(problem([offer("o")], [workload("giant", { demand: 1_000_000_000 })]))).toMatchObject({
    status: "optimal",
    usdPerHour: 125 * 80_000_000,
  });
});

test("a giant workload survives a zone with a half of its replicas more in three zones", () => {
  const packing = packed(
    problem([offer("o", { gpusPerNode: 1, usdPerNodeHour: 1_000_000 })], [workload("giant", { demand: 300_000_000, survive: "zone" })]),
  );
  expect(packing.usdPerHour).toBe(450_000_000);
});

test("a hundred equal workloads fill their nodes", () => {
  const workloads = Array.from({ length: 100 }, (_, index) => workload(`w${String(index).padStart(3, "0")}`));
  expect(packed(problem([offer("o")], workloads)).usdPerHour).toBe(13 * 80_000_000);
});

test("of equal prices the first by id is taken, wherever it stands", () => {
  const offers = ["z", "a", "m"].map((id) => offer(id));
  expect(packed(problem(offers, [workload("w", { offers: [0, 1, 2] })])).placements[0]?.offer).toBe(1);
});

test("survive replica adds one, survive node keeps the loss of the fullest node bearable", () => {
  const small = offer("small", { gpusPerNode: 2, usdPerNodeHour: 20_000_000 });
  const four = { demand: 4_000_000 };
  const replicas = (packing: Packing): number => packing.placements.reduce((sum, placement) => sum + placement.replicas, 0);
  expect(replicas(packed(problem([small], [workload("w", { ...four, survive: "replica" })])))).toBe(5);
  expect(replicas(packed(problem([small], [workload("w", { ...four, survive: "node" })])))).toBe(6);
});

test("survive node spreads a workload over zones where that takes fewer replicas", () => {
  const packing = packed(problem([offer("o")], [workload("w", { demand: 2_000_000, survive: "node" })]));
  expect(packing.usdPerHour).toBe(2 * 80_000_000);
});

test("survive zone needs two zones, and says so", () => {
  const asked = problem([offer("o", { zones: ["a"] })], [workload("w", { survive: "zone" })]);
  expect(pack(asked)).toEqual({ infeasible: [{ reason: "workload", workload: 0, rule: "survive" }] });
});

test("a workload with spot offers only and a share below all of it names the spot share", () => {
  const asked = problem([offer("o", { market: "spot" })], [workload("w", { spotMaxShare: 0.7 })]);
  expect(pack(asked)).toEqual({ infeasible: [{ reason: "workload", workload: 0, rule: "spot-share" }] });
});

test.each([5, 20, 100])("a workload of %i replicas in the only spot pool there is cannot survive its loss, and says so", (replicas) => {
  const spot = offer("s", { market: "spot", zones: ["a"] });
  const only = workload("w", { demand: replicas * 1_000_000, spotMaxShare: 1, surviveSpotPool: true });
  expect(pack(problem([spot], [only]))).toEqual({ infeasible: [{ reason: "workload", workload: 0, rule: "spot-pool" }] });
  expect(packed(problem([{ ...spot, zones: ["a", "b"] }], [only])).placements).toHaveLength(2);
});

test("a workload without an offer names that", () => {
  expect(pack(problem([offer("o")], [workload("w", { offers: [] })]))).toEqual({
    infeasible: [{ reason: "workload", workload: 0, rule: "no-option" }],
  });
});

test("a share that is a whole number in decimals is one in binary too", () => {
  const offers = [offer("o", { gpusPerNode: 1 }), offer("s", { gpusPerNode: 1, market: "spot", usdPerNodeHour: 1_000_000 })];
  const packing = packed(problem(offers, [workload("w", { demand: 100_000_000, spotMaxShare: 0.29, offers: [0, 1] })]));
  expect(packing.usdPerHour).toBe(71 * 80_000_000 + 29 * 1_000_000);
});

test("a quota of nothing names the workload that it shuts out, and the quota", () => {
  const asked = problem([offer("o")], [workload("w")], [{ id: "q", offers: [0], gpus: 0 }]);
  expect(pack(asked)).toEqual({
    infeasible: [
      { reason: "workload", workload: 0, rule: "quota" },
      { reason: "quota", quota: 0, gpusNeeded: 8 },
    ],
  });
});

test("too few nodes for all together names the offer and what it would take", () => {
  const asked = problem([offer("o", { maxNodes: 1 })], [workload("a", { gpus: 8 }), workload("b", { gpus: 8 })]);
  expect(pack(asked)).toEqual({ infeasible: [{ reason: "max-nodes", offer: 0, nodesNeeded: 2 }] });
});

test("a quota moves the workload that loses least by moving", () => {
  const offers = [offer("cheap"), offer("dear", { gpu: "b200", usdPerNodeHour: 160_000_000 })];
  const options = (second: number): PackingWorkload["options"] => [
    { id: "cheap", cluster: "c", gpu: "h100", gpusPerReplica: 8, capacity: 1_000_000, offers: [0] },
    { id: "dear", cluster: "c", gpu: "b200", gpusPerReplica: 8, capacity: second, offers: [1] },
  ];
  const workloads = [
    workload("a", { demand: 2_000_000, options: options(1_000_000) }),
    workload("b", { demand: 2_000_000, options: options(2_000_000) }),
  ];
  const packing = packed(problem(offers, workloads, [{ id: "q", offers: [0], gpus: 16 }]));
  expect(packing.usdPerHour).toBe(2 * 80_000_000 + 160_000_000);
});

test("offers in different zones serve one zone rule together", () => {
  const offers = [offer("o", { zones: ["a"] }), offer("p", { zones: ["b"] })];
  const packing = packed(problem(offers, [workload("w", { survive: "zone", offers: [0, 1] })]));
  expect(packing.placements.map(({ zone }) => zone)).toEqual(["a", "b"]);
});
