import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Finding } from "../../planner/finding.ts";
import { gpufleet } from "../cli/fixtures/run.ts";

const directory = fileURLToPath(new URL("bad/", import.meta.url));
const suffix = ".fleet.yaml";
const names = readdirSync(directory).flatMap((name) => (name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : []));

test("there are well-formed specs of every kind that cannot be planned", () => {
  expect(names.length).toBeGreaterThanOrEqual(35);
  for (const kind of [
    "slo",
    "model",
    "context",
    "precision",
    "host",
    "quota",
    "static",
    "budget",
    "offer",
    "survive",
    "spot",
    "clusters",
  ]) {
    expect(names.some((name) => name.startsWith(kind))).toBe(true);
  }
});

/** Each spec has what `gpufleet plan` says about it beside it; `vitest -u` writes it anew. */
test.each(names)("bad/%s.fleet.yaml is answered with what stands in the way and what would help, and with no plan", async (name) => {
  const { code, out, err } = await gpufleet(["plan", `${name}${suffix}`], { directory });
  expect({ code, out }).toEqual({ code: 1, out: "" });
  await expect(err).toMatchFileSnapshot(`bad/${name}.expected.txt`);
  for (const line of err.trimEnd().split("\n")) {
    expect(line, "`path: message; suggestion` in one line").toMatch(/^[a-zA-Z]\S*: \S.+$/);
    expect(line).not.toMatch(/\bat \w+ \(|Error|undefined|null|NaN|Infinity|\[object/);
    expect(line, "long numbers are grouped, but for those in names").not.toMatch(/(?<![\w.,-])\d{4,}(?![\w-])/);
  }
});

test.each(names)("with --json bad/%s.fleet.yaml is one document of findings, each with code, path and message", async (name) => {
  const { out } = await gpufleet(["plan", `${name}${suffix}`, "--json"], { directory });
  const { findings }: { findings: Finding[] } = JSON.parse(out);
  expect(findings.length).toBeGreaterThan(0);
  for (const { code, path, message } of findings) {
    expect(code).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(path).not.toBe("");
    expect(message).toMatch(/^\S.*[^.]$/);
  }
});
