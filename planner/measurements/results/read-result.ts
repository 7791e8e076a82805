import type { Finding } from "../../finding.ts";
import { readAiperfResult } from "./aiperf.ts";
import {
  type BenchmarkFields,
  type BenchmarkResult,
  isJson,
  type Json,
  objectIn,
  type ResultReader,
  unusable,
} from "./benchmark-result.ts";
import { readSglangResult } from "./sglang.ts";
import { readTensorrtResult } from "./tensorrt-llm.ts";
import { readVllmResult } from "./vllm.ts";

/** A measurement line as it stands: batch fields and `measured`. */
const readPlainLine: ResultReader = (line) => {
  if (!isJson(line.measured)) return null;
  const { measured: _, ...fields } = line;
  return { tool: "plain line", fields: fields as BenchmarkFields, measured: objectIn(line, "measured"), notes: [] };
};

/** In the order in which they are asked; each knows its own by keys that no other format has. */
const readers: readonly ResultReader[] = [readPlainLine, readTensorrtResult, readAiperfResult, readVllmResult, readSglangResult];

/** Every run in the text of a result file: one JSON object, or one a line (`--append-result`, SGLang). */
export function readResults(text: string): (BenchmarkResult | Finding)[] {
  const values = objectsOf(text);
  if (values.length === 0) return [unknownFormat];
  return values.map((value) => {
    if (!isJson(value)) return unknownFormat;
    return firstOf(readers, value) ?? unknownFormat;
  });
}

const unknownFormat = unusable(
  "",
  "is no benchmark result that is known here",
  "give what vllm bench serve --save-result, sglang.bench_serving, trtllm-bench or AIPerf writes, or a measurement line",
);

function firstOf(candidates: readonly ResultReader[], value: Json): BenchmarkResult | Finding | null {
  for (const read of candidates) {
    const found = read(value);
    if (found !== null) return found;
  }
  return null;
}

function objectsOf(text: string): unknown[] {
  const whole = parsed(text);
  if (whole !== undefined) return [whole].flat();
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map(parsed);
}

/** JSON, also Python's: a rate of infinity is written bare. undefined when it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "").replaceAll(/([:[,]\s*)(-?Infinity|NaN)(?=\s*[,}\]])/g, '$1"$2"'));
  } catch {
    return undefined;
  }
}
