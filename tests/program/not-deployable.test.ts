import { RunError } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { type RecordedResource, recordResources } from "../../components/testing.ts";

test("a plan that cannot be deployed yet stops the program before the first resource, with a line for each reason and no stack", async () => {
  const made: RecordedResource[] = [];
  const config = {
    "gpu-fleet-planner:spec": "tests/program/fixtures/arm.fleet.yaml",
    "gpu-fleet-planner:clusters": JSON.stringify({
      "aws-us-east-1": {
        clusterName: "prod",
        renderYamlToDirectory: "rendered",
        nodeRoleArn: "arn:aws:iam::123456789012:role/nodes",
        subnetIdsByZone: { "us-east-1a": "a", "us-east-1b": "b", "us-east-1c": "c" },
      },
    }),
  };
  const failure: unknown = await recordResources(() => import("../../index.ts"), { config, onResource: (one) => made.push(one) }).catch(
    (error: unknown) => error,
  );
  expect(RunError.isInstance(failure)).toBe(true);
  expect((failure as Error).message).toMatch(/^pools\.\S+: p6e-gb200\.36xlarge is an Arm machine, [^\n]+$/);
  expect(made.filter(({ type }) => type !== "pulumi:pulumi:Stack")).toEqual([]);
});
