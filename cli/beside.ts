import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import { type Beside, nothingBeside } from "../planner/memory/beside.ts";
import { assumeSpeculation, type Speculation } from "../planner/performance/speculation.ts";
import { gibibyte } from "../planner/units.ts";
import type { SizeRequest } from "./request.ts";

/** vLLM's --max-lora-rank when nothing is said. */
const usualLoraRank = 16;

export type BesideReading =
  | { readonly beside: Beside; readonly speculation?: Speculation; readonly assumptions: readonly Finding[] }
  | { readonly finding: Finding };

/** Adapters, drafts and offloading that a request asks for. `named` looks a model up. */
export function readBeside(
  request: SizeRequest,
  model: Model,
  gpu: Gpu,
  catalog: Catalog,
  named: (name: string) => { readonly model: Model } | { readonly finding: Finding },
): BesideReading {
  const { loraAdapters, loraRank, draftModel, speculativeTokens, cpuOffloadGb } = request;
  if ([loraAdapters, draftModel, speculativeTokens, request.speculativeAcceptance, cpuOffloadGb].every((asked) => asked === undefined)) {
    return { beside: nothingBeside, assumptions: [] };
  }
  const drafting = draftModel === undefined ? null : named(draftModel);
  if (drafting !== null && "finding" in drafting) return { finding: { ...drafting.finding, path: "draftModel" } };
  if (speculativeTokens !== undefined && drafting === null && model.mtp === null) return { finding: noPredictionBlock(model) };
  const drafts = drafting !== null || speculativeTokens !== undefined;
  if (request.speculativeAcceptance !== undefined && !drafts) return { finding: nothingDrafts(request.speculativeAcceptance) };
  const cpuOffloadBytes = (cpuOffloadGb ?? 0) * gibibyte;
  const speculation = !drafts ? undefined : speculationOf(request, drafting?.model ?? null, catalog);
  return {
    beside: {
      lora: loraAdapters === undefined ? null : { adapters: loraAdapters, rank: loraRank ?? usualLoraRank },
      draft: speculation === undefined ? null : { model: speculation.draft, tokens: speculation.tokens },
      cpuOffloadBytes,
    },
    ...(speculation === undefined ? {} : { speculation }),
    assumptions: [
      ...(cpuOffloadBytes === 0 ? [] : [offloadCost(cpuOffloadBytes, gpu, catalog)]),
      ...(speculation === undefined ? [] : [assumeSpeculation("speculativeAcceptance", speculation)]),
    ],
  };
}

function speculationOf({ speculativeTokens, speculativeAcceptance }: SizeRequest, draft: Model | null, catalog: Catalog): Speculation {
  const usual = catalog.serving.draftAcceptance;
  return {
    draft,
    tokens: speculativeTokens ?? 1,
    acceptance: speculativeAcceptance ?? (draft === null ? usual.ownBlock : usual.draftModel),
  };
}

const nothingDrafts = (value: number): Finding => ({
  code: "nothing-drafts",
  path: "speculativeAcceptance",
  message: "an acceptance is given, and nothing drafts tokens",
  value,
  suggestion: "say how many are drafted with speculative-tokens",
});

const noPredictionBlock = (model: Model): Finding => ({
  code: "no-prediction-block",
  path: "speculativeTokens",
  message: `${model.id} has no block of its own that predicts several tokens`,
  value: model.id,
  suggestion: "name a model that drafts with draft-model",
});

/** Every step reads the offloaded weights over PCIe once, so a token cannot come faster than that. */
function offloadCost(bytes: number, gpu: Gpu, catalog: Catalog): Finding {
  const link = gpu.pcieGen === null ? "pcie4" : gpu.pcieGen >= 5 ? "pcie5" : gpu.pcieGen === 4 ? "pcie4" : "pcie3";
  const { oneWayGBps } = catalog.stepTime.links[link];
  const milliseconds = Math.round(bytes / (oneWayGBps * 1e6));
  return {
    code: "cpu-offload-cost",
    path: "cpuOffloadGb",
    message: `${(bytes / gibibyte).toFixed(1)} GiB of weights cross PCIe in every step: no token in less than ${milliseconds} ms, whatever the load (${oneWayGBps} GB/s); nothing else here counts that in, and no plan uses it`,
    value: milliseconds,
    unit: "ms",
    suggestion: "take more GPUs or a smaller precision",
  };
}
