import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { defaults } from "../../planner/spec/defaults.ts";
import { fleetJsonSchema } from "../../planner/spec/json-schema.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { fieldRows, withTables } from "../../tools/spec-reference.ts";
import { smallCatalog } from "./fixtures/small-catalog.ts";

const schema = fleetJsonSchema();
const rows = fieldRows(schema);
const page = readFileSync("docs/spec.md", "utf8");

test("stacks/fleet.schema.json is what the code says: run npm run schema", () => {
  expect(JSON.parse(readFileSync("stacks/fleet.schema.json", "utf8"))).toEqual(JSON.parse(JSON.stringify(schema)));
});

test("the tables of docs/spec.md are what the code says: run npm run schema", () => {
  expect(withTables(page, schema)).toBe(page);
});

test("docs/spec.md has every field", () => {
  expect(rows.length).toBeGreaterThan(100);
  for (const { path } of rows) expect(page).toContain(`| \`${path.replace(/^workloads\[\]\./, "")}\` |`);
});

test.each(rows)("$path explains itself", ({ description }) => {
  expect(description).toMatch(/^\S.*\.$/);
});

interface SchemaPart {
  readonly type?: string;
  readonly minimum?: number;
  readonly description?: string;
}

function numbersWithoutUnit(part: SchemaPart, path: string): string[] {
  const inner = Object.entries(part).flatMap(([key, value]) =>
    value !== null && typeof value === "object" ? numbersWithoutUnit(value, `${path}/${key}`) : [],
  );
  const isNumber = (part.type === "number" || part.type === "integer") && part.minimum !== undefined;
  return isNumber && !/Unit: .*Range: /.test(part.description ?? "") ? [path, ...inner] : inner;
}

test("every number says its unit and its range", () => {
  expect(numbersWithoutUnit(schema, "")).toEqual([]);
});

test.each([
  ["confidence", defaults.confidence],
  ["workloads[].peakFactor", defaults.peakFactor],
  ["workloads[].slo.ttftP95Ms", defaults.ttftP95Ms],
  ["workloads[].spot.minSurvival", defaults.spotMinSurvival],
])("the default of %s that an editor shows is the one that is used", (path, value) => {
  expect(rows.find((row) => row.path === path)?.description).toContain(`Default: ${value}.`);
});

const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

test("the examples of docs/spec.md are valid", () => {
  expect(examples).toHaveLength(2);
  for (const text of examples) expect(readSpec(text, { file: "docs/spec.md", catalog: smallCatalog }).findings).toEqual([]);
});
