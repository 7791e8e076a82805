import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { gibibyte } from "../units.ts";
import { computeCapability, kernelSupport } from "./compute-capability.ts";
import { isHost } from "./host.ts";
import type { Layout } from "./layout.ts";
import { nativePrecision } from "./native-precision.ts";
import type { Precision } from "./precision.ts";

/** A layout in which everything that was not said is what the engine would choose on this GPU. */
export function completeLayout(model: Model, gpu: Gpu, release: EngineRelease, wish: Partial<Layout>): Layout {
  const batch = batchDefaults(gpu, release);
  const maxModelLen = wish.maxModelLen ?? model.maxContext;
  const wholePrompt = maxModelLen <= release.wholePromptUpTo ? maxModelLen : 0;
  const maxNumBatchedTokens = wish.maxNumBatchedTokens ?? Math.max(batch.maxNumBatchedTokens, wish.maxNumSeqs ?? 0, wholePrompt);
  return {
    gpu: gpu.id,
    tensorParallel: wish.tensorParallel ?? 1,
    pipelineParallel: wish.pipelineParallel ?? 1,
    dataParallel: wish.dataParallel ?? 1,
    expertParallel: wish.expertParallel ?? 1,
    precision: runnablePrecision(gpu, release, wish.precision ?? defaultPrecision(model, gpu)),
    kvCacheDtype: wish.kvCacheDtype ?? "auto",
    maxModelLen,
    maxNumSeqs: wish.maxNumSeqs ?? Math.min(batch.maxNumSeqs, maxNumBatchedTokens),
    maxNumBatchedTokens,
    gpuMemoryUtilization: wish.gpuMemoryUtilization ?? release.gpuMemoryUtilization,
    enforceEager: wish.enforceEager ?? false,
  };
}

/** What an engine makes of weights when nothing is said: 32 bits are cast to 16 (vLLM's --dtype auto, TEI's on GPUs), but not on CPUs. */
function defaultPrecision(model: Model, gpu: Gpu): Precision {
  const native = nativePrecision(model);
  return native === "fp32" && !isHost(gpu) ? "fp16" : native;
}

/** Says so where the layout runs in another 16-bit type than the one asked for. */
export function precisionNote(asked: Precision, layout: Layout): Finding | null {
  if (asked === layout.precision) return null;
  return {
    code: "precision-replaced",
    path: "precision",
    message: `${layout.gpu} has no ${asked}: ${layout.precision} runs in its place, with the same bytes`,
    value: asked,
    limit: layout.precision,
  };
}

/** GPUs without bfloat16 run 16-bit weights as float16. */
function runnablePrecision(gpu: Gpu, release: EngineRelease, asked: Precision): Precision {
  if (asked !== "bf16" || computeCapability(gpu) === null) return asked;
  const format = release.formats.find((candidate) => candidate.precision === "bf16");
  return format !== undefined && kernelSupport(gpu, format) === "none" ? "fp16" : "bf16";
}

function batchDefaults(gpu: Gpu, release: EngineRelease): EngineRelease["batchDefaults"][number] {
  const deviceGiB = (gpu.cudaMemoryBytes ?? 0) / gibibyte;
  const name = gpu.name.toLowerCase();
  const matching = release.batchDefaults.find(
    (row) => deviceGiB >= row.minDeviceGiB && !row.exceptNames.some((part) => name.includes(part)),
  );
  const row = matching ?? release.batchDefaults.at(-1);
  if (row === undefined) throw new RangeError(`${release.engine} ${release.version} has no batch defaults`);
  return row;
}
