import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { type EnumeratedLayouts, enumerateLayouts } from "../layouts/enumerate.ts";
import { isHost } from "../layouts/host.ts";
import type { Layout } from "../layouts/layout.ts";
import type { Precision } from "../layouts/precision.ts";
import { forWholeTexts } from "../layouts/whole-texts.ts";
import { type CappedLayout, capBatch } from "../memory/batch-cap.ts";
import { type Beside, nothingBeside } from "../memory/beside.ts";
import { memoryBudget } from "../memory/budget.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";

/** Every layout of a workload's model worth pricing on one kind of device, over several whole nodes of it, or on `vcpus` of a node without GPUs. */
export function layoutsFor(
  workload: WorkloadSpec,
  model: Model,
  gpu: Gpu,
  release: EngineRelease,
  { span, vcpus }: { readonly span?: { readonly nodes: number; readonly gpusPerNode: number }; readonly vcpus?: number | undefined } = {},
): EnumeratedLayouts {
  const { kvCacheDtype, maxModelLen, precisions } = workload;
  if (span !== undefined) {
    const { nodes, gpusPerNode } = span;
    return enumerateLayouts(model, gpu, release, { precisions, kvCacheDtype, maxModelLen, tensorParallel: [gpusPerNode], nodes });
  }
  if (model.task === "generate") return enumerateLayouts(model, gpu, release, { precisions, kvCacheDtype, maxModelLen });
  const tensorParallel = isDivisible(model, release) ? [1, 2, 4] : [1];
  const runnable = precisions.map((precision) => (isHost(gpu) ? runnableOnHost(precision) : runnableAs(precision, release)));
  const { legal, illegal } = enumerateLayouts(model, gpu, release, { precisions: runnable, kvCacheDtype, maxModelLen, tensorParallel });
  const placed = (layout: Layout): Layout => (vcpus === undefined ? layout : { ...layout, vcpus });
  return {
    legal: legal.map((layout) => placed(forWholeTexts(model, layout))),
    illegal: illegal.map(({ layout, finding }) => ({ layout: placed(layout), finding })),
  };
}

/** Encoders, Whisper and the servers made for them use one GPU; a large decoder that pools may be divided like any decoder. */
const isDivisible = (model: Model, release: EngineRelease): boolean => release.engine === "vllm" && model.architecture === "dense";

/** Servers without bfloat16 compute 16-bit weights in float16. */
function runnableAs(precision: Precision, release: EngineRelease): Precision {
  const has = (name: Precision): boolean => release.formats.some((format) => format.precision === name);
  return precision === "bf16" && !has("bf16") ? "fp16" : precision;
}

/** Processors without 16-bit arithmetic compute 16-bit weights in 32. */
const runnableOnHost = (precision: Precision): Precision => (precision === "bf16" || precision === "fp16" ? "fp32" : precision);

/** The memory of a layout. Only a model that samples has a batch worth cutting for its cache. */
export const sizedLayout = (
  model: Model,
  gpu: Gpu,
  release: EngineRelease,
  layout: Layout,
  beside: Beside = nothingBeside,
): CappedLayout =>
  model.task === "generate" ? capBatch(model, gpu, release, layout, beside) : { layout, memory: memoryBudget(model, gpu, release, layout) };
