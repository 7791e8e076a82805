import { expect, test } from "vitest";
import { readStackConfig } from "../../components/stackConfig.ts";
import { recordResources } from "../../components/testing.ts";

const prefix = "gpu-fleet-planner:";

async function read(config: Record<string, unknown>, stackOutputs: Record<string, Record<string, unknown>> = {}) {
  const text = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.includes(":") ? key : prefix + key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  let result: Awaited<ReturnType<typeof readStackConfig>> | undefined;
  const recording = await recordResources(
    async () => {
      result = await readStackConfig();
      return { clusters: result.config.clusters, credentials: result.config.credentials };
    },
    { stack: "prod", config: text, stackOutputs },
  );
  if (result === undefined) throw new Error("the config was not read");
  return { ...result, recording };
}

test("without any config the spec is the stack's own, and nothing is wrong", async () => {
  const { config, findings } = await read({});
  expect(findings).toEqual([]);
  expect(config).toMatchObject({ spec: "stacks/prod.fleet.yaml", clusters: {}, tags: {}, huggingFaceToken: undefined });
});

test("an empty spec or token, as Pulumi.yaml's defaults give them, is none", async () => {
  const { config } = await read({ spec: "", huggingFaceToken: "" });
  expect(config).toMatchObject({ spec: "stacks/prod.fleet.yaml", huggingFaceToken: undefined });
});

test("a binding may take a value from another stack, which is read once", async () => {
  const from = (output: string) => ({ stack: "organization/infra/prod", output });
  const clusters = {
    use1: { clusterName: from("name"), kubeconfig: from("kubeconfig"), subnetIdsByZone: from("subnets"), context: "admin" },
  };
  const outputs = { name: "prod", kubeconfig: "apiVersion: v1", subnets: { "us-east-1a": "subnet-1" } };
  const { findings, recording } = await read({ clusters }, { "organization/infra/prod": outputs });
  expect(findings).toEqual([]);
  expect(recording.outputs.clusters).toEqual({
    use1: { clusterName: "prod", kubeconfig: "apiVersion: v1", subnetIdsByZone: outputs.subnets, context: "admin" },
  });
});

test("a misspelt key is named by its path, and all mistakes come at once", async () => {
  const { findings } = await read({ clusters: { use1: { kubeConfig: "x", project: 7 } }, tags: { owner: 3 } });
  expect(findings.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["config.clusters.use1", "config.clusters.use1.project", "config.tags.owner"]),
  );
});

test("a lock is used where there is one unless the config says otherwise, and a word that is none stops the program", async () => {
  for (const lock of ["require", "use", "ignore"]) {
    const { config, findings } = await read({ lock });
    expect({ lock: config.lock, findings }).toEqual({ lock, findings: [] });
  }
  for (const none of [{}, { lock: "" }]) expect((await read(none)).config.lock).toBe("use");
  expect((await read({ lock: "maybe" })).findings).toMatchObject([
    { code: "invalid-config", path: "config.lock", message: "expected one of require, use, ignore" },
  ]);
});

test("the stack's aws and gcp config is what the explicit providers get", async () => {
  const { recording } = await read({ "aws:accessKey": "AKIA", "aws:skipCredentialsValidation": "true", "gcp:accessToken": "token" });
  expect(recording.outputs.credentials).toEqual({
    aws: { accessKey: "AKIA", skipCredentialsValidation: true },
    gcp: { accessToken: "token" },
  });
});

test("autoscaling is none unless keda is asked for, and nothing else is known", async () => {
  expect((await read({})).config.autoscaling).toBe("none");
  expect((await read({ autoscaling: "keda" })).config.autoscaling).toBe("keda");
  const { findings } = await read({ autoscaling: "hpa" });
  expect(findings).toMatchObject([{ code: "invalid-config", path: "config.autoscaling", message: "expected one of none, keda" }]);
});
