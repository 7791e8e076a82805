import { findGpu, resolveModelName } from "../../catalog/lookup.ts";
import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { completeLayout } from "../../planner/layouts/complete.ts";
import type { Layout } from "../../planner/layouts/layout.ts";
import type { Precision } from "../../planner/layouts/precision.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import type { Replica } from "../../planner/performance/replica.ts";
import type { Lengths } from "../../planner/performance/serving-point.ts";
import type { Facts } from "./facts.ts";
import type { MeasuredRow } from "./measured-row.ts";
import { precisionOf, releaseOf } from "./row-names.ts";

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
  const model = resolveModelName(facts.catalog, row.model)?.model;
  const gpu = findGpu(facts.catalog, row.gpu);
  const precision = precisionOf(row);
  const named = releaseOf(row);
  if (model === undefined) return "model without facts";
  if (gpu === undefined) return "GPU without facts";
  if (precision === undefined || named === undefined) return "format or engine without constants";
  const release = releaseFor(named, facts);
  const lengths = lengthsOf(row);
  if (lengths === undefined) return "lengths not published";
  const parallel = parallelOf(row, model, gpu, precision, release);
  if (parallel === undefined) return "layout not known";
  const layout = completeLayout(model, gpu, release, {
    ...parallel,
    expertParallel: parallel.dataParallel,
    precision,
    kvCacheDtype: kvDtypeOf(row, release.engine, precision),
    maxModelLen: Math.min(model.maxContext, Math.max(2048, Math.ceil(lengths.inputTokens + lengths.outputTokens))),
    ...batchLimitOf(row),
  });
  const memory = memoryBudget(model, gpu, release, layout);
  if (!memory.fits) return `the planner says ${memory.finding?.code ?? "it does not fit"}`;
  // They were refused when the constants were fitted; the next fit may take them in.
  if (memory.warning !== null) return `the planner warns of ${memory.warning.code}`;
  const gpus = layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;
  const replica: Replica = { model, gpu, release, layout, memory, link: gpu.link, constants: facts.constants };
  return { row, replica, copies: row.gpu_count / gpus, lengths };
}

/** Memory constants of the oldest release there is stand for those before it. */
function releaseFor(named: { engine: string; version: string }, facts: Facts): EngineRelease {
  const found = engineRelease(facts.engines, named.engine, named.version);
  const oldest = facts.engines.find(({ name }) => name === named.engine)?.oldestVersion ?? "";
  const release = "code" in found ? engineRelease(facts.engines, named.engine, oldest) : found;
  if ("code" in release) throw new Error(release.message);
  return { ...release, ...named };
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

/** A batch that was measured as one had room in the engine's settings; elsewhere the defaults hold. */
function batchLimitOf(row: MeasuredRow): Partial<Layout> {
  if (row.load_kind === "qps" || row.concurrency_or_qps === undefined) return {};
  const one = row.mode === "static-batch" || row.load_kind === "avg_batch";
  return one && row.concurrency_or_qps > 256 ? { maxNumSeqs: Math.ceil(row.concurrency_or_qps) } : {};
}

type Parallel = Pick<Layout, "tensorParallel" | "pipelineParallel" | "dataParallel">;

function parallelOf(row: MeasuredRow, model: Model, gpu: Gpu, precision: Precision, release: EngineRelease): Parallel | undefined {
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
  for (let tensorParallel = 1; tensorParallel <= row.gpu_count; tensorParallel *= 2) {
    const memory = memoryBudget(model, gpu, release, completeLayout(model, gpu, release, { ...one, precision, tensorParallel }));
    if (memory.weightBytesPerGpu < 0.72 * memory.totalBytesPerGpu) return { ...one, tensorParallel };
  }
  return undefined;
}

/** What the checkpoint says: TensorRT-LLM puts an 8-bit scale into FP8 and NVFP4 checkpoints; the sweep on Blackwell ran 8 bits. */
function kvDtypeOf(row: MeasuredRow, engine: string, precision: Precision): Layout["kvCacheDtype"] {
  if (row.kv_precision === "fp8" || row.kv_precision === "int8") return "fp8";
  if (row.kv_precision === "fp16" || row.kv_precision === "bf16") return "bf16";
  if ((engine === "tensorrt-llm" || row.group.startsWith("mlperf")) && (precision === "fp8" || precision === "nvfp4")) return "fp8";
  const blackwell = /^G?B[23]00/.test(row.gpu);
  return row.group === "aic-silicon" && engine === "vllm" && blackwell ? "fp8" : "auto";
}
