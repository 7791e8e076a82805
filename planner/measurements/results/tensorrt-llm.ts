import {
  type BenchmarkFields,
  given,
  type Json,
  numberIn,
  objectIn,
  type ResultReader,
  speculated,
  textIn,
  unusable,
} from "./benchmark-result.ts";
import { rounded } from "./client-load.ts";

/** TensorRT-LLM's names of quantisations (`QuantAlgo`). */
const precisions: Readonly<Record<string, string>> = {
  FP8: "fp8",
  FP8_PER_CHANNEL_PER_TOKEN: "fp8",
  FP8_BLOCK_SCALES: "fp8",
  NVFP4: "nvfp4",
  W4A16_AWQ: "awq-int4",
  W4A16_GPTQ: "gptq-int4",
  W4A16: "int4-w4a16",
  W8A16: "int8-w8a16",
  W8A8_SQ_PER_CHANNEL: "int8-w8a8",
  W4A8_MXFP4_FP8: "mxfp4",
  W4A16_MXFP4: "mxfp4",
};
const types: Readonly<Record<string, string>> = { bfloat16: "bf16", float16: "fp16", float32: "fp32" };

/** The report of `trtllm-bench throughput|latency --report_json` (TensorRT-LLM, tensorrt_llm/bench/dataclasses/reporting.py). */
export const readTensorrtResult: ResultReader = (report) => {
  const world = objectIn(report, "world_info");
  const requests = objectIn(report, "request_info");
  const performance = objectIn(report, "performance");
  if (Object.keys(world).length === 0 || Object.keys(performance).length === 0) return null;
  if ("decoding_stats" in report) return speculated("decoding_stats");
  const streaming = objectIn(report, "streaming_metrics");
  // Mean requests in flight: what a closed loop of that size does, also where all of them were sent at once.
  const concurrency = numberIn(requests, "avg_num_concurrent_requests");
  if (concurrency === undefined) {
    return unusable(
      "request_info",
      "the report does not say how many requests ran at once",
      "use trtllm-bench 0.17 or later, or a plain line",
    );
  }
  return {
    tool: "trtllm-bench",
    fields: {
      engine: "tensorrt-llm",
      ...engineFields(objectIn(report, "engine")),
      ...given({
        gpu: textIn(objectIn(report, "machine"), "name"),
        tensorParallel: numberIn(world, "tp_size"),
        pipelineParallel: numberIn(world, "pp_size"),
        maxNumSeqs: numberIn(world, "max_batch_size"),
        maxNumBatchedTokens: numberIn(world, "max_num_tokens"),
        inputTokens: numberIn(requests, "avg_input_length"),
        outputTokens: numberIn(requests, "avg_output_length"),
      }),
      concurrency: Math.max(1, rounded(concurrency)),
    },
    measured: given({
      ttftMs: numberIn(streaming, "avg_ttft_ms"),
      tpotMs: numberIn(streaming, "avg_tpot_ms"),
      outputTokensPerSecond: numberIn(performance, "system_output_throughput_tok_s") ?? numberIn(performance, "output_throughput_tok_s"),
    }),
    notes: [],
  };
};

function engineFields(engine: Json): BenchmarkFields {
  const quantization = textIn(engine, "quantization");
  const dtype = textIn(engine, "dtype");
  return given({
    model: textIn(engine, "model"),
    engineVersion: textIn(engine, "version"),
    precision: quantization === undefined ? types[dtype ?? ""] : precisions[quantization],
    kvCacheDtype: textIn(engine, "kv_cache_dtype") === "FP8" ? "fp8" : undefined,
  });
}
