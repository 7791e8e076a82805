/**
 * CPU time of predictions in a warm process, and of a batch of 1,000 estimates as a whole process: `node bench/predictions.ts`.
 * CPU time, so that what else the machine does counts little.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCatalog } from "../catalog/load.ts";
import { completeLayout } from "../planner/layouts/complete.ts";
import { layoutFindings } from "../planner/layouts/legality.ts";
import { engineRelease } from "../planner/layouts/release.ts";
import { memoryBudget } from "../planner/memory/budget.ts";
import { capacity } from "../planner/performance/capacity.ts";
import { estimate } from "../planner/performance/estimate.ts";
import type { Replica } from "../planner/performance/replica.ts";
import type { Load } from "../planner/performance/serving-point.ts";
import { defaults } from "../planner/spec/defaults.ts";
import { measureProcess } from "./process.ts";

const { catalog } = loadCatalog();
const lengths = { inputTokens: 1900, outputTokens: 400, inputTokensP95: 4200, prefixCacheHitRate: 0 };
const slo = { ttftP95Ms: 2000, tpotP95Ms: 80 };

/** Every generating model of the catalog on every GPU that a cloud rents out, on 1 to 8 of them, where it fits. */
function everyReplica(): Replica[] {
  const release = engineRelease(catalog.engines, defaults.engineName, defaults.engineVersion);
  if ("code" in release) throw new Error(release.message);
  const rented = new Set(catalog.instanceTypes.map(({ gpu }) => gpu));
  const gpus = catalog.gpus.filter(({ id }) => rented.has(id));
  const models = catalog.models.filter(({ task }) => task === "generate");
  return models.flatMap((model) =>
    gpus.flatMap((gpu) =>
      [1, 2, 4, 8].flatMap((tensorParallel): Replica[] => {
        const layout = completeLayout(model, gpu, release, { tensorParallel, maxModelLen: Math.min(8192, model.maxContext) });
        if (layoutFindings(model, gpu, layout, release).length > 0) return [];
        const memory = memoryBudget(model, gpu, release, layout);
        return memory.fits ? [{ model, gpu, release, layout, memory, link: gpu.link, constants: catalog.stepTime }] : [];
      }),
    ),
  );
}

/** Mean microseconds of CPU time that `work` takes for one replica, after a round to warm up. */
function meanMicroseconds(replicas: readonly Replica[], work: (replica: Replica) => unknown): number {
  for (const replica of replicas) work(replica);
  const start = process.cpuUsage();
  const rounds = 5;
  for (let round = 0; round < rounds; round++) for (const replica of replicas) work(replica);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / rounds / replicas.length;
}

/** Seconds of a whole process that answers 1,000 lines. */
function batchSeconds(replicas: readonly Replica[]): { median: number; max: number } {
  const folder = mkdtempSync(join(tmpdir(), "gpufleet-bench-"));
  try {
    const lines = Array.from({ length: 1000 }, (_, index) => {
      const { model, gpu, layout } = replicas[(index * 37) % replicas.length] as Replica;
      const { precision, tensorParallel } = layout;
      return JSON.stringify({
        id: index,
        model: model.id,
        gpu: gpu.id,
        precision,
        tensorParallel,
        inputTokens: 1000,
        outputTokens: 300,
        concurrency: 1 + (index % 64),
      });
    });
    const file = join(folder, "requests.jsonl");
    writeFileSync(file, `${lines.join("\n")}\n`);
    const { medianSeconds, maxSeconds } = measureProcess(["bin/gpufleet.js", "estimate", "--batch", file], 3);
    return { median: medianSeconds, max: maxSeconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const replicas = everyReplica();
const loads: readonly (readonly [string, Load])[] = [
  ["estimate, closed loop of 32", { kind: "closed", concurrency: 32 }],
  ["estimate, 0.5 requests/s", { kind: "open", requestsPerSecond: 0.5 }],
  ["estimate, saturated", { kind: "saturated" }],
  ["estimate, 100 at once", { kind: "batch", requests: 100 }],
];
const show = (what: string, microseconds: number): void => console.log(`${what.padEnd(40)}${microseconds.toFixed(1).padStart(8)} us`);
console.log(`${replicas.length} layouts, mean CPU time of one\n`);
show(
  "capacity",
  meanMicroseconds(replicas, (replica) => capacity(replica, lengths, slo, 0.9)),
);
for (const [what, load] of loads)
  show(
    what,
    meanMicroseconds(replicas, (replica) => estimate(replica, lengths, load)),
  );
show(
  "memory budget",
  meanMicroseconds(replicas, ({ model, gpu, release, layout }) => memoryBudget(model, gpu, release, layout)),
);
const { median, max } = batchSeconds(replicas);
console.log(`\n1,000 estimates as one process: ${median.toFixed(2)} s, at most ${max.toFixed(2)} s of wall-clock time`);
