import { readFileSync } from "node:fs";
import { pack } from "../planner/packing/pack.ts";
import type { Packing, PackingProblem } from "../planner/packing/problem.ts";
import { fromMicro } from "../planner/units.ts";
import { generateFleet, type MarketSnapshot } from "./fleets/generate.ts";
import { withSameSizePools } from "./fleets/same-size-pools.ts";

/**
 * What it costs to give every GPU count pools of its own, against pools that sizes share (docs/decisions/0002): each committed fleet is
 * packed both ways. `node bench/pool-sharing.ts`; the seeds are fixed and nothing is timed, so it prints the same everywhere.
 */
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`./fleets/${name}`, import.meta.url), "utf8"));
const market = read("market.json") as MarketSnapshot;
const { regions } = read("seeds.json") as { readonly regions: string[] };
const fleets = [
  { workloads: 4, seeds: 20 },
  { workloads: 10, seeds: 20 },
  { workloads: 30, seeds: 5 },
  { workloads: 100, seeds: 2 },
];

function packed(problem: PackingProblem): Packing {
  const result = pack(problem);
  if ("infeasible" in result) throw new Error("a generated fleet without quotas always has a plan");
  return result.packing;
}

interface Comparison {
  readonly shared: number;
  readonly apart: number;
  /** No fleet with pools of one size costs less. */
  readonly apartBound: number;
  readonly mixedPools: number;
  readonly pools: number;
}

function compare(problem: PackingProblem): Comparison {
  const shared = packed(problem);
  const apart = packed(withSameSizePools(problem));
  return {
    // Pools of one size are allowed where sizes may share: the better of two searches.
    shared: Math.min(shared.usdPerHour, apart.usdPerHour),
    apart: apart.usdPerHour,
    apartBound: apart.lowerBoundUsdPerHour,
    mixedPools: shared.pools.filter((pool) => sizesIn(problem, shared, pool) > 1).length,
    pools: shared.pools.length,
  };
}

const sizesIn = (problem: PackingProblem, { placements }: Packing, { offer, zone }: Packing["pools"][number]): number =>
  new Set(
    placements
      .filter((placement) => placement.offer === offer && placement.zone === zone)
      .map(({ workload, option }) => problem.workloads[workload]?.options[option]?.gpusPerReplica),
  ).size;

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(14)).join("");
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

console.log("Pools of one GPU count each, against pools that sizes share; dearer by, over the fleets of a size");
console.log(row(["workloads", "fleets", "median", "most", "in all", "proven in all", "dearer", "mixed pools"]));
for (const { workloads, seeds } of fleets) {
  const found = Array.from({ length: seeds }, (_, index) => compare(generateFleet(market, index + 1, { workloads, regions })));
  const sum = (of: (one: Comparison) => number): number => found.reduce((total, one) => total + of(one), 0);
  const dearer = found.map(({ shared, apart }) => apart / shared - 1);
  console.log(
    row([
      workloads,
      seeds,
      percent(median(dearer)),
      percent(Math.max(...dearer)),
      percent(sum(({ apart }) => apart) / sum(({ shared }) => shared) - 1),
      // What even the best fleet with pools of one size costs more than a fleet that was found.
      percent(sum(({ apartBound, shared }) => Math.max(apartBound, shared)) / sum(({ shared }) => shared) - 1),
      `${dearer.filter((share) => share > 0.001).length} of ${seeds}`,
      `${sum(({ mixedPools }) => mixedPools)} of ${sum(({ pools }) => pools)}`,
    ]),
  );
  console.log(row(["", "", "", "", `${fromMicro(sum(({ shared }) => shared)).toFixed(2)} USD/h`]));
}
