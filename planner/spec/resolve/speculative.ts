import { usualAcceptance } from "../../../catalog/draft-acceptance.ts";
import { findModel } from "../../../catalog/lookup.ts";
import type { Model } from "../../../catalog/schema/model.ts";
import { draftsFinding } from "../../layouts/drafts.ts";
import { engineRelease } from "../../layouts/release.ts";
import type { EngineSpec } from "../fleet-spec.ts";
import { show } from "../show.ts";
import { ownBlock, type SpeculativeSpec } from "../speculative-spec.ts";
import { unknownModel } from "./model.ts";
import { assumeDefault, type WorkloadPlace } from "./place.ts";

/** What drafts tokens for the workload's model; null when nothing does, or when what was asked for was refused (the notes say why). */
export function resolveSpeculative(model: Model | null, engine: EngineSpec | null, place: WorkloadPlace): SpeculativeSpec | null {
  const { raw, at, catalog, notes } = place;
  const asked = raw.speculative ?? null;
  if (asked === null || model === null || engine === null || notes.isBroken(at("speculative"))) return null;
  if (model.task !== "generate") {
    notes.error({
      code: "not-of-this-task",
      path: at("speculative"),
      message: `speculative belongs to the task generate, and this is ${model.task}`,
      suggestion: "take it out",
    });
    return null;
  }
  const own = asked.draftModel === ownBlock;
  const draft = own ? null : draftModel(asked.draftModel, model, place);
  if (own ? !hasBlock(model, place) : draft === null) return null;
  if (!isInEngine(model, draft, engine, place)) return null;
  const acceptance = asked.acceptance ?? usualAcceptance(catalog.serving, own ? "ownBlock" : "draftModel", asked.text);
  if (asked.acceptance === undefined) {
    assumeDefault(
      notes,
      at("speculative", "acceptance"),
      "draft-acceptance",
      acceptance,
      `the careful end of what is published${asked.text === undefined ? "" : `, for ${asked.text}`}; measure yours`,
    );
  }
  return { draftModel: draft?.id ?? ownBlock, tokens: asked.tokens, acceptance };
}

/** A model that can draft: its tokens are those of the model it drafts for, and its weights come from where vLLM looks for a name. */
function draftModel(name: string, model: Model, { raw, at, catalog, notes }: WorkloadPlace): Model | null {
  const path = at("speculative", "draftModel");
  const draft = findModel(catalog, name);
  if (draft === undefined) {
    notes.error(unknownModel(path, name, catalog));
    return null;
  }
  if (draft.task !== "generate" || !draft.deployable || draft.vocabSize !== model.vocabSize || draft.parameters >= model.parameters) {
    notes.error({
      code: "draft-model-unfit",
      path,
      message: `${draft.id} cannot draft for ${model.id}: ${unfitBecause(draft, model)}`,
      value: draft.id,
      suggestion: "name a smaller model of the same family",
    });
    return null;
  }
  const source = raw.weights?.source ?? "hf";
  if (source !== "hf") {
    notes.error({
      code: "draft-model-from-hub",
      path,
      message: `the draft model comes from Hugging Face, and weights.source is ${show(source)}`,
      value: source,
      suggestion: "take speculative out, or load the weights from hf",
    });
    return null;
  }
  return draft;
}

function unfitBecause(draft: Model, model: Model): string {
  if (draft.task !== "generate") return `it is a model for ${draft.task}`;
  if (!draft.deployable) return "its weights were never published";
  if (draft.parameters >= model.parameters) return "it is not the smaller one";
  return `${draft.vocabSize} tokens in its vocabulary, not ${model.vocabSize}`;
}

function hasBlock(model: Model, { at, notes }: WorkloadPlace): boolean {
  if (model.mtp !== null) return true;
  notes.error({
    code: "no-prediction-block",
    path: at("speculative", "draftModel"),
    message: `${model.id} has no block of its own that predicts several tokens`,
    value: ownBlock,
    suggestion: "name a model that drafts",
  });
  return false;
}

function isInEngine(model: Model, draft: Model | null, { name, version }: EngineSpec, { at, catalog, notes }: WorkloadPlace): boolean {
  const release = engineRelease(catalog.engines, name, version);
  // An engine that is not planned for is reported where it is named.
  if ("code" in release || release.speculation === null) return false;
  const finding = draftsFinding(model, draft, release, at("speculative"));
  if (finding !== null) notes.error(finding);
  return finding === null;
}
