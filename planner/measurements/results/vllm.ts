import { type BenchmarkFields, type BenchmarkResult, given, type Json, type ResultReader, speculated, textIn } from "./benchmark-result.ts";
import { clientLatencies, clientRun } from "./client-load.ts";

/** Engines that `--backend` names; `openai` and `openai-chat` are any of them. */
const engines: Readonly<Record<string, string>> = {
  vllm: "vllm",
  sglang: "sglang",
  "tensorrt-llm": "tensorrt-llm",
  "llama.cpp": "llama.cpp",
};

/**
 * What `vllm bench serve --save-result` writes, and `benchmarks/benchmark_serving.py` before it (vLLM, vllm/benchmarks/serve.py). It says
 * nothing of the server; `--metadata gpu=h100 tensorParallel=2 ...` puts that beside the figures, and is read here.
 */
export const readVllmResult: ResultReader = (result) => {
  const model = textIn(result, "model_id");
  if (model === undefined || !("mean_tpot_ms" in result) || !("output_throughput" in result)) return null;
  if ("spec_decode_acceptance_rate" in result || "spec_decode_acceptance_length" in result)
    return speculated("spec_decode_acceptance_rate");
  const run = clientRun(result);
  if ("code" in run) return run;
  const engine = engines[textIn(result, "backend") ?? ""] ?? engines[textIn(result, "endpoint_type") ?? ""];
  const answer: BenchmarkResult = {
    tool: "vllm bench serve",
    fields: { ...given({ model, engine }), ...run.fields, ...metadata(result) },
    measured: given(clientLatencies(result)),
    notes: run.notes,
  };
  return answer;
};

const textFields = ["gpu", "precision", "kvCacheDtype", "engine", "engineVersion"] as const;
const numberFields = [
  "tensorParallel",
  "pipelineParallel",
  "dataParallel",
  "expertParallel",
  "maxModelLen",
  "maxNumSeqs",
  "maxNumBatchedTokens",
  "prefixCacheHitRate",
] as const;

/** Metadata that has the name of a batch field. Its values are text. */
function metadata(result: Json): BenchmarkFields {
  const texts = textFields.flatMap((key) => (textIn(result, key) === undefined ? [] : [[key, textIn(result, key)] as const]));
  const numbers = numberFields.flatMap((key) => {
    const number = Number(textIn(result, key) ?? result[key]);
    return result[key] === undefined || !Number.isFinite(number) ? [] : [[key, number] as const];
  });
  return Object.fromEntries([...texts, ...numbers]);
}
