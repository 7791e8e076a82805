import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { LoraSpec } from "../spec/lora-spec.ts";
import type { Layout } from "./layout.ts";
import { compareVersions } from "./release.ts";

/** LoRA adapters that a replica serves beside its model. */
export interface Adapters {
  /** All that requests may name; those that are not on the GPU lie in the host's memory. */
  readonly served: number;
  /** On the GPU at once, and so in one batch (vLLM max-loras). */
  readonly onGpu: number;
  /** The largest rank that the engine makes room for; every adapter takes as much. */
  readonly rank: number;
}

/** Without a wish, as many on the GPU as may be in one batch: then none waits for a place. undefined without adapters. */
export function adaptersOf(lora: LoraSpec | undefined, { maxNumSeqs }: Pick<Layout, "maxNumSeqs">): Adapters | undefined {
  if (lora === undefined) return undefined;
  return { served: lora.adapters, onGpu: Math.min(lora.onGpu ?? lora.adapters, maxNumSeqs), rank: lora.rank };
}

/** The smallest rank that the engine can be told and that holds adapters of `rank`; null when all are smaller. */
export function rankHolding({ adapters }: Pick<EngineRelease, "adapters">, rank: number): number | null {
  const ranks = adapters?.ranks ?? null;
  return ranks === null ? rank : (ranks.find((legal) => legal >= rank) ?? null);
}

export const rankTooLarge = (release: EngineRelease, rank: number, path: string): Finding => {
  const largest = release.adapters?.ranks?.at(-1) ?? null;
  return {
    code: "adapter-rank-too-large",
    path,
    message: `${release.engine} has no room for adapters of rank ${rank}`,
    value: rank,
    limit: largest,
    suggestion: `merge them into models of their own, or train adapters of rank ${largest} or less`,
  };
};

export const rankRounded = (path: string, asked: number, rank: number): Finding => ({
  code: "adapter-rank-rounded",
  path,
  message: `room for rank ${rank}, the smallest that the engine can be told and that holds ${asked}`,
  value: rank,
  limit: asked,
});

export const noDraftsBesideAdapters = (path: string): Finding => ({
  code: "adapters-beside-speculation",
  path,
  message: "vLLM's compatibility matrix rules out LoRA adapters beside speculative decoding",
  suggestion: "take one of them out",
});

/** Why the engine serves no adapters of this model; null when it does. */
export function adaptersFinding(model: Model, release: EngineRelease, path: string): Finding | null {
  const { engine, version, adapters } = release;
  const finding = (code: string, message: string, suggestion: string): Finding => ({ code, path, message, value: model.id, suggestion });
  const merged = "merge each adapter and plan the merged models";
  if (adapters === null) return finding("engine-without-adapters", `${engine} serves no LoRA adapters`, `use vllm, or ${merged}`);
  if (model.task === "transcribe" || adapters.withoutFamilies.includes(model.family) || adapters.withoutModels.includes(model.id)) {
    return finding("model-without-adapters", `${engine} runs no LoRA adapters on ${model.id}`, merged);
  }
  if (model.moe === null) return null;
  const since = adapters.mixturesSince;
  if (since === null) return finding("mixture-without-adapters", `${engine} is not known to run LoRA adapters on experts`, merged);
  if (compareVersions(version, since) >= 0) return null;
  return {
    ...finding(
      "mixture-without-adapters",
      `${engine} ${version} is not known to run LoRA adapters on experts`,
      `use ${engine} ${since} or later`,
    ),
    limit: since,
  };
}

/** Why adapters cannot be laid out like this: on a mixture, every GPU must have a part of every expert, in a format that they run with. */
export function adapterLayoutFinding(model: Model, layout: Layout, { engine, adapters }: EngineRelease, path: string): Finding | null {
  if (model.moe === null || adapters === null) return null;
  const { expertParallel, dataParallel, precision } = layout;
  if (expertParallel > 1 || dataParallel > 1) {
    return {
      code: "adapters-need-divided-experts",
      path,
      message: `${engine} runs LoRA adapters only where tensor parallelism divides every expert, not with experts dealt out over GPUs`,
      value: Math.max(expertParallel, dataParallel),
      limit: 1,
      suggestion: "use expert-parallel 1 and data-parallel 1",
    };
  }
  if (adapters.expertPrecisions.includes(precision)) return null;
  return {
    code: "adapters-need-expert-format",
    path,
    message: `LoRA adapters are not known to run beside experts in ${precision}`,
    value: precision,
    suggestion: `use ${listed(adapters.expertPrecisions, "or")}`,
  };
}

/** How the engine is told of them. */
export const adapterArguments = ({ adapters }: Pick<EngineRelease, "adapters">, { served, onGpu, rank }: Adapters): string[] =>
  (adapters?.arguments ?? []).map((argument) =>
    argument.replace("{onGpu}", `${onGpu}`).replace("{rank}", `${rank}`).replace("{adapters}", `${served}`),
  );
