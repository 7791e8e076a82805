import type { EngineRelease, WeightFormat } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { hardwareFindings } from "./compute-capability.ts";
import { isHost } from "./host.ts";
import { gpusPerReplica, type Layout } from "./layout.ts";
import { parallelismFindings } from "./parallelism.ts";

/** Why the engine would refuse this layout: one finding for each rule it breaks, each with the nearest legal choice. Empty = legal. */
export function layoutFindings(model: Model, gpu: Gpu, layout: Layout, release: EngineRelease): Finding[] {
  const format = release.formats.find((candidate) => candidate.precision === layout.precision);
  return [
    ...hardwareFindings(model, gpu, layout, release),
    ...hostFindings(gpu, layout),
    ...domainFindings(model, gpu, layout, format),
    ...parallelismFindings(model, layout, format),
    ...rangeFindings(model, layout),
  ];
}

/** No server here divides a model over hosts. */
function hostFindings(gpu: Gpu, layout: Layout): Finding[] {
  if (!isHost(gpu) || gpusPerReplica(layout) === 1) return [];
  const path = (["tensorParallel", "pipelineParallel", "dataParallel"] as const).find((name) => layout[name] > 1) ?? "";
  return [
    {
      code: "host-not-divisible",
      path,
      message: `a replica without GPUs is one process on one node of ${gpu.id}, and the layout asks for ${gpusPerReplica(layout)}`,
      value: gpusPerReplica(layout),
      limit: 1,
      suggestion: "leave the parallel sizes out",
    },
  ];
}

/** Tensor parallelism talks twice a layer: over the link between GPUs, not over the network between its domains. */
function domainFindings(model: Model, gpu: Gpu, layout: Layout, format: WeightFormat | undefined): Finding[] {
  const { tensorParallel } = layout;
  const domain = gpu.linkDomainGpus ?? 1;
  if (domain === 1 || tensorParallel <= domain) return [];
  const sizes = Array.from({ length: domain }, (_, index) => domain - index);
  const size = sizes.find(
    (candidate) => parallelismFindings(model, { ...layout, tensorParallel: candidate, expertParallel: 1 }, format).length === 0,
  );
  return [
    {
      code: "tensor-parallel-beyond-link-domain",
      path: "tensorParallel",
      message: `${tensorParallel} x ${gpu.id} are more than the ${domain} that one ${gpu.link} domain joins`,
      value: tensorParallel,
      limit: domain,
      unit: "GPUs",
      suggestion: `use tensor-parallel ${size ?? 1} and pipeline-parallel ${Math.ceil(tensorParallel / (size ?? 1))}`,
    },
  ];
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
