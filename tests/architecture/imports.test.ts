import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The import law as a test: it holds even where the linter's configuration is changed along with the code. */
const sources = (pattern: string) => globSync(pattern).map((file) => ({ file, text: readFileSync(file, "utf8") }));
const importsOf = (text: string) => [...text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map((match) => match[1] ?? "");

const planner = sources("planner/**/*.ts");

test("the planner has files to hold the law", () => {
  expect(planner.length).toBeGreaterThan(30);
});

test.each(planner)("$file imports no I/O, no Pulumi and no shell", ({ text }) => {
  const outside = importsOf(text).filter(
    (path) =>
      /^(node:|@pulumi\/|fs$|path$|os$|child_process$|crypto$)/.test(path) ||
      /\/(cli|reports|components|tools|bench)\//.test(path) ||
      /catalog\/load/.test(path),
  );
  expect(outside).toEqual([]);
});

test.each(planner)("$file reads no clock, no randomness and no environment", ({ text }) => {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  expect(code).not.toMatch(/\bDate\b|Math\.random|process\.|performance\.now|globalThis|localeCompare|toLocale/);
});

test.each(sources("{planner,catalog,components,cli,reports}/**/*.ts"))("$file is a small room", ({ text }) => {
  expect(text.split("\n").length).toBeLessThanOrEqual(400);
});
