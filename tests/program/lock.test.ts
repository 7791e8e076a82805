import { RunError } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { recordResources } from "../../components/testing.ts";

test("a stack that requires a lock and has none stops before the first resource, with one line and no stack trace", async () => {
  const config = { "gpu-fleet-planner:spec": "tests/cli/fixtures/two.fleet.yaml", "gpu-fleet-planner:lock": "require" };
  const made: string[] = [];
  const options = { config, onResource: ({ type }: { type: string }) => made.push(type) };
  const failure: unknown = await recordResources(() => import("../../index.ts"), options).catch((error: unknown) => error);
  expect(RunError.isInstance(failure)).toBe(true);
  expect((failure as Error).message).toBe(
    "tests/cli/fixtures/two.plan.json: there is no lock: config.lock requires one; keep the fleet: npx gpufleet plan tests/cli/fixtures/two.fleet.yaml --write",
  );
  expect(made).toEqual(["pulumi:pulumi:Stack"]);
});
