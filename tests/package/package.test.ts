import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { canonicalJson } from "../../planner/canonical-json.ts";
import { planFleet } from "../../planner/index.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { type Ended, execute, type Installed, installPackage, link } from "./installed.ts";

const specFile = fileURLToPath(new URL("fixtures/mine.fleet.yaml", import.meta.url));
const bin = join("node_modules", "gpu-fleet-planner", "bin", "gpufleet.js");

let installed: Installed;
beforeAll(() => {
  installed = installPackage();
}, 120_000);
afterAll(() => installed && rmSync(installed.folder, { recursive: true, force: true }));

const node = (...argv: string[]): Promise<Ended> => execute(process.execPath, argv, installed.folder);

/** The bin as a Node of that version sees it. */
const asNode = (version: string, ...argv: string[]): Promise<Ended> =>
  node("--import", `data:text/javascript,Object.defineProperty(process,"version",{value:"${version}"})`, bin, ...argv);

test("the package holds what runs, its types and its data, and nothing of the workshop", () => {
  const folders = new Set(installed.files.map((path) => path.split("/")[0]));
  const expected = ["CHANGELOG.md", "LICENSE", "README.md", "bin", "dist", "package.json", "stacks"];
  expect([...folders].toSorted()).toEqual(expected);
  expect(installed.files.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
  expect(installed.files.filter((path) => /^dist\/(tests|tools|bench|bin)\//.test(path))).toEqual([]);
  for (const target of Object.values(installed.manifest.exports).flatMap((one) => (typeof one === "string" ? [one] : Object.values(one)))) {
    expect(installed.files).toContain(target.replace(/^\.\//, ""));
  }
});

test("a program that imports it gets the plan of the checkout to the byte, and the resources", async () => {
  const { out, err } = await node("plans.mjs", "mine.fleet.yaml");
  expect(err).toBe("");
  const { plan, types } = JSON.parse(out);
  const { catalog } = loadCatalog();
  const { spec, assumptions } = readSpec(readFileSync(specFile, "utf8"), { file: "mine.fleet.yaml", catalog });
  if (spec === null) throw new Error("the fixture is a valid spec");
  expect(plan).toBe(canonicalJson(await planFleet(spec, catalog, {}, { assumptions })));
  expect(types).toEqual(
    expect.arrayContaining(["GpuFleet", "NodePool", "InferenceService", "CostReport"].map((name) => `gpu-fleet-planner:index:${name}`)),
  );
});

const typedProgram = `
import { type FleetPlan, loadCatalog, type PlanContext, planFleet, readSpec } from "gpu-fleet-planner";
import { type CostReportArgs, costReportArgs, GpuFleet } from "gpu-fleet-planner/components";
import { testPlan } from "gpu-fleet-planner/components/testing";

const context: PlanContext = { plannerVersion: "1" };
const { catalog } = loadCatalog();
const { spec } = readSpec("", { file: "x", catalog });
export const plan: Promise<FleetPlan> | null = spec === null ? null : planFleet(spec, catalog, {}, context);
export const report: CostReportArgs = costReportArgs(testPlan({ clusters: [], pools: [], workloads: [] }));
export const fleet = (one: FleetPlan): GpuFleet => new GpuFleet("mine", { plan: one, catalog, clusters: {} });
// @ts-expect-error types that do not resolve would be any, and this no error
export const currency: number = report.currency;
// @ts-expect-error
planFleet("no spec", catalog);
`;

test("TypeScript finds the types of every entry", async () => {
  writeFileSync(join(installed.folder, "typed.mts"), typedProgram);
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2024"];
  expect(await node(tsc, ...options, "typed.mts")).toEqual({ code: 0, out: "", err: "" });
});

test("the command line plans, keeps the plan and finds it valid", async () => {
  const written = await node(bin, "plan", "mine.fleet.yaml", "--write");
  expect(written).toMatchObject({ code: 0, err: "" });
  expect(written.out).toContain("Wrote mine.plan.json");
  expect(await node(bin, "plan", "mine.fleet.yaml", "--check")).toMatchObject({ code: 0, err: "" });
  expect(await node(bin, "--version")).toMatchObject({ code: 0, out: `${manifestVersion()}\n` });
});

test("the command line and the library run on Node 22", async ({ skip }) => {
  const node22 = process.env.NODE_22;
  if (node22 === undefined) return skip("NODE_22 holds no path of a Node 22");
  const on22 = (...argv: string[]): Promise<Ended> => execute(node22, argv, installed.folder);
  expect((await on22("--version")).out).toMatch(/^v22\./);
  expect(await on22(bin, "plan", "mine.fleet.yaml")).toMatchObject({ code: 0, err: "" });
  expect(await on22("plans.mjs", "mine.fleet.yaml")).toMatchObject({ code: 0, err: "" });
});

test("an old Node hands over to the package's own, and without that one says in one line what is needed", async () => {
  const alone = await asNode("v18.20.4", "plan", "mine.fleet.yaml");
  expect(alone).toMatchObject({ code: 1, out: "" });
  expect(alone.err).toMatch(/^gpufleet: needs Node 22\.18 or newer, this is v18\.20\.4; [^\n]+\n$/);
  const own = Object.keys(installed.manifest.optionalDependencies).filter((name) =>
    existsSync(fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url))),
  );
  for (const name of own) link(installed.folder, name);
  const helped = await asNode("v18.20.4", "--version");
  if (own.length > 0) expect(helped).toEqual({ code: 0, out: `${manifestVersion()}\n`, err: "" });
});

const manifestVersion = (): string => JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
