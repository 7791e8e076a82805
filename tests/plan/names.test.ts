import fc from "fast-check";
import { expect, test } from "vitest";
import type { Layout } from "../../planner/layouts/layout.ts";
import { deploymentName, poolName } from "../../planner/plan/names.ts";

const pool = {
  cluster: "prod-use1",
  cloud: "aws",
  region: "us-east-1",
  instanceType: "p5.48xlarge",
  market: "on-demand",
  zone: null,
} as const;

const layout: Layout = {
  gpu: "l40s",
  tensorParallel: 2,
  pipelineParallel: 1,
  dataParallel: 1,
  expertParallel: 1,
  precision: "fp8",
  kvCacheDtype: "auto",
  maxModelLen: 8192,
  maxNumSeqs: 256,
  maxNumBatchedTokens: 2048,
  gpuMemoryUtilization: 0.9,
  enforceEager: false,
};

test("a pool is named by cluster, instance type, market and the zone it is bound to", () => {
  expect(poolName(pool)).toBe("prod-use1-p5-48xlarge-on-demand");
  expect(poolName({ ...pool, market: "spot", zone: "us-east-1b" })).toBe("prod-use1-p5-48xlarge-spot-b");
  expect(poolName({ ...pool, cloud: "gcp", cluster: "g", instanceType: "n1-standard-8+1xT4", region: "r", zone: "r-c" })).toBe(
    "g-n1-standard-8-1xt4-on-demand-c",
  );
});

test("a deployment is named by workload, layout and pool, and a long name ends in a hash of the whole", () => {
  expect(deploymentName("chat", layout, "p-g6e-spot-b")).toBe("chat-l40s-tp2-fp8-p-g6e-spot-b");
  expect(deploymentName("chat", layout, "prod-use1-g6e-12xlarge-spot-b")).toBe("chat-l40s-tp2-fp8-prod-use1-g6e-12xlarg-6bdb83");
});

test("what may change from plan to plan is not in a deployment's name", () => {
  const tuned = { ...layout, maxNumSeqs: 64, maxNumBatchedTokens: 8192, maxModelLen: 4096, gpuMemoryUtilization: 0.8 };
  expect(deploymentName("chat", tuned, "p")).toBe(deploymentName("chat", layout, "p"));
});

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/);

test("names are valid Kubernetes names inside the clouds' limits and differ where their parts differ", () => {
  fc.assert(
    fc.property(name, name, fc.constantFrom("aws" as const, "gcp" as const), (a, b, cloud) => {
      const [first, second] = [a, b].map((cluster) => poolName({ ...pool, cloud, cluster, zone: "us-east-1a" }));
      expect(first).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
      expect(first?.length).toBeLessThanOrEqual(cloud === "gcp" ? 32 : 55);
      // Runs of hyphens collapse into one: the spec allows no name that differs only by those.
      if (a.replaceAll(/-+/g, "-") !== b.replaceAll(/-+/g, "-")) expect(first).not.toBe(second);
      expect(deploymentName(a, layout, first ?? "").length).toBeLessThanOrEqual(46);
    }),
  );
});
