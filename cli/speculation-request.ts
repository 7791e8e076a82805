import type { Catalog } from "../catalog/catalog.ts";
import { usualAcceptance } from "../catalog/draft-acceptance.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import { assumeSpeculation, type Speculation } from "../planner/performance/speculation.ts";
import type { SizeRequest } from "./request.ts";

export type SpeculationReading =
  | { readonly speculation?: Speculation; readonly assumptions: readonly Finding[] }
  | { readonly finding: Finding };

/** What drafts tokens for a request. `named` looks a model up. */
export function readSpeculation(
  request: SizeRequest,
  model: Model,
  catalog: Catalog,
  named: (name: string) => { readonly model: Model } | { readonly finding: Finding },
): SpeculationReading {
  const { draftModel, speculativeTokens } = request;
  const drafting = draftModel === undefined ? null : named(draftModel);
  if (drafting !== null && "finding" in drafting) return { finding: { ...drafting.finding, path: "draftModel" } };
  if (speculativeTokens !== undefined && drafting === null && model.mtp === null) return { finding: noPredictionBlock(model) };
  if (drafting === null && speculativeTokens === undefined) {
    const unused = nothingDrafts(request);
    return unused === null ? { assumptions: [] } : { finding: unused };
  }
  const speculation = speculationOf(request, drafting?.model ?? null, catalog);
  return { speculation, assumptions: [assumeSpeculation("speculativeAcceptance", speculation)] };
}

function speculationOf(request: SizeRequest, draft: Model | null, { serving }: Catalog): Speculation {
  const { speculativeTokens, speculativeAcceptance, speculativeText } = request;
  const drafter = draft === null ? "ownBlock" : "draftModel";
  return {
    draft,
    tokens: speculativeTokens ?? 1,
    acceptance: speculativeAcceptance ?? usualAcceptance(serving, drafter, speculativeText),
  };
}

function nothingDrafts({ speculativeAcceptance, speculativeText }: SizeRequest): Finding | null {
  const value = speculativeAcceptance ?? speculativeText;
  if (value === undefined) return null;
  const isShare = speculativeAcceptance !== undefined;
  return {
    code: "nothing-drafts",
    path: isShare ? "speculativeAcceptance" : "speculativeText",
    message: `${isShare ? "an acceptance is" : "the kind of text is"} given, and nothing drafts tokens`,
    value,
    suggestion: "say how many are drafted with speculative-tokens",
  };
}

const noPredictionBlock = (model: Model): Finding => ({
  code: "no-prediction-block",
  path: "speculativeTokens",
  message: `${model.id} has no block of its own that predicts several tokens`,
  value: model.id,
  suggestion: "name a model that drafts with draft-model",
});
