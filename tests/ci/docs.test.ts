import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { gpufleet } from "../cli/fixtures/run.ts";

const root = resolve(import.meta.dirname, "../..");
const block = /```console\n\$ ([^\n]+)\n[^`]*```/g;

/** What a reader sees after typing `gpufleet ... | head -N`. */
async function shown(line: string): Promise<string> {
  const [command = "", limit = "head -1000"] = line.split(" | ");
  const { out, err } = await gpufleet(command.split(" ").slice(1), { directory: root, today: "2026-11-20" });
  const lines = `${out}${err}`.trimEnd().split(/\r?\n/);
  return lines.slice(0, Number(limit.replace("head -", ""))).join("\n");
}

test.each(["review.md", "finance.md"])("every command in docs/%s prints what stands there", async (name) => {
  const path = resolve(root, "docs", name);
  const text = readFileSync(path, "utf8");
  const lines = [...text.matchAll(block)].map(([, line = ""]) => line);
  expect(lines.length).toBeGreaterThan(0);
  const outputs = await Promise.all(lines.map(shown));
  const fresh = text.replace(block, (_, line: string) => `\`\`\`console\n$ ${line}\n${outputs[lines.indexOf(line)]}\n\`\`\``);
  await expect(fresh).toMatchFileSnapshot(path);
});

test.each(["review.md", "finance.md"])("every flag that docs/%s names is one of the command's", async (name) => {
  const text = readFileSync(resolve(root, "docs", name), "utf8");
  const help = (await gpufleet([name === "review.md" ? "diff" : "export", "--help"])).out;
  const flags = [...text.matchAll(/`(--[a-z-]+)/g)].map(([, flag = ""]) => flag);
  expect(flags.filter((flag) => !help.includes(flag))).toEqual([]);
});
