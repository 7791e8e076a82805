import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { compareVersions } from "./release.ts";

/** Why the engine does not draft for the model like this, `draft` null for its own block; null when it does, or is not planned with drafts. */
export function draftsFinding(model: Model, draft: Model | null, release: EngineRelease, path: string): Finding | null {
  const { engine, version, speculation } = release;
  if (speculation === null) return null;
  const before = (since: string, message: string): Finding | null =>
    compareVersions(version, since) >= 0
      ? null
      : {
          code: "engine-without-speculation",
          path,
          message: `${engine} ${version} ${message}`,
          value: version,
          limit: since,
          suggestion: `use ${engine} ${since} or later${ownBlockInstead(model, draft)}`,
        };
  if (draft === null) return before(speculation.ownBlockSince, "does not draft with a model's own block by one name");
  if (speculation.noDraftsOfFamilies.includes(draft.family)) {
    return {
      code: "draft-model-unfit",
      path,
      message: `${engine} drafts with no model whose positions have several dimensions (M-RoPE), as those of ${draft.id} do`,
      value: draft.id,
      suggestion: model.mtp === null ? "name a model that reads text only" : "say mtp, its own block",
    };
  }
  return (
    before(speculation.draftModelSince, "does not draft with a draft model") ??
    (model.visionTower === null
      ? null
      : before(speculation.draftsForImageModelsSince, `drafts with no draft model for ${model.id}, which reads images`))
  );
}

const ownBlockInstead = (model: Model, draft: Model | null): string =>
  draft !== null && model.mtp !== null ? ", or say mtp, its own block" : "";
