import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatPositionedFinding, readSpec } from "../../planner/spec/read-spec.ts";
import { smallCatalog } from "./fixtures/small-catalog.ts";

const folder = new URL("bad/", import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => name.slice(0, -".yaml".length));

const messages = (text: string, file: string): string =>
  readSpec(text, { file, catalog: smallCatalog })
    .findings.map((finding) => `${formatPositionedFinding(finding)}\n`)
    .join("");

test("there are bad specs of every kind", () => {
  expect(names.length).toBeGreaterThan(100);
});

/** Each bad spec has the exact messages beside it, one a line; `vitest -u` writes them anew. */
test.each(names)("bad/%s.yaml is answered with every mistake, its place and what to do", async (name) => {
  const text = readFileSync(new URL(`${name}.yaml`, folder), "utf8");
  const { spec, findings } = readSpec(text, { file: `${name}.yaml`, catalog: smallCatalog });
  expect(spec).toBeNull();
  expect(findings.length).toBeGreaterThan(0);
  await expect(messages(text, `${name}.yaml`)).toMatchFileSnapshot(`bad/${name}.expected.txt`);
});

test.each(names)("no message about bad/%s.yaml has a line break, a stack trace or a credential", (name) => {
  const text = readFileSync(new URL(`${name}.yaml`, folder), "utf8");
  const { findings } = readSpec(text, { file: `${name}.yaml`, catalog: smallCatalog });
  for (const finding of findings) {
    expect(JSON.stringify(finding)).not.toMatch(/\bat \w+ \(|Error:|hf_A|AKIAI|sk-test|s3cr3t|HF Token/);
    expect(formatPositionedFinding(finding)).not.toMatch(/\n/);
    expect(finding.code).toMatch(/^[a-z][a-z0-9-]*$/);
  }
});

const ok = "fleet: acme\nworkloads:\n  - { name: a, model: Qwen/Qwen3-8B, precision: fp8, qps: 1, averageContext: 100 }\n";

test.each([
  ["binary", `\u0000\u0001PNG${ok}`, "not-text"],
  ["broken UTF-8", `${ok}# \ufffd`, "not-text"],
  ["20,000 open brackets", `x: ${"[".repeat(20_000)}${"]".repeat(20_000)}`, "too-deep"],
  ["a mapping nested 2,000 deep", `${"{a: ".repeat(2_000)}1${"}".repeat(2_000)}`, "too-deep"],
])("%s is one finding", (_name, text, code) => {
  expect(readSpec(text, { file: "x.yaml", catalog: smallCatalog }).findings.map((finding) => finding.code)).toEqual([code]);
});

const megabytes10 = `${ok}${"# filler of ten\n".repeat(655_360)}`;

test.each([
  ["a file of 10 MB", megabytes10, `x.yaml:1:1 the file has ${megabytes10.length} bytes, the limit is 8388608`],
  ["a picture", "\u0000\u0001PNG", "x.yaml:1:1 the file is not UTF-8 text; a fleet spec is a YAML file"],
])("%s is answered in one line", (_name, text, message) => {
  expect(messages(text, "x.yaml")).toBe(`${message}\n`);
});

test("30,000 keys, anchors and aliases are read in linear time", () => {
  const lines = Array.from({ length: 30_000 }, (_, index) =>
    `k${index}: &a${index} ${index % 300 === 0 ? "*a0" : "x"}`.replace(/&a\d+ \*/, "*"),
  );
  const { findings } = readSpec(`first: &a0 1\n${lines.join("\n")}\n${ok}`, { file: "x.yaml", catalog: smallCatalog });
  expect(findings.length).toBeGreaterThan(30_000);
});
