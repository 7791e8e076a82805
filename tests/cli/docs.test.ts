import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { gpufleet } from "./fixtures/run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const block = /```console\n\$ ([^\n]+)\n[^`]*```/g;

/** Arguments of a shell line, with 'single quotes'. */
const words = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");

/** What a reader sees after typing `line` in a terminal of so many columns: `echo '...' | gpufleet ... | head -N`. */
async function shown(line: string, columns: number): Promise<string> {
  const parts = line.split(" | ");
  const [, input = ""] = parts[0]?.startsWith("echo ") ? words(parts.shift() ?? "") : [];
  const [, ...argv] = words((parts.shift() ?? "").replace(/^npx /, ""));
  const [, limit] = words(parts.shift() ?? "head -1000");
  const { out, err } = await gpufleet(argv, { input, directory: root, terminal: columns, env: { NO_COLOR: "1" }, today: "2026-11-20" });
  return `${out}${err}`
    .trimEnd()
    .split("\n")
    .slice(0, Math.abs(Number(limit)))
    .join("\n");
}

test.each([
  ["README.md", 166],
  ["docs/cli.md", 100],
  ["docs/batch.md", 100],
] as const)("every command in %s prints what stands there", async (name, columns) => {
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  const text = readFileSync(path, "utf8");
  const lines = [...text.matchAll(block)].map(([, line = ""]) => line);
  expect(lines.length).toBeGreaterThan(1);
  const outputs = await Promise.all(lines.map((line) => shown(line, columns)));
  const fresh = text.replace(block, (_, line: string) => `\`\`\`console\n$ ${line}\n${outputs[lines.indexOf(line)]}\n\`\`\``);
  await expect(fresh).toMatchFileSnapshot(path);
});
