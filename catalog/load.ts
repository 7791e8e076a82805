import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { PlanningError } from "../planner/finding.ts";
import type { Catalog, CatalogFacts } from "./catalog.ts";
import { withCudaMemory } from "./cuda-memory.ts";
import { deepFreeze } from "./freeze.ts";
import type { OverrideFinding } from "./override-findings.ts";
import { applyOverrides, readOverrides } from "./overrides.ts";
import { architectureSchema } from "./schema/architecture.ts";
import { checkRulesSchema } from "./schema/check-rules.ts";
import { cpuFileSchema } from "./schema/cpu.ts";
import { engineProfileSchema } from "./schema/engine.ts";
import { engineReleasesSchema } from "./schema/engine-releases.ts";
import { cudaMemoryRuleSchema, gpuSchema } from "./schema/gpu.ts";
import { instanceTypeSchema } from "./schema/instance-type.ts";
import { measurementsSchema } from "./schema/measurements.ts";
import { type Model, modelSchema } from "./schema/model.ts";
import { priceSchema, spotInterruptionSchema } from "./schema/price.ts";
import { servingSchema } from "./schema/serving.ts";
import { spotModelSchema } from "./schema/spot-model.ts";
import { stepTimeSchema } from "./schema/step-time.ts";
import { taskPerformanceSchema } from "./schema/task-performance.ts";
import { taskServingSchema } from "./schema/task-serving.ts";
import { variantSchema } from "./schema/variant.ts";

const head = { about: z.string(), sources: z.record(z.string(), z.string()).default({}) };
const gpuFileSchema = z.strictObject({
  about: z.string(),
  asOf: z.iso.date(),
  verificationLevels: z.record(gpuSchema.shape.verification, z.string()),
  sourcesRead: z.array(z.string()),
  cudaMemoryRules: z.array(cudaMemoryRuleSchema),
  rows: z.array(gpuSchema),
});
const architectureFileSchema = z.strictObject({ about: z.string(), rows: z.array(architectureSchema) });
const variantFileSchema = z.strictObject({ about: z.string(), rows: z.array(variantSchema) });
const modelFileSchema = z.strictObject({ about: z.string(), rows: z.array(modelSchema) });
const instanceFileSchema = z.strictObject({ ...head, rows: z.array(instanceTypeSchema) });
const priceFileSchema = z.strictObject({ ...head, rows: z.array(priceSchema) });
const spotInterruptionFileSchema = z.strictObject({
  about: z.string(),
  asOf: z.iso.date(),
  source: z.string(),
  notCovered: z.array(z.string()),
  rows: z.array(spotInterruptionSchema),
});

/**
 * Reads and validates one data file beside this module; its errors name the file and the row. Without compiled validators: zod takes
 * longer to compile them for one pass over these rows (13 ms in all) than they save.
 */
function readData<T>(path: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")), { jitless: true });
  if (result.success) return result.data;
  throw new PlanningError(
    result.error.issues.map((issue) => ({
      code: "invalid-catalog-file",
      path: `catalog/${path}`,
      message: `${issue.path.join(".")}: ${issue.message}`,
    })),
  );
}

const dataFiles = (folder: string): string[] =>
  readdirSync(new URL(`${folder}/`, import.meta.url))
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${folder}/${name}`)
    .toSorted(compareText);

/** The data files as they are, without overrides. */
function readBundled(): CatalogFacts {
  const gpuFile = readData("gpus.json", gpuFileSchema);
  const instanceFiles = dataFiles("instances").map((path) => readData(path, instanceFileSchema));
  const priceFiles = dataFiles("prices").map((path) => readData(path, priceFileSchema));
  const cpuFile = readData("cpus.json", cpuFileSchema);
  const stepTimePath = "engines/step-time.json";
  const serving = readData("serving.json", servingSchema);
  const checks = readData("checks.json", checkRulesSchema);
  return {
    asOf: checks.asOf,
    gpus: gpuFile.rows,
    cudaMemoryRules: gpuFile.cudaMemoryRules,
    cpus: cpuFile.rows,
    slotVcpus: cpuFile.slotVcpus,
    largestReplicaVcpus: cpuFile.largestReplicaVcpus,
    models: dataFiles("models").flatMap((path) => readData(path, modelFileSchema).rows),
    instanceTypes: instanceFiles.flatMap((file) => file.rows),
    prices: priceFiles.flatMap((file) => file.rows),
    spotInterruptions: dataFiles("spot-interruption").flatMap((path) => readData(path, spotInterruptionFileSchema).rows),
    variants: byId(readData("variants.json", variantFileSchema).rows, (row) => row.id),
    architectures: readData("architectures.json", architectureFileSchema).rows,
    spotModel: readData("spot-model.json", spotModelSchema),
    engines: dataFiles("engines")
      .filter((path) => path !== stepTimePath)
      .map((path) => readData(path, engineProfileSchema)),
    engineReleases: readData("engine-releases.json", engineReleasesSchema),
    stepTime: { ...readData(stepTimePath, stepTimeSchema), lengthVariation: serving.requestLengths.variation, network: serving.network },
    measurements: readData("measurements.json", measurementsSchema),
    taskPerformance: readData("task-performance.json", taskPerformanceSchema),
    taskServing: readData("task-serving.json", taskServingSchema).rows,
    serving,
    sources: Object.assign({}, ...[...instanceFiles, ...priceFiles].map((file) => file.sources)),
    checks,
  };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byId = <T>(rows: readonly T[], id: (row: T) => string): T[] => rows.toSorted((a, b) => compareText(id(a), id(b)));

function finish(facts: CatalogFacts): Catalog {
  const sorted: CatalogFacts = {
    ...facts,
    gpus: byId(
      facts.gpus.map((gpu) => withCudaMemory(gpu, facts.cudaMemoryRules)),
      (gpu) => gpu.id,
    ),
    models: byId(facts.models, (model) => model.id),
    instanceTypes: byId(facts.instanceTypes, (instance) => instance.id),
    prices: byId(facts.prices, (price) => `${price.instance} ${price.cloud} ${price.region}`),
    spotInterruptions: byId(facts.spotInterruptions, (row) => `${row.instance} ${row.region}`),
    engines: byId(facts.engines, (engine) => engine.name),
  };
  return deepFreeze({ ...sorted, sha256: createHash("sha256").update(JSON.stringify(sorted)).digest("hex") });
}

/** The data files do not change while a process runs, and what was made of them is frozen. */
let bundled: Catalog | undefined;

/**
 * The one reader of the catalog: reads the data files beside it, validates every row, applies overrides, sorts, hashes and freezes.
 * Broken data files throw a PlanningError; broken overrides are findings, and the catalog is then the bundled one.
 */
export function loadCatalog(options: { readonly overridesText?: string; readonly overridesFile?: string } = {}): {
  catalog: Catalog;
  findings: OverrideFinding[];
} {
  bundled ??= finish(readBundled());
  if (options.overridesText === undefined) return { catalog: bundled, findings: [] };
  const { overrides, findings } = readOverrides(options.overridesText, options.overridesFile ?? "catalog overrides", bundled);
  return overrides === null ? { catalog: bundled, findings } : { catalog: finish(applyOverrides(bundled, overrides)), findings };
}

/** The catalog with more models in it; they win over rows of the same id. */
export function withModels({ sha256: _, ...facts }: Catalog, models: readonly Model[]): Catalog {
  const ids = new Set(models.map((model) => model.id));
  return finish({ ...facts, models: [...facts.models.filter((model) => !ids.has(model.id)), ...models] });
}
