import type { Catalog } from "../../catalog/catalog.ts";
import { findModel } from "../../catalog/lookup.ts";
import { type Beside, nothingBeside } from "../memory/beside.ts";
import { ownBlock, type SpeculativeSpec } from "../spec/speculative-spec.ts";
import type { Speculation } from "./speculation.ts";

/** The catalog's facts for the names. undefined where nothing drafts, or where the catalog has lost the draft model. */
export function speculationOf(spec: SpeculativeSpec | undefined, catalog: Catalog): Speculation | undefined {
  if (spec === undefined) return undefined;
  const draft = spec.draftModel === ownBlock ? null : findModel(catalog, spec.draftModel);
  return draft === undefined ? undefined : { draft, tokens: spec.tokens, acceptance: spec.acceptance };
}

/** What a replica holds beside its model. */
export function besideOf(speculation: Speculation | undefined, adapters: Beside["adapters"] | undefined): Beside {
  if (speculation === undefined && adapters === undefined) return nothingBeside;
  const draft = speculation === undefined ? null : { model: speculation.draft, tokens: speculation.tokens };
  return { ...nothingBeside, draft, adapters: adapters ?? null };
}
