import { z } from "zod";
import { suggest } from "../catalog/lookup.ts";
import { engineProfileSchema } from "../catalog/schema/engine.ts";
import { textKinds } from "../catalog/schema/serving.ts";
import type { Finding } from "../planner/finding.ts";
import { precisions } from "../planner/layouts/precision.ts";

const kvCacheDtypes = ["auto", ...engineProfileSchema.shape.kvFormats.element.shape.dtype.options] as const;

const text = z.string().min(1);
const count = z.number().int().positive();
const share = z.number().min(0).max(1);

const askedPrecisions = [...precisions, "int4"] as const;
/** Formats, and the one word of benchmarks that leaves open which. */
export type AskedPrecision = (typeof askedPrecisions)[number];

const layoutShape = {
  model: text,
  gpu: text,
  precision: z.enum(askedPrecisions).optional(),
  kvCacheDtype: z.enum(kvCacheDtypes).optional(),
  tensorParallel: count.optional(),
  pipelineParallel: count.optional(),
  dataParallel: count.optional(),
  expertParallel: count.optional(),
  maxModelLen: count.optional(),
  maxNumSeqs: count.optional(),
  maxNumBatchedTokens: count.optional(),
  gpuMemoryUtilization: z.number().gt(0).max(1).optional(),
  enforceEager: z.boolean().optional(),
  loraAdapters: count.optional(),
  loraRank: count.optional(),
  draftModel: text.optional(),
  speculativeTokens: count.max(10).optional(),
  speculativeAcceptance: share.optional(),
  speculativeText: z.enum(textKinds).optional(),
  cpuOffloadGb: z.number().positive().optional(),
  engine: text.optional(),
  engineVersion: z.string().optional(),
};

const loadShape = {
  // Means: benchmarks report 256.3, and 0 where only the other phase was measured.
  inputTokens: z.number().min(0).optional(),
  outputTokens: z.number().min(0).optional(),
  prefixCacheHitRate: share.optional(),
  documentsPerRequest: count.optional(),
  audioSeconds: z.number().positive().optional(),
  concurrency: z.number().positive().optional(),
  qps: z.number().positive().optional(),
  saturated: z.literal(true).optional(),
  batch: count.optional(),
};

const sizeSchema = z.object(layoutShape);
const estimateSchema = z.object({ ...layoutShape, ...loadShape });

/** One layout to size: a line of `size --batch`, or the flags of `size`. Field names are an interface (docs/batch.md). */
export type SizeRequest = z.infer<typeof sizeSchema>;
/** One layout under load: a line of `estimate --batch`, or the flags of `estimate`. */
export type EstimateRequest = z.infer<typeof estimateSchema>;

export type Checked<Request> = { readonly request: Request } | { readonly findings: readonly Finding[] };

export const readSizeRequest = (fields: Readonly<Record<string, unknown>>): Checked<SizeRequest> => check(sizeSchema, fields);

export function readEstimateRequest(fields: Readonly<Record<string, unknown>>): Checked<EstimateRequest> {
  const checked = check(estimateSchema, fields);
  if ("findings" in checked) return checked;
  const loads = loadNames.filter((name) => checked.request[name] !== undefined);
  if (loads.length < 2) return checked;
  const finding: Finding = {
    code: "several-loads",
    path: loads[1] ?? "",
    message: `${loads.join(" and ")} are two ways to say how requests arrive`,
    suggestion: "give one of them",
  };
  return { findings: [finding] };
}

export const loadNames = ["concurrency", "qps", "saturated", "batch"] as const;

/** Fields that a line may carry besides, for whoever reads the answers. */
const passengers = ["id", "measured"];
const known = [...Object.keys(layoutShape), ...Object.keys(loadShape)];
const shortForms: Readonly<Record<string, string>> = {
  tp: "tensorParallel",
  pp: "pipelineParallel",
  dp: "dataParallel",
  ep: "expertParallel",
};

function check<Schema extends z.ZodType<SizeRequest>>(schema: Schema, given: Readonly<Record<string, unknown>>): Checked<z.infer<Schema>> {
  // Programs that write these lines say null for "not given".
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
  const misspelt = Object.keys(fields).flatMap(misspeltFinding);
  const result = schema.safeParse(fields);
  if (result.success && misspelt.length === 0) return { request: result.data };
  return { findings: [...misspelt, ...(result.error?.issues ?? []).map((issue) => issueFinding(issue, fields))] };
}

/** A field we do not know is somebody's own remark, unless it looks like one of ours: then the answer would rest on a default nobody meant. */
function misspeltFinding(name: string): Finding[] {
  if (known.includes(name) || passengers.includes(name)) return [];
  const meant = shortForms[name] ?? (name.length >= 5 ? suggest(name, known) : undefined);
  return meant === undefined ? [] : [{ code: "unknown-field", path: name, message: "unknown field", suggestion: `did you mean ${meant}?` }];
}

function issueFinding(issue: z.core.$ZodIssue, fields: Readonly<Record<string, unknown>>): Finding {
  const path = issue.path.join(".");
  const value = fields[path];
  if (value === undefined) return { code: "missing-field", path, message: "is missing" };
  const shown = JSON.stringify(value);
  if (issue.code === "invalid_value") {
    const choices = issue.values.map(String);
    const meant = typeof value === "string" ? suggest(value, choices) : undefined;
    const suggestion = meant === undefined ? `use one of ${choices.join(", ")}` : `did you mean ${meant}?`;
    return { code: "invalid-value", path, message: `${shown} is not one of the known values`, suggestion };
  }
  return { code: "invalid-value", path, message: `${shown} is not valid here: ${expectation(issue)}` };
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `expected a ${issue.expected === "int" ? "whole number" : issue.expected}`;
  if (issue.code === "too_small")
    return issue.origin === "string" ? "expected some text" : `expected more than ${issue.inclusive ? "or " : ""}${issue.minimum}`;
  if (issue.code === "too_big") return `expected at most ${issue.maximum}`;
  return issue.message.toLowerCase();
}
