import type { Catalog } from "../../catalog/catalog.ts";
import { findModel } from "../../catalog/lookup.ts";
import { type Beside, nothingBeside } from "../memory/beside.ts";
import type { Speculation } from "./speculation.ts";

/** Speculation by names: what a spec asks for and a plan carries. */
export interface SpeculativeSpec {
  /** Catalog id, or `mtp` for the model's own block for multi-token prediction. */
  readonly draftModel: string;
  /** Drafted before each step, 1 to 10. */
  readonly tokens: number;
  /** Chance that a drafted token is accepted when those before it were, 0 to 1. */
  readonly acceptance: number;
}

export const ownBlock = "mtp";

/** The catalog's facts for the names. undefined where nothing drafts, or where the catalog has lost the draft model. */
export function speculationOf(spec: SpeculativeSpec | undefined, catalog: Catalog): Speculation | undefined {
  if (spec === undefined) return undefined;
  const draft = spec.draftModel === ownBlock ? null : findModel(catalog, spec.draftModel);
  return draft === undefined ? undefined : { draft, tokens: spec.tokens, acceptance: spec.acceptance };
}

/** What a replica holds for it beside its model. */
export const besideOf = (speculation: Speculation | undefined): Beside =>
  speculation === undefined ? nothingBeside : { ...nothingBeside, draft: { model: speculation.draft, tokens: speculation.tokens } };
