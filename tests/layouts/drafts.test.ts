import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { findModel } from "../../catalog/lookup.ts";
import type { Model } from "../../catalog/schema/model.ts";
import { draftsFinding } from "../../planner/layouts/drafts.ts";
import { engineRelease } from "../../planner/layouts/release.ts";

const { catalog } = loadCatalog();

const named = (name: string): Model => {
  const model = findModel(catalog, name);
  if (model === undefined) throw new Error(`${name} is not in the catalog`);
  return model;
};

function refused(model: string, draft: string | null, version: string, engine = "vllm") {
  const release = engineRelease(catalog.engines, engine, version);
  if ("code" in release) throw new Error(release.message);
  return draftsFinding(named(model), draft === null ? null : named(draft), release, "speculative");
}

const text = ["Qwen/Qwen3-8B", "Qwen/Qwen3-0.6B"] as const;
const images = ["google/gemma-3-27b-it", "google/gemma-3-4b-it"] as const;
const rotated = ["Qwen/Qwen3.5-27B", "Qwen/Qwen3.5-0.8B"] as const;

test.each([
  [...text, "0.14.1", "0.15.0"],
  [...text, "0.15.0", null],
  [...images, "0.20.2", "0.21.0"],
  [...images, "0.21.0", null],
] as const)("%s drafted for by %s on vLLM %s: %s", (model, draft, version, limit) => {
  expect(refused(model, draft, version)?.limit ?? null).toBe(limit);
});

test("a draft model with M-RoPE drafts on no version; the model's own block does", () => {
  for (const version of ["0.16.0", "0.21.0", "0.31.0"]) {
    expect(refused(...rotated, version)).toMatchObject({ code: "draft-model-unfit", suggestion: "say mtp, its own block" });
    expect(refused(rotated[0], null, version)).toBeNull();
  }
});

test("engines that are not planned with drafts are not judged here", () => {
  expect(refused(...rotated, "0.5.0", "sglang")).toBeNull();
});
