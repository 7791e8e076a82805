import type { Model } from "../../catalog/schema/model.ts";
import type { Layout } from "./layout.ts";

/** A text that every token looks at in both directions cannot be cut: a batch must have room for the longest. */
export const forWholeTexts = (model: Model, layout: Layout): Layout =>
  model.architecture === "encoder" ? { ...layout, maxNumBatchedTokens: Math.max(layout.maxNumBatchedTokens, layout.maxModelLen) } : layout;
