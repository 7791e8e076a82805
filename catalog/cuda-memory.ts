import type { CudaMemoryRule, Gpu } from "./schema/gpu.ts";

/**
 * A GPU without a logged total gets one by the rule of its kind of memory (gpus.json, cudaMemoryRules): nvidia-smi memory.total
 * minus what the driver keeps. It stays null where nvidia-smi's figure is not known or no rule exists (unified memory).
 */
export function withCudaMemory(gpu: Gpu, rules: readonly CudaMemoryRule[]): Gpu {
  const rule = rules.find((candidate) => candidate.memoryKind === gpu.memoryKind);
  if (gpu.cudaMemoryBytes !== null || gpu.memoryUsableMiB === null || rule === undefined) return gpu;
  return {
    ...gpu,
    cudaMemoryBytes: Math.round((gpu.memoryUsableMiB - rule.nvidiaSmiMinusMiB) * 2 ** 20),
    cudaMemorySource: `nvidia-smi memory.total minus ${rule.nvidiaSmiMinusMiB} MiB: ${rule.basis}`,
    cudaMemoryEstimated: true,
  };
}
