import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { bundled } from "./fixtures.ts";

const rowsOf = (path: string): Record<string, unknown>[] =>
  JSON.parse(readFileSync(new URL(`../../catalog/${path}`, import.meta.url), "utf8")).rows;

test.each([
  ["gpus.json", 58],
  ["instances/aws.json", 76],
  ["instances/gcp.json", 43],
  ["instances/static.json", 0],
  ["prices/aws.json", 532],
  ["prices/gcp.json", 258],
  ["spot-interruption/aws.json", 332],
])("%s holds %i rows", (path, count) => {
  expect(rowsOf(path)).toHaveLength(count);
});

test("the catalog holds every row of its files", () => {
  expect(bundled.gpus).toHaveLength(58);
  expect(bundled.instanceTypes).toHaveLength(119);
  expect(bundled.prices).toHaveLength(790);
  expect(bundled.models).toHaveLength(220);
  expect(bundled.spotInterruptions).toHaveLength(332);
});

test("docs/catalog.md counts the rows as they are", () => {
  const page = readFileSync(new URL("../../docs/catalog.md", import.meta.url), "utf8");
  const documented = Object.fromEntries(
    [...page.matchAll(/^\| `([^`]+)` \|.*\| (\d+) \|$/gm)].map(([, file, rows]) => [file, Number(rows)]),
  );
  expect(documented).toEqual({
    "gpus.json": bundled.gpus.length,
    "instances/{aws,gcp,static}.json": bundled.instanceTypes.length,
    "prices/{aws,gcp}.json": bundled.prices.length,
    "cpus.json": bundled.cpus.length,
    "spot-interruption/aws.json": bundled.spotInterruptions.length,
    "models/<organisation>.json": bundled.models.length,
    "variants.json": bundled.variants.length,
    "architectures.json": bundled.architectures.length,
  });
  const recalled = bundled.gpus.filter(({ verification }) => verification === "recalled");
  expect(page).toContain(`- ${recalled.length} GPU rows are from memory`);
});

test("565 on-demand and 584 spot prices are known, the rest is null and never 0", () => {
  const onDemand = bundled.prices.flatMap((price) => (price.onDemand === null ? [] : [price.onDemand.usdPerHour]));
  const spot = bundled.prices.flatMap((price) => (price.spot === null ? [] : [price.spot.usdPerHour]));
  expect(onDemand).toHaveLength(565);
  expect(spot).toHaveLength(584);
  expect(Math.min(...onDemand, ...spot)).toBeGreaterThan(0);
});

test("every estimated spot price is marked and as old as the older figure behind it", () => {
  const estimated = bundled.prices.filter((price) => price.spot?.estimated);
  expect(estimated).toHaveLength(186);
  for (const { onDemand, spot } of estimated) expect((spot?.asOf ?? "") <= (onDemand?.asOf ?? "")).toBe(true);
});

test("where only a bracket of days is known, a price carries the earliest", () => {
  const skypilot = bundled.prices.flatMap((price) => [price.onDemand, price.spot]).filter((quoted) => quoted?.source === "skypilot-aws-v9");
  expect(skypilot).toHaveLength(178 + 180);
  expect(new Set(skypilot.map((quoted) => quoted?.asOf))).toEqual(new Set(["2026-02-01"]));
});

test("the source of every price is explained in the head of its file", () => {
  const sources = bundled.prices.flatMap(({ onDemand, spot, committed1Year, committed3Year }) =>
    [onDemand, spot, committed1Year, committed3Year].flatMap((quoted) => (quoted === null ? [] : [quoted.source])),
  );
  for (const source of new Set(sources)) expect(bundled.sources).toHaveProperty([source]);
});

test("what is not sold on demand has no on-demand price, whatever its list price says", () => {
  const p5e = bundled.prices.filter((price) => price.instance === "p5e.48xlarge");
  expect(p5e.length).toBeGreaterThan(0);
  expect(p5e.map((price) => price.onDemand)).toEqual(p5e.map(() => null));
  const ultra = bundled.prices.filter((price) => price.instance === "a3-ultragpu-8g" && price.listUsdPerHour !== null);
  expect(ultra.every((price) => price.onDemand === null)).toBe(true);
});

test("rows are sorted, so that a file's order never reaches a plan", () => {
  for (const ids of [bundled.gpus, bundled.models, bundled.instanceTypes].map((rows) => rows.map((row) => row.id))) {
    expect(ids).toEqual(ids.toSorted());
  }
});

test("nothing in the catalog can be changed", () => {
  const isFrozenThrough = (value: unknown): boolean =>
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozenThrough));
  expect(isFrozenThrough(bundled)).toBe(true);
  expect(() => Object.assign(bundled.gpus[0] ?? {}, { memoryGB: 1 })).toThrow(TypeError);
});

test("the hash is that of the content: the same twice, another with an override", () => {
  expect(bundled.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(loadCatalog().catalog.sha256).toBe(bundled.sha256);
  const { catalog } = loadCatalog({ overridesText: "discounts: [{ cloud: gcp, market: spot, percent: 1 }]" });
  expect(catalog.sha256).not.toBe(bundled.sha256);
});

test("CUDA memory is the logged total where there is one", () => {
  const logged = bundled.gpus.filter((gpu) => gpu.cudaMemoryBytes !== null && !gpu.cudaMemoryEstimated && gpu.vendor !== "Apple");
  expect(logged.map((gpu) => gpu.id)).toContain("h100-sxm-80gb");
  for (const gpu of logged) {
    expect(gpu.cudaMemorySource).not.toBeNull();
    expect(gpu.cudaMemoryBytes).toBeLessThan(gpu.memoryUsableMiB === null ? gpu.memoryGB * 2 ** 30 : gpu.memoryUsableMiB * 2 ** 20);
  }
});

test("without a log CUDA memory follows the rule of its kind, is marked, and stays unknown without nvidia-smi's figure", () => {
  const l4 = bundled.gpus.find((gpu) => gpu.id === "l4");
  expect(l4).toMatchObject({ cudaMemoryEstimated: true, cudaMemoryBytes: (23034 - 455) * 2 ** 20 });
  expect(bundled.gpus.find((gpu) => gpu.id === "rtx-pro-4500-server")?.cudaMemoryBytes).toBeNull();
  expect(bundled.gpus.find((gpu) => gpu.id === "jetson-agx-orin-64gb")?.cudaMemoryBytes).toBeNull();
});

test("Apple GPUs get the working set that macOS allows: three quarters of the memory", () => {
  const apple = bundled.gpus.filter((gpu) => gpu.vendor === "Apple");
  expect(apple.map((gpu) => gpu.id)).toEqual(["m1-max-64gb", "m2-ultra", "m3-ultra", "m4-max"]);
  for (const gpu of apple) expect(gpu.cudaMemoryBytes).toBe(gpu.memoryGB * 2 ** 30 * 0.75);
});

test("the rules for CUDA memory are within 320 MiB of every log of the catalog", () => {
  for (const gpu of bundled.gpus) {
    const rule = bundled.cudaMemoryRules.find((candidate) => candidate.memoryKind === gpu.memoryKind);
    if (gpu.cudaMemoryBytes === null || gpu.cudaMemoryEstimated || gpu.memoryUsableMiB === null || rule === undefined) continue;
    const byRule = gpu.memoryUsableMiB - rule.nvidiaSmiMinusMiB;
    expect(Math.abs(byRule - gpu.cudaMemoryBytes / 2 ** 20)).toBeLessThan(320);
  }
});

test("one row is one line, so that a change of data is a readable diff", () => {
  const folders = ["instances", "prices", "models", "spot-interruption"];
  const files = folders.flatMap((folder) =>
    readdirSync(new URL(`../../catalog/${folder}/`, import.meta.url)).map((name) => `${folder}/${name}`),
  );
  for (const path of ["gpus.json", ...files]) {
    const text = readFileSync(new URL(`../../catalog/${path}`, import.meta.url), "utf8");
    const lines = text.slice(text.indexOf('"rows": [')).split("\n");
    expect(lines.filter((line) => line.startsWith('    {"')).length, path).toBe(rowsOf(path).length);
  }
});
