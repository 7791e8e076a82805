import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RunError } from "@pulumi/pulumi";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { bindingSchema } from "../../components/stackConfig.ts";
import { type RecordedResource, type Recording, recordResources } from "../../components/testing.ts";
import { readStackFile } from "../../tools/preview/stackFile.ts";
import { gpufleet } from "../cli/fixtures/run.ts";

const root = new URL("../../", import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** What the stack that made the clusters says of them. */
const infra = {
  eksClusterName: "prod-use1",
  gkeClusterName: "prod-usc1",
  kubeconfig: "apiVersion: v1",
  gpuNodeRoleArn: "arn:aws:iam::123456789012:role/gpu-nodes",
  privateSubnetIdsByZone: { "us-east-1a": "subnet-a", "us-east-1b": "subnet-b" },
  project: "acme-ml",
  gkeLocation: "us-central1-a",
  gpuNodeServiceAccount: "gpu-nodes@acme-ml.iam.gserviceaccount.com",
};

interface Otherwise {
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, string>>;
  readonly onResource?: (resource: RecordedResource) => void;
}

function run(stack: string, { outputs = infra, config = {}, ...options }: Otherwise = {}): Promise<Recording> {
  const file = readStackFile(root, stack);
  const stackOutputs = { "organization/infra/prod": outputs };
  return recordResources(() => import("../../index.ts"), { stack, config: { ...file.config, ...config }, stackOutputs, ...options });
}

const ofType = ({ resources }: Recording, type: string): RecordedResource[] => resources.filter((resource) => resource.type === type);

// The program runs when it is loaded.
beforeEach(() => vi.resetModules());

describe("the example of an EKS cluster", () => {
  test("takes what it says of the cluster from the other stack, down to the node groups", async () => {
    const recording = await run("example-eks");
    const groups = ofType(recording, "aws:eks/nodeGroup:NodeGroup");
    expect(groups.map(({ inputs }) => inputs.capacityType).toSorted()).toEqual(["ON_DEMAND", "SPOT"]);
    for (const { inputs, provider } of groups) {
      expect(inputs).toMatchObject({ clusterName: infra.eksClusterName, nodeRoleArn: infra.gpuNodeRoleArn });
      expect(provider).toBe("aws-us-east-1");
    }
    const subnets = groups.flatMap(({ inputs }) => inputs.subnetIds);
    expect([...new Set(subnets)].toSorted()).toEqual(["subnet-a", "subnet-b"]);
    expect(ofType(recording, "pulumi:providers:aws")).toMatchObject([
      { inputs: { region: "us-east-1", allowedAccountIds: '["123456789012"]' } },
    ]);
    expect(ofType(recording, "pulumi:providers:kubernetes")).toMatchObject([{ inputs: { kubeconfig: "[secret]" } }]);
    expect(recording.outputs.usdPerMonth).toBeGreaterThan(0);
  });

  test("turns the token for gated weights into the secret that the workload names", async () => {
    const config = { "gpu-fleet-planner:huggingFaceToken": "hf_made_up" };
    const [secret, ...others] = ofType(await run("example-eks", { config }), "kubernetes:core/v1:Secret");
    expect(others).toEqual([]);
    expect(secret?.inputs).toMatchObject({ metadata: { name: "hf-token", namespace: "example-eks" }, stringData: "[secret]" });
  });
});

test("the example of a GKE cluster takes what it says of the cluster from the other stack, down to the node pools", async () => {
  const recording = await run("example-gke");
  const pools = ofType(recording, "gcp:container/nodePool:NodePool");
  expect(pools.length).toBeGreaterThan(1);
  for (const { inputs, provider } of pools) {
    expect(inputs).toMatchObject({ cluster: infra.gkeClusterName, project: infra.project, location: infra.gkeLocation });
    expect(inputs.nodeConfig).toMatchObject({ serviceAccount: infra.gpuNodeServiceAccount });
    expect(provider).toBe("gcp-acme-ml-us-central1");
  }
  expect(ofType(recording, "pulumi:providers:gcp")).toMatchObject([{ inputs: { project: infra.project, region: "us-central1" } }]);
  expect(ofType(recording, "pulumi:providers:kubernetes")).toMatchObject([{ inputs: { kubeconfig: "[secret]" } }]);
});

const { kubeconfig: _, ...withoutKubeconfig } = infra;

test.each<[string, Otherwise, string]>([
  [
    "a cluster that is bound to nothing",
    { config: { "gpu-fleet-planner:clusters": "{}" } },
    "config.clusters.prod: the plan uses the cluster prod (aws, us-east-1) and the stack does not say which cluster that is; add it to the stack's config",
  ],
  [
    "a zone of the plan without a subnet",
    { outputs: { ...infra, privateSubnetIdsByZone: { "us-east-1a": "subnet-a" } } },
    "config.clusters.prod.subnetIdsByZone: no subnet for zone us-east-1b, where the plan has a pool",
  ],
  [
    "an output that the other stack does not have",
    { outputs: withoutKubeconfig },
    "config.clusters.prod.kubeconfig: the stack organization/infra/prod has no output kubeconfig that can be read here; list its outputs: pulumi stack output --stack organization/infra/prod",
  ],
])("%s is one line, before anything is made", async (_what, otherwise, line) => {
  const made = new Set<string>();
  const failure: unknown = await run("example-eks", { ...otherwise, onResource: ({ type }) => made.add(type) }).catch((error) => error);
  expect(RunError.isInstance(failure)).toBe(true);
  expect((failure as Error).message).toBe(line);
  made.delete("pulumi:pulumi:StackReference");
  expect([...made]).toEqual(["pulumi:pulumi:Stack"]);
});

test("docs/deploy.md lists every config key that the program reads, and no other", () => {
  const [, section = ""] = /\n## Config\n(.*?)\n## /s.exec(text("docs/deploy.md")) ?? [];
  const firstCells = section.split("\n").flatMap((line) => /^\| (`.*?) \|/.exec(line)?.[1] ?? []);
  const documented = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => key));
  const source = text("components/stackConfig.ts");
  const credentials = (["aws", "gcp"] as const).flatMap((namespace) => {
    const [, body = ""] = new RegExp(`new pulumi\\.Config\\("${namespace}"\\);(.*?)\\n}`, "s").exec(source) ?? [];
    return [...body.matchAll(/config\.\w+(?:<[^>]+>)?\("(\w+)"\)/g)].map(([, key]) => `${namespace}:${key}`);
  });
  expect(credentials).toEqual(expect.arrayContaining(["aws:profile", "aws:allowedAccountIds", "gcp:impersonateServiceAccount"]));
  const project = parse(text("Pulumi.yaml")) as { config: Record<string, unknown> };
  const read = [...Object.keys(project.config), ...Object.keys(bindingSchema.shape), ...credentials];
  expect(documented.toSorted()).toEqual(read.toSorted());
});

test("every gpufleet command in docs/deploy.md runs", async () => {
  const blocks = [...text("docs/deploy.md").matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  const commands = blocks.flatMap((block) => [...block.matchAll(/^npx gpufleet ([^#\n]+)/gm)].map(([, command = ""]) => command.trim()));
  expect(commands.length).toBeGreaterThan(2);
  for (const command of commands) {
    const args = command.replaceAll('"', "").replace("$STACK", "dev").replace(" --write", "").split(" ");
    expect(await gpufleet(args, { directory: fileURLToPath(root) })).toMatchObject({ code: 0, err: "" });
  }
});

test("the policy in docs/deploy.md is one, and passes the nodes' role and no other", () => {
  const [, json = ""] = /```json\n(.*?)```/s.exec(text("docs/deploy.md")) ?? [];
  const { Statement } = JSON.parse(json) as { Statement: { Effect: string; Action: string | string[]; Resource: string }[] };
  const passing = Statement.filter(({ Action }) => [Action].flat().includes("iam:PassRole"));
  expect(passing).toMatchObject([{ Effect: "Allow", Resource: expect.stringMatching(/^arn:aws:iam::\d{12}:role\/[\w-]+$/) }]);
  for (const { Action } of Statement) for (const action of [Action].flat()) expect(action).toMatch(/^(ec2|eks|iam):[A-Z][A-Za-z]+$/);
});
