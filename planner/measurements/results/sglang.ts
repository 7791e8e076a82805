import { type BenchmarkFields, given, type Json, numberIn, objectIn, type ResultReader, speculated, textIn } from "./benchmark-result.ts";
import { clientLatencies, clientRun } from "./client-load.ts";

/** Servers that `--backend` names. */
const engines: Readonly<Record<string, string>> = {
  sglang: "sglang",
  "sglang-native": "sglang",
  "sglang-oai": "sglang",
  "sglang-oai-chat": "sglang",
  vllm: "vllm",
  "vllm-chat": "vllm",
  trt: "tensorrt-llm",
};

/**
 * A line of what `python -m sglang.bench_serving --output-file` writes (SGLang, python/sglang/bench_serving.py). Newer versions put the
 * server's own description beside it (`server_info`), older ones do not even name the model.
 */
export const readSglangResult: ResultReader = (result) => {
  if (!("mean_tpot_ms" in result) || !("output_throughput" in result) || !("dataset_name" in result)) return null;
  if ((numberIn(result, "accept_length") ?? 1) > 1.05) return speculated("accept_length");
  const run = clientRun(result);
  if ("code" in run) return run;
  const engine = engines[textIn(result, "backend") ?? ""];
  return {
    tool: "sglang.bench_serving",
    fields: { ...given({ engine }), ...serverFields(objectIn(result, "server_info")), ...run.fields },
    measured: given(clientLatencies(result)),
    notes: run.notes,
  };
};

/** What the server says of itself in `/get_server_info`: its launch arguments and version. */
function serverFields(server: Json): BenchmarkFields {
  const cache = textIn(server, "kv_cache_dtype");
  return given({
    model: textIn(server, "model_path"),
    engineVersion: textIn(server, "version"),
    tensorParallel: numberIn(server, "tp_size"),
    pipelineParallel: numberIn(server, "pp_size"),
    kvCacheDtype: cache === undefined || cache === "auto" ? undefined : cache,
  });
}
