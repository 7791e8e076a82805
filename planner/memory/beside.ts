import type { Model } from "../../catalog/schema/model.ts";
import { type CacheLayers, cacheLayers } from "./cache-layers.ts";
import { modelTensors } from "./weights/inventory.ts";
import type { Tensor } from "./weights/tensor.ts";

/** What a replica holds beside its model. The planner chooses none of it; who asks for it is told what it takes. */
export interface Beside {
  /** Adapters on the GPU at once (vLLM max-loras) and their largest rank. */
  readonly lora: { readonly adapters: number; readonly rank: number } | null;
  /** Speculation: a model that drafts, or null for the model's own multi-token prediction block. */
  readonly draft: { readonly model: Model | null; readonly tokens: number } | null;
  /** Weights of each GPU that stay in the host's memory. */
  readonly cpuOffloadBytes: number;
}

export const nothingBeside: Beside = { lora: null, draft: null, cpuOffloadBytes: 0 };

const activationElementBytes = 2;

/**
 * Buffers for LoRA adapters on one GPU (vllm/lora/layers): for every projection of attention and of dense feed-forward layers a matrix A
 * [rank, input] and a matrix B [output, rank], in the activations' type. What follows the model's own sharding is divided: B of projections
 * that split their output, A of those that split their input. Fused gates have two pairs. `share`: of the layers on this stage.
 */
export function loraBytes(model: Model, { lora }: Beside, tensorParallel: number, share: number): number {
  if (lora === null) return 0;
  const perRank = modelTensors(model).groups.reduce(
    (sum, group) => sum + group.layers * group.tensors.reduce((layer, tensor) => layer + elementsPerRank(model, tensor, tensorParallel), 0),
    0,
  );
  return Math.round(share * perRank * lora.rank * lora.adapters * activationElementBytes);
}

function elementsPerRank(model: Model, { role, sharding, rows, columns, count, part }: Tensor, tensorParallel: number): number {
  if ((role !== "attention" && role !== "mlp") || (sharding !== "split" && sharding !== "kv")) return 0;
  if (part === "output" || part === "down") return count * (columns / tensorParallel + rows);
  const fused = role === "mlp" && model.weightLayout.mlpGated !== false ? 2 : 1;
  return count * (fused * columns + rows / tensorParallel);
}

/** Weights of what drafts tokens, on one GPU: divided as the model is, in 16 bits. */
export function draftBytes(model: Model, { draft }: Beside, tensorParallel: number): number {
  if (draft === null) return 0;
  const parameters = draft.model === null ? (model.mtp?.params ?? 0) : draft.model.parameters;
  return Math.round((parameters * activationElementBytes) / tensorParallel);
}

/** The cache's layers with those of what drafts: its own, or one full-attention layer for each prediction block. */
export function withDraftLayers(
  layers: readonly CacheLayers[],
  model: Model,
  { draft }: Beside,
  tensorParallel: number,
  elementBytes: number,
): readonly CacheLayers[] {
  if (draft === null) return layers;
  if (draft.model !== null) return [...layers, ...cacheLayers(draft.model, tensorParallel, elementBytes)];
  const blocks = model.mtp?.layers ?? 0;
  return layers.map((kind) => (kind.kind === "full" ? { ...kind, layers: kind.layers + blocks } : kind));
}
