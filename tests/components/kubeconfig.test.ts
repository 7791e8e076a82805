import { expect, test } from "vitest";
import { kubeconfigOf } from "../../components/kubeconfig.ts";
import { recordResources } from "../../components/testing.ts";
import { named, recordFleet } from "./fixtures/fleet.ts";
import { clusters } from "./fixtures/plan.ts";

const answers = {
  "aws:eks/getCluster:getCluster": { name: "prod-use1", endpoint: "https://abc.eks", certificateAuthorities: [{ data: "Q0E=" }] },
  "gcp:container/getCluster:getCluster": { endpoint: "10.0.0.2", masterAuths: [{ clusterCaCertificate: "R0NB" }] },
};

async function kubeconfig(cloud: "aws" | "gcp", clusterName: string) {
  const { outputs } = await recordResources(
    () => ({ text: kubeconfigOf({ name: "c", cloud, region: "us-east-1" }, { clusterName }, {}) }),
    { answers },
  );
  return JSON.parse(outputs.text as string);
}

test("a cluster that is bound by its name is reached through what the cloud says of it, with a token fetched on each use", async () => {
  const eks = await kubeconfig("aws", "prod-use1");
  expect(eks.clusters[0].cluster).toEqual({ server: "https://abc.eks", "certificate-authority-data": "Q0E=" });
  expect(eks.users[0].user.exec).toMatchObject({ command: "aws", args: expect.arrayContaining(["get-token", "prod-use1", "us-east-1"]) });
  const gke = await kubeconfig("gcp", "prod-usc1");
  expect(gke.clusters[0].cluster).toEqual({ server: "https://10.0.0.2", "certificate-authority-data": "R0NB" });
  expect(gke.users[0].user.exec.command).toBe("gke-gcloud-auth-plugin");
});

test("a kubeconfig is never shown", async () => {
  const { renderYamlToDirectory: _, ...use1 } = clusters.use1 ?? {};
  const recording = await recordFleet({ clusters: { ...clusters, use1: { ...use1, kubeconfig: "very secret" } } });
  expect(named(recording, "kubernetes", "kubernetes-use1").inputs.kubeconfig).toBe("[secret]");
});
