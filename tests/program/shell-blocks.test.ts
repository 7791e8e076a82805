import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { remove, temporaryProject } from "../../tools/preview/temporaryProject.ts";
import { initGit, notRun, runBlocks, shellBlocks } from "./fixtures/shell-blocks.ts";

const root = new URL("../../", import.meta.url);

/** What the reader has by then: the spec that the README tells to save, a spec of one's own, a model's config.json. */
function checkout(): string {
  const copy = temporaryProject(root);
  onTestFinished(() => remove(copy));
  const [, yaml = ""] = /```yaml\n(# yaml-language-server.*?)```/s.exec(readFileSync(new URL("README.md", root), "utf8")) ?? [];
  writeFileSync(join(copy.project, "stacks/acme.fleet.yaml"), yaml);
  writeFileSync(join(copy.project, "stacks/prod.fleet.yaml"), readFileSync(new URL("stacks/dev.fleet.yaml", root)));
  mkdirSync(join(copy.project, "my-model"));
  writeFileSync(join(copy.project, "my-model/config.json"), JSON.stringify(qwen3));
  initGit(copy.project);
  return copy.project;
}

/** Qwen/Qwen3-4B, as far as its config.json is read. */
const qwen3 = {
  architectures: ["Qwen3ForCausalLM"],
  model_type: "qwen3",
  hidden_size: 2560,
  intermediate_size: 9728,
  num_hidden_layers: 36,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  vocab_size: 151_936,
  max_position_embeddings: 40_960,
  tie_word_embeddings: true,
  torch_dtype: "bfloat16",
};

test.each(["README.md", "docs/lock.md", "docs/catalog.md"])("every shell command of %s runs", { timeout: 120_000 }, async (file) => {
  const blocks = shellBlocks(file);
  expect(blocks.length).toBeGreaterThan(0);
  const { code, output } = await runBlocks(blocks, checkout(), { PULUMI_HOME: "/nowhere" });
  expect(code, output.split("\n").slice(-25).join("\n")).toBe(0);
});

test("every document with shell commands is run by a test", () => {
  const here = ["README.md", "docs/lock.md", "docs/catalog.md"];
  const elsewhere = {
    "docs/deploy.md": "run by tests/engine/deploy-commands.test.ts",
    "docs/measurements.md": "not run: needs a server that was measured",
  };
  const files = [
    "README.md",
    ...readdirSync(new URL("docs", root)).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
  ].filter((file) => shellBlocks(file).length > 0);
  expect(files.toSorted()).toEqual([...here, ...Object.keys(elsewhere)].toSorted());
  for (const reason of Object.values(notRun)) expect(reason).not.toBe("");
});
