import type { z } from "zod";
import type { Catalog } from "./catalog.ts";
import { kvCacheOf } from "./kv-cache.ts";
import { findGpu } from "./lookup.ts";
import {
  completeGpu,
  completeInstanceType,
  completeModel,
  friendlyInstanceFields,
  type PartialRow,
  type Provenance,
} from "./override-defaults.ts";
import { type OverrideFinding, schemaFindings, unknownName, type YamlText } from "./override-findings.ts";
import { type Gpu, gpuSchema } from "./schema/gpu.ts";
import { type InstanceType, instanceTypeSchema } from "./schema/instance-type.ts";
import { type Model, modelSchema } from "./schema/model.ts";
import { partialRowSchema } from "./schema/overrides.ts";

/** What every section of an overrides file is read against. */
export interface Reading {
  readonly yaml: YamlText;
  readonly head: Provenance;
  readonly catalog: Catalog;
}

export interface Section<T> {
  readonly rows: readonly T[];
  readonly findings: readonly OverrideFinding[];
}

/** Rows of one section that fit its schema, with their index in the file. */
export function parseRows<T>(
  section: string,
  given: readonly unknown[],
  schema: z.ZodType<T>,
  fields: readonly string[],
  { yaml }: Reading,
) {
  const rows: { readonly index: number; readonly row: T }[] = [];
  const findings: OverrideFinding[] = [];
  for (const [index, value] of given.entries()) {
    const result = schema.safeParse(value);
    if (result.success) rows.push({ index, row: result.data });
    else findings.push(...schemaFindings(yaml, [section, index], result.error, () => fields));
  }
  return { rows, findings };
}

interface Kind<T> {
  readonly section: string;
  readonly schema: z.ZodType<T>;
  readonly fields: readonly string[];
  readonly complete: (row: PartialRow) => unknown;
}

/** Completes and validates the rows of one section. A row whose id the catalog has changes only the fields that it gives. */
function readRows<T extends { readonly id: string }>(given: readonly unknown[], kind: Kind<T>, reading: Reading) {
  const parsed = parseRows(kind.section, given, partialRowSchema, kind.fields, reading);
  const rows: { readonly index: number; readonly row: T }[] = [];
  const findings: OverrideFinding[] = [...parsed.findings];
  for (const { index, row } of parsed.rows) {
    const result = kind.schema.safeParse(kind.complete(row));
    const path = [kind.section, index];
    if (!result.success) findings.push(...schemaFindings(reading.yaml, path, result.error, () => kind.fields));
    else if (rows.some((earlier) => earlier.row.id === row.id)) {
      findings.push(reading.yaml.findingAt([...path, "id"], { code: "duplicate-id", message: `"${row.id}" stands twice in this file` }));
    } else rows.push({ index, row: result.data });
  }
  return { rows, findings };
}

export function readGpus(given: readonly unknown[], reading: Reading): Section<Gpu> {
  const { gpus } = reading.catalog;
  const complete = (row: PartialRow) =>
    completeGpu(
      row,
      gpus.find((gpu) => gpu.id === row.id),
      reading.head,
    );
  const kind = { section: "gpus", schema: gpuSchema, fields: Object.keys(gpuSchema.shape), complete };
  const { rows, findings } = readRows(given, kind, reading);
  return { rows: rows.map(({ row }) => row), findings };
}

const instanceTypeFields = [...Object.keys(instanceTypeSchema.shape), ...Object.keys(friendlyInstanceFields)];

export function readInstanceTypes(given: readonly unknown[], ownGpus: readonly Gpu[], reading: Reading): Section<InstanceType> {
  const { gpus, instanceTypes } = reading.catalog;
  const idOf = (name: unknown): unknown => {
    if (typeof name !== "string") return name;
    return ownGpus.find((gpu) => gpu.id === name)?.id ?? findGpu(reading.catalog, name)?.id ?? name;
  };
  const complete = (row: PartialRow) => {
    const bundled = instanceTypes.find((instance) => instance.id === row.id);
    return completeInstanceType("gpu" in row ? { ...row, gpu: idOf(row.gpu) } : row, bundled, reading.head);
  };
  const kind = { section: "instanceTypes", schema: instanceTypeSchema, fields: instanceTypeFields, complete };
  const { rows, findings } = readRows(given, kind, reading);
  const known = new Set([...gpus, ...ownGpus].map((gpu) => gpu.id));
  const unknown = rows.flatMap(({ index, row }) => {
    if (row.gpu === null || known.has(row.gpu)) return [];
    return [unknownName(reading.yaml, ["instanceTypes", index, "gpu"], "GPU", row.gpu, [...known])];
  });
  return { rows: rows.map(({ row }) => row), findings: [...findings, ...unknown] };
}

/** As the catalog's own schema, but the cache may be left out: it follows from the architecture. */
const ownModelSchema = modelSchema.extend({ kvCache: modelSchema.shape.kvCache.optional() });

export function readModels(given: readonly unknown[], reading: Reading): Section<Model> {
  const { models } = reading.catalog;
  const complete = (row: PartialRow) =>
    completeModel(
      row,
      models.find((model) => model.id === row.id),
      reading.head,
    );
  const kind = { section: "models", schema: ownModelSchema, fields: Object.keys(modelSchema.shape), complete };
  const read = readRows(given, kind, reading);
  const rows: Model[] = [];
  const findings = [...read.findings];
  for (const { index, row } of read.rows) {
    const kvCache = row.kvCache ?? kvCacheOf(row);
    const message = "is missing, and cannot be computed for compressed attention";
    if (kvCache === null) findings.push(reading.yaml.findingAt(["models", index, "kvCache"], { code: "missing-field", message }));
    else rows.push({ ...row, kvCache });
  }
  return { rows, findings };
}
