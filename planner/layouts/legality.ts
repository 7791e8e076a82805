import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { hardwareFindings } from "./compute-capability.ts";
import type { Layout } from "./layout.ts";
import { parallelismFindings } from "./parallelism.ts";

/** Why the engine would refuse this layout: one finding for each rule it breaks, each with the nearest legal choice. Empty = legal. */
export function layoutFindings(model: Model, gpu: Gpu, layout: Layout, release: EngineRelease): Finding[] {
  const format = release.formats.find((candidate) => candidate.precision === layout.precision);
  return [...hardwareFindings(gpu, layout, release), ...parallelismFindings(model, layout, format), ...rangeFindings(model, layout)];
}

function rangeFindings(model: Model, layout: Layout): Finding[] {
  const findings: Finding[] = [];
  if (layout.maxModelLen > model.maxContext) {
    findings.push({
      code: "max-model-len-beyond-model",
      path: "maxModelLen",
      message: `${model.id} reads at most ${model.maxContext} tokens`,
      value: layout.maxModelLen,
      limit: model.maxContext,
      unit: "tokens",
      suggestion: `use max-model-len ${model.maxContext} or less`,
    });
  }
  if (layout.maxNumBatchedTokens < layout.maxNumSeqs) {
    findings.push({
      code: "max-num-batched-tokens-below-max-num-seqs",
      path: "maxNumBatchedTokens",
      message: "a step must have room for one token of every running sequence",
      value: layout.maxNumBatchedTokens,
      limit: layout.maxNumSeqs,
      unit: "tokens",
      suggestion: `use max-num-batched-tokens ${layout.maxNumSeqs} or more`,
    });
  }
  if (layout.gpuMemoryUtilization <= 0 || layout.gpuMemoryUtilization > 1) {
    findings.push({
      code: "gpu-memory-utilization-out-of-range",
      path: "gpuMemoryUtilization",
      message: "gpu-memory-utilization is a share of the device's memory",
      value: layout.gpuMemoryUtilization,
      limit: 1,
      suggestion: "use a share above 0 and at most 1",
    });
  }
  return findings;
}
