import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { generatedFleetSpec } from "./fleet-spec.ts";
import { measureProcess, type ProcessFigures } from "./process.ts";

/**
 * Whole-process figures of what people wait for: planning fleets of several sizes, and the Pulumi program's start.
 * `npm run bench`; the seeds are fixed, so only the machine differs from run to run.
 */
interface Row {
  readonly what: string;
  readonly figures: ProcessFigures;
  readonly remark: string;
}

const seconds = (value: number) => value.toFixed(2).padStart(6);

function planRow(what: string, spec: string): Row {
  const figures = measureProcess(["bin/gpufleet.js", "plan", spec, "--json"]);
  const plan = JSON.parse(figures.stdout) as FleetPlan;
  const gap = `gap ${(plan.optimality.gap * 100).toFixed(2)} %`;
  return { what, figures, remark: `${gap}, ${plan.cost.usdPerHour.toFixed(2)} USD/h, ${plan.pools.length} pools` };
}

function startupRow(): Row {
  // The flags of Pulumi.yaml's nodeargs.
  const figures = measureProcess(["--max-semi-space-size=4", "--import", "./tools/compile-cache.js", "tools/preview/startup.ts"]);
  return { what: "Pulumi program, whole run", figures, remark: `first resource: ${figures.stdout.trim()}` };
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), "gpufleet-bench-"));
  try {
    const generated = [6, 10, 30, 100].flatMap((count) =>
      [1, 2, 3].map((seed) => {
        const file = join(folder, `generated-${count}-${seed}.fleet.yaml`);
        writeFileSync(file, generatedFleetSpec(count, seed));
        return planRow(`${count} workloads, seed ${seed}`, file);
      }),
    );
    const rows = [planRow("demo fleet", "stacks/demo.fleet.yaml"), ...generated, startupRow()];
    console.log(
      `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}; whole processes, median of 5 after a warm-up\n`,
    );
    console.log(`${"".padEnd(34)} median    min    max  peak MiB`);
    for (const { what, figures, remark } of rows) {
      const { medianSeconds, minSeconds, maxSeconds, peakMiB } = figures;
      console.log(
        `${what.padEnd(34)}${seconds(medianSeconds)} ${seconds(minSeconds)} ${seconds(maxSeconds)} ${peakMiB.toFixed(0).padStart(8)}  ${remark}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
