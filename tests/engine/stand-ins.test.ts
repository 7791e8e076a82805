import { describe, expect, test } from "vitest";
import { changesBetween, forcesReplacement } from "../../tools/engine/providers/changes.ts";
import { checkInputs, checkProviderInputs, unknownValue } from "../../tools/engine/providers/checkInputs.ts";
import { readInputTypes } from "../../tools/engine/providers/inputTypes.ts";
import { sdkInputTypes } from "../../tools/engine/providers/sdkInputTypes.ts";
import { engine } from "./fixtures/engine.ts";
import { EngineStack } from "./fixtures/engineStack.ts";

const types = readInputTypes();
const nodeGroup = "aws:eks/nodeGroup:NodeGroup";
const required = { clusterName: "c", nodeRoleArn: "arn", scalingConfig: { desiredSize: 1, maxSize: 1, minSize: 1 }, subnetIds: ["subnet"] };
const check = (token: string, inputs: Record<string, unknown>) =>
  checkInputs(types, token, inputs).map(({ property, reason }) => `${property} ${reason}`);

test("the table of inputs is that of the installed SDKs", () => {
  // Else: node tools/engine/providers/generateInputTypes.ts
  expect(types).toEqual(sdkInputTypes());
});

describe("a stand-in refuses", () => {
  test.each([
    ["an input that is not there", { ...required, instanceType: "g6.xlarge" }, "instanceType is no input of this type"],
    [
      "a typing error deep down",
      { ...required, taints: [{ effct: "NO_SCHEDULE", effect: "NO_SCHEDULE", key: "k" }] },
      "taints[0].effct is no input of this type",
    ],
    ["a missing input", { ...required, clusterName: undefined }, "clusterName is missing"],
    ["a missing input deep down", { ...required, scalingConfig: { desiredSize: 1, maxSize: 1 } }, "scalingConfig.minSize is missing"],
    ["a number where text belongs", { ...required, amiType: 3 }, "amiType must be a string, is a number"],
    ["text where a number belongs", { ...required, diskSize: "20" }, "diskSize must be a number, is a string"],
    ["one value where a list belongs", { ...required, subnetIds: "subnet" }, "subnetIds must be a list, is a string"],
    ["a list where a map belongs", { ...required, labels: ["a"] }, "labels must be a map, is a list"],
    ["an inherited name", { ...required, toString: "x" }, "toString is no input of this type"],
  ])("%s", (_, inputs, message) => {
    expect(check(nodeGroup, inputs)).toEqual([message]);
  });

  test("a Kubernetes object under another kind", () => {
    const failures = check("kubernetes:core/v1:Service", { apiVersion: "v1", kind: "Services", spec: { ports: [{ port: "80" }] } });
    expect(failures).toEqual(['kind must be "Service", is a string', "spec.ports[0].port must be a number, is a string"]);
  });

  test("a resource that the table does not have", () => {
    expect(check("aws:s3/bucket:Bucket", {})).toHaveLength(1);
  });

  test("a provider's inputs in the wrong form: they travel as text", () => {
    expect(checkProviderInputs(types, "aws", { region: "us-east-1", skipMetadataApiCheck: "true", version: "7.48.0" })).toEqual([]);
    expect(
      checkProviderInputs(types, "aws", { regoin: "us-east-1", skipMetadataApiCheck: '"yes"' }).map(({ property }) => property),
    ).toEqual(["regoin", "skipMetadataApiCheck"]);
  });
});

test("a stand-in accepts what the types allow, values that are not known yet among it", () => {
  expect(check(nodeGroup, required)).toEqual([]);
  expect(check(nodeGroup, { ...required, launchTemplate: { id: unknownValue, version: unknownValue }, subnetIds: unknownValue })).toEqual(
    [],
  );
  const ports = (targetPort: unknown) => check("kubernetes:core/v1:Service", { spec: { ports: [{ port: 80, targetPort }] } });
  expect([ports("http"), ports(8000)]).toEqual([[], []]);
  expect(ports(true)).toHaveLength(1);
});

test("a difference is found where it lies, in Pulumi's notation", () => {
  const old = { a: 1, labels: { "x.y/z": "1" }, list: [{ b: 1 }], gone: 1 };
  expect(changesBetween(old, { a: 1, labels: { "x.y/z": "2" }, list: [{ b: 1 }, { b: 2 }] })).toEqual([
    { path: "gone", kind: "delete" },
    { path: 'labels["x.y/z"]', kind: "update" },
    { path: "list[1]", kind: "add" },
  ]);
  expect(changesBetween(old, old)).toEqual([]);
});

test.each([
  [nodeGroup, "instanceTypes[0]", true],
  [nodeGroup, "subnetIds[1]", true],
  [nodeGroup, "launchTemplate.id", true],
  [nodeGroup, "launchTemplate.version", false],
  [nodeGroup, "scalingConfig.desiredSize", false],
  ["gcp:container/nodePool:NodePool", "nodeConfig.machineType", true],
  ["gcp:container/nodePool:NodePool", "nodeConfig.guestAccelerators[0].count", true],
  ["gcp:container/nodePool:NodePool", "nodeCount", false],
  ["kubernetes:apps/v1:Deployment", "spec.selector.matchLabels.app", true],
  ["kubernetes:apps/v1:Deployment", "spec.replicas", false],
  ["kubernetes:core/v1:Service", "metadata.name", true],
  ["kubernetes:core/v1:Service", "metadata.labels.team", false],
])("of %s, %s forces a replacement: %s", (type, path, forces) => {
  expect(forcesReplacement(type, path)).toBe(forces);
});

test.skipIf(engine.missing !== undefined)("the engine shows a refused input at its resource, and makes nothing", async () => {
  const stack = await EngineStack.create("dev");
  try {
    stack.edit("components/aws/nodeGroup.ts", "nodeRepairConfig: { enabled: true }", "nodeRepairConfig: { enable: true }");
    const { code, stdout } = await stack.run(["up", "--yes", "--skip-preview"]);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/aws:eks:NodeGroup \(dev-[\w-]+\):\s+error: .*nodeRepairConfig\.enable is no input of this type/);
    expect(stack.journal().filter(({ urn }) => urn.includes("NodeGroup"))).toEqual([]);
  } finally {
    stack.remove();
  }
});
