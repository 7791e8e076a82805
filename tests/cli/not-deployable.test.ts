import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gpufleet } from "./fixtures/run.ts";

const fixtures = new URL("../program/fixtures/", import.meta.url);
const reason = "is an Arm machine, whose image has no device plugin of its own; it is not supported yet";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gpu-fleet-planner-arm-"));
  for (const name of ["arm.fleet.yaml", "arm.catalog.yaml"]) cpSync(new URL(name, fixtures), join(directory, name));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const here = (...argv: string[]) => gpufleet(argv, { directory });

test("a fleet that the program cannot make yet is planned and priced, and the table says what stands in the way below its headline", async () => {
  const { code, out, err } = await here("plan", "arm.fleet.yaml");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^arm: \$43,800\.00 a month/);
  const [, second = ""] = out.split("\n\n");
  expect(second.split("\n")[0]).toBe("Cannot be deployed yet: the plan and its prices hold, and the Pulumi program refuses it.");
  expect(second).toContain(reason);
});

test("programs find the reasons in the JSON, and an empty list where there are none", async () => {
  expect(JSON.parse((await here("plan", "arm.fleet.yaml", "--json")).out).notDeployable).toEqual([
    expect.objectContaining({ code: "not-supported-yet", path: expect.stringMatching(/^pools\.\S*p6e-gb200-36xlarge/) }),
  ]);
  expect(
    JSON.parse((await gpufleet(["plan", "two.fleet.yaml", "--json"], { directory: `${import.meta.dirname}/fixtures` })).out),
  ).toHaveProperty("notDeployable", []);
});

test("such a fleet is kept like any other, and --check says again that it cannot be deployed", async () => {
  expect(await here("plan", "arm.fleet.yaml", "--write")).toMatchObject({ code: 0, out: expect.stringContaining("Wrote arm.plan.json") });
  expect(JSON.parse(readFileSync(join(directory, "arm.plan.json"), "utf8")).notDeployable).toHaveLength(1);
  const { code, out } = await here("plan", "arm.fleet.yaml", "--check");
  expect(code).toBe(0);
  expect(out).toMatch(/^arm\.plan\.json answers arm\.fleet\.yaml: [^\n]+\ncannot be deployed yet: pools\.[^\n]+\n/);
});

test("a reviewer reads it under what needs action", async () => {
  const { code, out } = await here("diff", "none", "arm.fleet.yaml", "--format", "markdown");
  expect(code).toBe(0);
  const [needed = ""] = /\*\*Needs action\*\*\n[^|]+/.exec(out) ?? [];
  expect(needed).toContain(reason);
});
