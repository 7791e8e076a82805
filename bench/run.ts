import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { instanceFamily } from "../catalog/instance-family.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { baselinesOf } from "./baselines.ts";
import { type FleetLimits, generatedFleetSpec } from "./fleet-spec.ts";
import type { MelangeInstance } from "./melange/instance.ts";
import { solveMelange } from "./melange.ts";
import { measureProcess, runProcess } from "./process.ts";

/**
 * What people wait for, as whole processes: fleets of every size with their proven gap and memory against the limits in
 * bench/fleets/table.json, what the packing saves, and the Pulumi program's start. `npm run bench`, or
 * `node bench/run.ts 10 30` for some sizes. The seeds are fixed, so only the machine differs from run to run.
 */
interface TableRow {
  readonly workloads: number;
  readonly seeds: readonly number[];
  readonly regions?: number;
  /** So many of the most used families get half of what the fleet would use without. */
  readonly quotas?: number;
  readonly most: { readonly seconds: number; readonly gap: number; readonly mebibytes?: number };
}

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly plan: FleetPlan;
  readonly file: string;
}

const folder = mkdtempSync(join(tmpdir(), "gpufleet-bench-"));

function planned(name: string, spec: string): Measured {
  const file = join(folder, `${name}.fleet.yaml`);
  writeFileSync(file, spec);
  const { seconds, cpuSeconds, peakMiB, stdout } = runProcess(["bin/gpufleet.js", "plan", file, "--json"]);
  return { seconds, cpuSeconds, peakMiB, plan: JSON.parse(stdout) as FleetPlan, file };
}

function measured({ workloads, seeds, regions = 2, quotas }: TableRow): Measured[] {
  const places: FleetLimits = { awsRegions: regions === 3 ? 2 : 1 };
  return seeds.map((seed) => {
    const name = `${workloads}-${seed}`;
    const free = planned(name, generatedFleetSpec(workloads, seed, places));
    if (quotas === undefined) return free;
    return planned(`${name}-quotas`, generatedFleetSpec(workloads, seed, { ...places, quotas: halves(free.plan, quotas) }));
  });
}

/** Quotas of half the GPUs that the plan has of its most used families. */
function halves(plan: FleetPlan, count: number): object[] {
  const used = new Map<string, { quota: object; gpus: number }>();
  for (const { cloud, region, instanceType, market, nodes, gpusPerNode } of plan.pools) {
    const quota = { cloud, region, family: instanceFamily(instanceType), market };
    const key = JSON.stringify(quota);
    used.set(key, { quota, gpus: (used.get(key)?.gpus ?? 0) + nodes * gpusPerNode });
  }
  const most = [...used.values()].sort((a, b) => b.gpus - a.gpus).slice(0, count);
  return most.map(({ quota, gpus }) => ({ ...quota, gpus: Math.floor(gpus / 2) }));
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function fleetRow(row: TableRow): void {
  const runs = measured(row);
  const seconds = runs.map((run) => run.seconds);
  const gaps = runs.map(({ plan }) => plan.optimality.gap);
  const peakMiB = Math.max(...runs.map((run) => run.peakMiB));
  const { most } = row;
  const kept = Math.max(...seconds) <= most.seconds && Math.max(...gaps) <= most.gap && peakMiB <= (most.mebibytes ?? Infinity);
  const what = `${row.workloads}${row.regions === 3 ? ", 3 regions" : ""}${row.quotas === undefined ? "" : `, ${row.quotas} quotas`} (${runs.length})`;
  const cells = [
    middle(seconds).toFixed(2),
    Math.max(...seconds).toFixed(2),
    middle(runs.map((run) => run.cpuSeconds)).toFixed(2),
    percent(middle(gaps)),
    percent(Math.max(...gaps)),
    peakMiB.toFixed(0),
  ];
  const limit = `${most.seconds} s, ${percent(most.gap)}${most.mebibytes === undefined ? "" : `, ${most.mebibytes} MiB`}`;
  const saved = row.quotas === undefined && row.workloads <= 1000 ? savings(runs) : ["", ""];
  console.log(
    `${what.padEnd(24)}${cells.map((cell) => cell.padStart(9)).join("")}${saved.map((cell) => cell.padStart(9)).join("")}   ${kept ? "within" : "over  "} ${limit}`,
  );
}

function savings(runs: readonly Measured[]): string[] {
  let own = 0;
  let alone = 0;
  let firstFit = 0;
  for (const { plan, file } of runs) {
    const { aloneUsdPerHour, firstFitUsdPerHour } = baselinesOf(file);
    own += plan.cost.usdPerHour;
    alone += aloneUsdPerHour;
    firstFit += firstFitUsdPerHour;
  }
  return [percent(1 - own / alone), percent(1 - own / firstFit)];
}

function melangeRow(): void {
  const { instances } = JSON.parse(readFileSync(new URL("./melange/suite.json", import.meta.url), "utf8")) as {
    instances: (MelangeInstance & { melange: { usdPerHour: number } })[];
  };
  const own = instances.reduce((sum, instance) => sum + (solveMelange(instance).usdPerHour ?? Number.NaN), 0);
  const theirs = instances.reduce((sum, { melange }) => sum + melange.usdPerHour, 0);
  console.log(
    `\nMélange's problem, ${instances.length} instances: saved ${percent(1 - own / theirs)} (its answers are optimal; node bench/melange.ts)`,
  );
}

function startupRow(): void {
  // The flags of Pulumi.yaml's nodeargs.
  const { medianSeconds, stdout } = measureProcess([
    "--max-semi-space-size=4",
    "--import",
    "./tools/compile-cache.js",
    "tools/preview/startup.ts",
  ]);
  console.log(`Pulumi program: ${medianSeconds.toFixed(2)} s, first resource ${stdout.trim()}`);
}

function main(): void {
  const sizes = process.argv.slice(2).map(Number);
  const { rows } = JSON.parse(readFileSync(new URL("./fleets/table.json", import.meta.url), "utf8")) as { rows: TableRow[] };
  try {
    console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}; whole processes`);
    console.log("Saved: against every workload on the best GPUs of its own, and against first-fit-decreasing as Karpenter does it\n");
    console.log(
      `${"workloads (fleets)".padEnd(24)}${["median s", "worst s", "CPU s", "gap", "worst", "MiB", "alone", "FFD"].map((cell) => cell.padStart(9)).join("")}   limits`,
    );
    // Fills the disk cache and the compile cache.
    planned("warm", generatedFleetSpec(6, 1));
    for (const row of rows) if (sizes.length === 0 || sizes.includes(row.workloads)) fleetRow(row);
    if (sizes.length > 0) return;
    melangeRow();
    startupRow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
