import { modelWork } from "../../planner/performance/model-work.ts";
import { weightFormat } from "../../planner/performance/rates.ts";
import type { MeasuredRow } from "./measured-row.ts";
import type { RowCase } from "./row-replica.ts";
import type { ScoredMetric } from "./score.ts";

/**
 * Why a measured row is not scored at all, or not for one metric. Each rule looks at the data alone, never at the error of
 * the prediction; most were found by looking at large errors.
 */
export function exclusionOf(rowCase: RowCase): string | undefined {
  const { row, replica } = rowCase;
  const { memory, layout, gpu } = replica;
  if (replica.release.engine === "llama.cpp" && row.gpu_count > 1) return "layers split over GPUs that run in turn";
  if (memory.weightBytesPerGpu > 0.97 * memory.totalBytesPerGpu) return "weights exceed the stated GPUs";
  if (row.group === "gpustack" && replica.release.engine === "sglang" && row.model.startsWith("gpt-oss"))
    return "kernels missing in that run";
  if (row.group === "accelmark" && row.load_kind === "qps" && isHostBound(row.gpu, row.model)) return "the host is the limit";
  if (row.group.startsWith("mlperf") && row.model === "GPT-J-6B") return "beam search";
  if (
    replica.release.engine === "vllm" &&
    replica.release.version.startsWith("0.12") &&
    row.model === "Llama-3.1-8B" &&
    row.gpu.startsWith("H200")
  )
    return "prompts came from the prefix cache";
  const bandwidth = (gpu.memoryBandwidthGBps ?? 0) * 1e9 * layout.tensorParallel;
  if (row.mode === "single-stream" && row.tpot_ms !== undefined && activeBytes(rowCase) / bandwidth > row.tpot_ms / 1e3)
    return "faster than its memory";
  return undefined;
}

const isHostBound = (gpu: string, model: string): boolean => gpu.startsWith("H200") || gpu.startsWith("H20-3e") || model.includes("0.5B");

function activeBytes({ replica }: RowCase): number {
  const work = modelWork(replica.model);
  const format = weightFormat(replica.constants, replica.layout.precision, replica.gpu);
  const active = work.numExperts > 0 ? work.expertsPerToken / work.numExperts : 0;
  return work.denseParameters * format.denseBytes + work.expertParameters * active * format.expertBytes;
}

/** Sources whose TTFT holds a gateway's floor or cached prompts. */
const cachedTtft = ["kaito", "blis-gt", "gemma4-t4g", "kubeai", "blog-a40", "gpustack", "gpustack-quant", "dstack", "arc53"];

export function metricExcluded(metric: ScoredMetric, rowCase: RowCase): boolean {
  const { row } = rowCase;
  if (metric === "saturatedOutput") return promptsDominate(row);
  if (metric !== "ttft") return false;
  if (cachedTtft.includes(row.group) || /prefix-cached/.test(row.note)) return true;
  // Warm-up in the mean of the lightest load.
  return (
    row.model.includes("70B") &&
    rowCase.replica.release.engine === "tensorrt-llm" &&
    row.load_kind === "concurrency" &&
    row.concurrency_or_qps === 4
  );
}

/** A running batch that answers less than 40 % of what its steps allow: prompts of a length nobody published take the rest. */
const promptsDominate = ({ load_kind, concurrency_or_qps, tpot_ms, output_tok_s }: MeasuredRow): boolean =>
  load_kind === "avg_batch" && (output_tok_s ?? 0) < (0.4 * (concurrency_or_qps ?? 0) * 1e3) / (tpot_ms ?? Number.POSITIVE_INFINITY);
