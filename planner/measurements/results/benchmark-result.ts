import type { Finding } from "../../finding.ts";
import type { Measured } from "../measured-run.ts";

/** What the result of a benchmark tool says of one run, in the fields of a batch line (docs/batch.md). What it does not say is absent. */
export interface BenchmarkResult {
  /** The tool whose format it is: `vllm bench serve`. */
  readonly tool: string;
  readonly fields: BenchmarkFields;
  readonly measured: Measured;
  /** What should be known of the run before it is relied on. */
  readonly notes: readonly Finding[];
}

/** Fields of a batch line, and nothing but those. */
export interface BenchmarkFields {
  readonly model?: string;
  readonly gpu?: string;
  readonly precision?: string;
  readonly kvCacheDtype?: string;
  readonly tensorParallel?: number;
  readonly pipelineParallel?: number;
  readonly dataParallel?: number;
  readonly expertParallel?: number;
  readonly maxModelLen?: number;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  readonly engine?: string;
  readonly engineVersion?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly prefixCacheHitRate?: number;
  readonly concurrency?: number;
  readonly qps?: number;
  readonly batch?: number;
}

/** One object of a result file: the run, why it cannot be used, or null when it is of another format. */
export type ResultReader = (value: Json) => BenchmarkResult | Finding | null;

/** A parsed JSON object; everything in it is unproven. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
export const objectIn = (value: Json, key: string): Json => (isJson(value[key]) ? value[key] : {});

/** A number, also one written as text; undefined for anything else, infinity included. */
export function numberIn(value: Json, key: string): number | undefined {
  const given = value[key];
  const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function textIn(value: Json, key: string): string | undefined {
  const given = value[key];
  return typeof given === "string" && given.trim() !== "" ? given : undefined;
}

/** Without the keys whose value is undefined. */
export const given = <Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };

export const unusable = (path: string, message: string, suggestion: string): Finding => ({
  code: "unusable-result",
  path,
  message,
  suggestion,
});

/** Drafted tokens make a server faster than its steps: such a run corrects no prediction without speculation. */
export const speculated = (path: string): Finding =>
  unusable(
    path,
    "the server drafted tokens, and the prediction that it would correct does not",
    "measure the server without a draft model",
  );
