import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { FleetPlan, FleetSpec } from "../../planner/index.ts";
import { racks } from "../fleets/racks.ts";
import type { Plan, Spec } from "./breaks/break.ts";
import { form, latencies, memory, money } from "./breaks/figures.ts";
import { deployable, limits, nodes } from "./breaks/fleet.ts";
import { hosts } from "./breaks/hosts.ts";
import { hours } from "./breaks/hours.ts";
import { demand, layouts, losses } from "./breaks/service.ts";
import { wishes } from "./breaks/wishes.ts";
import { checkPlan } from "./check-plan.ts";
import { goodPlan } from "./fixtures.ts";
import { readRawCatalog } from "./raw-catalog.ts";

const catalog = readRawCatalog(racks.overridesText);
let good: { spec: FleetSpec; plan: FleetPlan };

beforeAll(async () => {
  good = await goodPlan();
});

test("a plan of the planner is accepted", () => {
  expect(checkPlan(good.spec, good.plan, catalog)).toEqual([]);
});

test.each([
  ...demand,
  ...losses,
  ...layouts,
  ...nodes,
  ...hours,
  ...limits,
  ...deployable,
  ...wishes,
  ...hosts,
  ...memory,
  ...latencies,
  ...money,
  ...form,
])("%s is seen", (_, complaint, breakIt) => {
  const spec: Spec = structuredClone(good.spec) as Spec;
  const plan: Plan = structuredClone(good.plan) as Plan;
  breakIt(plan, spec);
  expect(checkPlan(spec, plan, catalog)).toContainEqual(expect.stringMatching(complaint));
});

test("the checker takes nothing but types from the program", () => {
  const rules = readdirSync(new URL("rules/", import.meta.url)).map((name) => `rules/${name}`);
  const imports = ["check-plan.ts", "subject.ts", "raw-catalog.ts", ...rules].flatMap((path) =>
    [...readFileSync(new URL(path, import.meta.url), "utf8").matchAll(/^import .*/gm)].map(([line]) => `${path}: ${line}`),
  );
  const ofTheProgram = imports.filter((line) => /"[./]+\/(planner|catalog|components|reports|cli)\//.test(line));
  expect(ofTheProgram).not.toEqual([]);
  expect(ofTheProgram.filter((line) => !line.includes(": import type "))).toEqual([]);
});
