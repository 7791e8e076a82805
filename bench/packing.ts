import { readFileSync } from "node:fs";
import { pack } from "../planner/packing/pack.ts";
import { fromMicro } from "../planner/units.ts";
import { generateFleet, type MarketSnapshot } from "./fleets/generate.ts";

/** Time, cost, bound and gap of packing, for each committed fleet. `node bench/packing.ts [workloads]` runs one size. */
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`./fleets/${name}`, import.meta.url), "utf8"));
const market = read("market.json") as MarketSnapshot;
const { regions, fleets } = read("seeds.json") as { regions: string[]; fleets: { workloads: number; seeds: number[] }[] };
const only = process.argv[2] === undefined ? null : Number(process.argv[2]);

const row = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(10)).join("");
console.log(row(["workloads", "seed", "offers", "options", "ms", "CPU ms", "USD/h", "bound", "gap %", "status"]));
for (const { workloads, seeds } of fleets) {
  if (only !== null && only !== workloads) continue;
  for (const seed of seeds) {
    const problem = generateFleet(market, seed, { workloads, regions });
    const used = process.cpuUsage();
    const start = performance.now();
    const result = pack(problem);
    const ms = (performance.now() - start).toFixed(0);
    // Of all threads: the garbage collector and the compiler work beside the plan.
    const { user, system } = process.cpuUsage(used);
    const cpuMs = ((user + system) / 1000).toFixed(0);
    if ("infeasible" in result) {
      console.log(row([workloads, seed, problem.offers.length, "", ms, cpuMs, "infeasible"]));
      continue;
    }
    const { usdPerHour, lowerBoundUsdPerHour, status } = result.packing;
    const options = problem.workloads.reduce((sum, workload) => sum + workload.options.length, 0);
    const gap = usdPerHour === 0 ? 0 : 1 - lowerBoundUsdPerHour / usdPerHour;
    const money = [usdPerHour, lowerBoundUsdPerHour].map((micro) => fromMicro(micro).toFixed(2));
    console.log(row([workloads, seed, problem.offers.length, options, ms, cpuMs, ...money, (100 * gap).toFixed(2), status]));
  }
}
