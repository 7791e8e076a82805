import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { gpufleet } from "./fixtures/run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const block = /```console\n\$ ([^\n]+)\n[^`]*```/g;

/** Arguments of a shell line, with 'single quotes'. */
const words = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");

/** What a reader sees after typing `line` in a terminal of 100 columns: `echo '...' | gpufleet ... | head -N`. */
async function shown(line: string): Promise<string> {
  const parts = line.split(" | ");
  const [, input = ""] = parts[0]?.startsWith("echo ") ? words(parts.shift() ?? "") : [];
  const [, ...argv] = words(parts.shift() ?? "");
  const [, limit] = words(parts.shift() ?? "head -1000");
  const { out, err } = await gpufleet(argv, { input, directory: root, terminal: 100, env: { NO_COLOR: "1" }, today: "2026-11-20" });
  return `${out}${err}`
    .trimEnd()
    .split("\n")
    .slice(0, Math.abs(Number(limit)))
    .join("\n");
}

test.each(["cli.md", "batch.md"])("every command in docs/%s prints what stands there", async (name) => {
  const path = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  const text = readFileSync(path, "utf8");
  const lines = [...text.matchAll(block)].map(([, line = ""]) => line);
  expect(lines.length).toBeGreaterThan(1);
  const outputs = await Promise.all(lines.map(shown));
  const fresh = text.replace(block, (_, line: string) => `\`\`\`console\n$ ${line}\n${outputs[lines.indexOf(line)]}\n\`\`\``);
  await expect(fresh).toMatchFileSnapshot(path);
});
