import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";
import type { Layout } from "../../planner/layouts/layout.ts";
import { kvBytesRead, modelWork } from "../../planner/performance/model-work.ts";
import { weightFormat } from "../../planner/performance/rates.ts";
import type { Replica } from "../../planner/performance/replica.ts";
import type { Lengths } from "../../planner/performance/serving-point.ts";
import { kvElementScale } from "../../planner/performance/step-time.ts";
import type { Facts } from "./facts.ts";
import type { MeasuredRow } from "./measured-row.ts";
import { gpuIds, modelIds, precisionOf, releaseOf } from "./row-names.ts";

/** A measured row as the model's input: one replica, how many of them the machine held, and the lengths of a request. */
export interface RowCase {
  readonly row: MeasuredRow;
  readonly replica: Replica;
  readonly copies: number;
  readonly lengths: Lengths;
}

/** A row that cannot be put to the model, and why. */
export type RowRefusal = string;

export function caseOf(row: MeasuredRow, facts: Facts): RowCase | RowRefusal {
  const model = facts.models.get(modelIds[row.model] ?? "");
  const gpu = facts.gpus.get(gpuIds[row.gpu] ?? row.gpu.toLowerCase());
  const precision = precisionOf(row);
  const named = releaseOf(row);
  if (model === undefined) return "model without facts";
  if (gpu === undefined) return "GPU without facts";
  if (precision === undefined || named === undefined) return "format or engine without constants";
  const release = { ...facts.release, ...named };
  const lengths = lengthsOf(row);
  if (lengths === undefined) return "lengths not published";
  const parallel = parallelOf(row, model, gpu, precision, facts.constants);
  if (parallel === undefined) return "layout not known";
  const layout: Layout = {
    gpu: gpu.id,
    ...parallel,
    expertParallel: parallel.dataParallel,
    precision,
    kvCacheDtype: kvDtypeOf(row, release.engine, precision),
    maxModelLen: 1_000_000,
    maxNumSeqs: 100_000,
    maxNumBatchedTokens:
      release.engine === "vllm" && Number(release.version.split(".")[1]) < 8 && release.version.startsWith("0.") ? 4096 : 8192,
    gpuMemoryUtilization: 0.92,
    enforceEager: false,
  };
  const memory = assumedMemory(model, gpu, layout, release, facts.constants);
  const gpus = layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;
  const replica: Replica = {
    model,
    gpu,
    release,
    layout,
    memory,
    link: gpu.link,
    constants: facts.constants,
  };
  return { row, replica, copies: row.gpu_count / gpus, lengths };
}

/** Mean lengths; the InferenceX sweep draws them from 0.8 to 1.0 of the nominal ones. MLPerf logs have no input lengths. */
function lengthsOf(row: MeasuredRow): Lengths | undefined {
  const sweep = row.group === "aic-silicon" && row.note.includes("InferenceMAX") ? 0.9 : 1;
  const input = row.input_tokens ?? unpublishedInput(row);
  const output = row.output_tokens ?? (row.group === "accelmark" ? 350 : undefined);
  if (input === undefined || output === undefined) return undefined;
  const varies = /sharegpt/i.test(row.note) || row.group === "accelmark" || row.group.startsWith("mlperf") || row.group === "ml-energy";
  const spread = sweep < 1 ? 1.1 : varies ? 2.2 : 1;
  return { inputTokens: input * sweep, outputTokens: output * sweep, inputTokensP95: input * sweep * spread, prefixCacheHitRate: 0 };
}

/** MLPerf data sets from the task force's posts, as remembered (+-10 %); others a short prompt. */
function unpublishedInput(row: MeasuredRow): number | undefined {
  if (!row.group.startsWith("mlperf")) return row.group === "ml-energy" ? 250 : 100;
  if (row.model.startsWith("Llama-2-70B")) return 294;
  if (row.model === "Llama-3.1-8B" || row.model === "GPT-J-6B") return 778;
  if (row.model === "Llama-3.1-405B") return 9428;
  if (row.model === "DeepSeek-R1") return 800;
  return row.model === "Mixtral-8x7B" ? 300 : undefined;
}

type Parallel = Pick<Layout, "tensorParallel" | "pipelineParallel" | "dataParallel">;

