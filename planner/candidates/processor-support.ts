import type { Catalog } from "../../catalog/catalog.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { isHost } from "../layouts/host.ts";
import type { EngineRelease } from "../layouts/release.ts";

/**
 * Why an engine does not run a model on a group's processors; null when it does, and on GPUs. Text Embeddings Inference computes with ONNX Runtime
 * where the repository has an export, and else with Intel's MKL, which fails on AMD processors (huggingface/text-embeddings-inference#680).
 */
export function processorFinding(
  { model, catalog }: { readonly model: Model; readonly catalog: Catalog },
  { gpu, engine: { release } }: { readonly gpu: Gpu; readonly engine: { readonly release: EngineRelease } },
): Finding | null {
  if (!isHost(gpu) || gpu.vendor !== "AMD") return null;
  const row = catalog.taskServing.find(({ engine, models }) => engine === release.engine && models.includes(model.id));
  if (row === undefined || row.onnxModels === null || row.onnxModels.includes(model.id)) return null;
  return {
    code: "processor-not-supported-by-engine",
    path: "devices",
    message: `${release.engine} runs ${model.id} by Intel's MKL, which does not run on ${gpu.id}`,
    value: gpu.id,
  };
}
