import { RunError } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { recordResources } from "../../components/testing.ts";

test("mistakes in the spec stop the program with a line for each, and with no stack", async () => {
  const config = { "gpu-fleet-planner:spec": "tests/program/fixtures/mistakes.fleet.yaml" };
  const failure: unknown = await recordResources(() => import("../../index.ts"), { config }).catch((error: unknown) => error);
  expect(RunError.isInstance(failure)).toBe(true);
  const lines = (failure as Error).message.split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^tests\/program\/fixtures\/mistakes\.fleet\.yaml:4:5 workloads\[0\]\.model: .*Llama-3\.3-70B-Instruct/);
  expect(lines[1]).toMatch(/^tests\/program\/fixtures\/mistakes\.fleet\.yaml:6:5 workloads\[0\]\.qps: /);
});
