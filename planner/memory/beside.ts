import type { Model } from "../../catalog/schema/model.ts";
import type { Adapters } from "../layouts/adapters.ts";
import { type CacheLayers, cacheLayers } from "./cache-layers.ts";

/** What a replica holds beside its model. The planner chooses none of it; who asks for it is told what it takes. */
export interface Beside {
  readonly adapters: Pick<Adapters, "onGpu" | "rank"> | null;
  /** Speculation: a model that drafts, or null for the model's own multi-token prediction block. */
  readonly draft: { readonly model: Model | null; readonly tokens: number } | null;
  /** Weights of each GPU that stay in the host's memory. */
  readonly cpuOffloadBytes: number;
}

export const nothingBeside: Beside = { adapters: null, draft: null, cpuOffloadBytes: 0 };

const activationElementBytes = 2;

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