function parallelOf(
  row: MeasuredRow,
  model: Model,
  gpu: Gpu,
  precision: Layout["precision"],
  constants: StepTimeConstants,
): Parallel | undefined {
  const one = { tensorParallel: 1, pipelineParallel: row.pp ?? 1, dataParallel: 1 };
  const attentionRanks = /layout DEP(\d+)/.exec(row.note)?.[1];
  if (attentionRanks !== undefined) return { ...one, dataParallel: Number(attentionRanks) };
  if (row.group === "ml-energy" && row.tp === 1 && row.gpu_count > 1) {
    return row.note.includes("DP1;") ? { ...one, tensorParallel: row.gpu_count } : { ...one, dataParallel: row.gpu_count };
  }
  if (row.group.startsWith("mlperf") && row.model === "DeepSeek-R1") return { ...one, dataParallel: row.tp ?? 8 };
  if (row.tp !== undefined) return { ...one, tensorParallel: row.tp };
  if (row.gpu_count === 1) return one;
  // Not stated: the smallest power of two whose memory the weights fill to 72 % at most.
  for (let tp = 1; tp <= row.gpu_count; tp *= 2) {
    if (storedBytes(model, gpu, precision, 1, constants) < 0.72 * tp * memoryBytes(gpu)) return { ...one, tensorParallel: tp };
  }
  return undefined;
}

/** What the checkpoint says: TensorRT-LLM puts an 8-bit scale into FP8 and NVFP4 checkpoints; the sweep on Blackwell ran 8 bits. */
function kvDtypeOf(row: MeasuredRow, engine: string, precision: Layout["precision"]): Layout["kvCacheDtype"] {
  if (row.kv_precision === "fp8" || row.kv_precision === "int8") return "fp8";
  if (row.kv_precision === "fp16" || row.kv_precision === "bf16") return "bf16";
  if (
    (engine === "tensorrt-llm" || engine === "tensorrt-mlperf" || engine === "rocm-mlperf") &&
    (precision === "fp8" || precision === "nvfp4")
  )
    return "fp8";
  const blackwell = /^G?B[23]00/.test(row.gpu);
  return row.group === "aic-silicon" && engine === "vllm" && blackwell ? "fp8" : "auto";
}

const memoryBytes = (gpu: Gpu): number => gpu.cudaMemoryBytes ?? (gpu.memoryUsableMiB ?? 0) * 2 ** 20;

/** Weight bytes of all ranks; attention ranks each hold the dense part. */
function storedBytes(model: Model, gpu: Gpu, precision: Layout["precision"], ranks: number, constants: StepTimeConstants): number {
  const work = modelWork(model);
  const format = weightFormat(constants, precision, gpu);
  const denseBytes = model.mla !== null && format.denseBytesMla !== null ? format.denseBytesMla : format.denseBytes;
  const dense =
    work.denseParameters * denseBytes + (work.headParameters + work.embeddingParameters) * format.headBytes + work.visionParameters * 2;
  return dense * ranks + work.expertParameters * format.expertBytes;
}

/** The memory that the constants were fitted with, so that only the performance model is on trial. */
function assumedMemory(
  model: Model,
  gpu: Gpu,
  layout: Layout,
  release: Replica["release"],
  constants: StepTimeConstants,
): Replica["memory"] {
  const work = modelWork(model);
  const gpus = layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;
  const total = memoryBytes(gpu) * gpus;
  const weights = storedBytes(model, gpu, layout.precision, layout.dataParallel, constants);
  const tensorrt = release.engine.startsWith("tensorrt");
  const free = tensorrt ? 0.97 * (total - weights - 1e9 * gpus) : 0.92 * total - weights - 1.5e9 * gpus;
  const replication = Math.max(1, layout.tensorParallel / work.kvHeads) * kvElementScale({ layout, release });
  return {
    totalBytesPerGpu: memoryBytes(gpu),
    requestedBytesPerGpu: memoryBytes(gpu),
    weightBytesPerGpu: weights / gpus,
    activationBytesPerGpu: 0,
    nonTorchBytesPerGpu: 0,
    cudaGraphBytesPerGpu: 0,
    kvCacheBytesPerGpu: Math.max(0, free) / gpus,
    kvCacheTokens: 0,
    maxConcurrency: 0,
    fits: free > 0,
    finding: null,
    weightBytes: storedBytes(model, gpu, layout.precision, 1, constants),
    kvBytesPerSequence: (tokens) => (kvBytesRead(work, tokens) + work.stateBytes) * replication,
    kvCacheBytes: Math.max(0, free),
  };
}
