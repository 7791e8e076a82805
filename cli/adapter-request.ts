import type { EngineRelease } from "../catalog/schema/engine.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import { type Adapters, adaptersFinding, rankHolding, rankRounded, rankTooLarge } from "../planner/layouts/adapters.ts";
import { assumeAdapters } from "../planner/performance/adapters.ts";
import { defaults } from "../planner/spec/defaults.ts";
import type { SizeRequest } from "./request.ts";

export type AdapterReading = { readonly adapters?: Adapters; readonly assumptions: readonly Finding[] } | { readonly finding: Finding };

/** The adapters that a request has on the GPU. */
export function readAdapters({ loraAdapters, loraRank }: SizeRequest, model: Model, release: EngineRelease): AdapterReading {
  if (loraAdapters === undefined) return loraRank === undefined ? { assumptions: [] } : { finding: noAdapters(loraRank) };
  const refused = adaptersFinding(model, release, "loraAdapters");
  if (refused !== null) return { finding: refused };
  const wish = loraRank ?? defaults.loraRank;
  const rank = rankHolding(release, wish);
  if (rank === null) return { finding: rankTooLarge(release, wish, "loraRank") };
  const adapters = { served: loraAdapters, onGpu: loraAdapters, rank };
  const rounded = rank === wish ? [] : [rankRounded("loraRank", wish, rank)];
  return { adapters, assumptions: [...rounded, assumeAdapters("loraAdapters", model, release, adapters)] };
}

const noAdapters = (rank: number): Finding => ({
  code: "no-adapters",
  path: "loraRank",
  message: "a rank is given, and no adapters",
  value: rank,
  suggestion: "say how many are on the GPU at once with lora-adapters",
});
