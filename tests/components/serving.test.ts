import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drain, p99RequestSeconds } from "../../components/serving/drain.ts";
import { networkPolicySpec } from "../../components/serving/networkPolicy.ts";
import { probes } from "../../components/serving/probes.ts";
import { startupBudget } from "../../components/serving/startup.ts";
import { diskShareBytes, sharedMemoryBytes } from "../../components/serving/storage.ts";
import { testDeployment, testPool, testWorkload } from "../../components/testPlan.ts";
import { allocatableDiskBytes, diskBytesFor } from "../../planner/plan/node-disk.ts";
import { gibibyte } from "../../planner/units.ts";

const clouds = fc.constantFrom("aws", "gcp", "static");
const markets = fc.constantFrom("on-demand", "spot", "static");
const requestSeconds = fc.oneof(fc.double({ min: 0, max: 5000, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY));

describe("drain", () => {
  test("pre-stop, the engine's own deadline and 5 s of margin fill the grace period exactly", () => {
    fc.assert(
      fc.property(markets, clouds, requestSeconds, (market, cloud, seconds) => {
        const { preStopSeconds, shutdownTimeoutSeconds, terminationGracePeriodSeconds } = drain(market, cloud, seconds);
        expect(preStopSeconds + shutdownTimeoutSeconds + 5).toBe(terminationGracePeriodSeconds);
        expect(shutdownTimeoutSeconds).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("a spot replica is gone before the cloud takes its node: 110 s on EC2, 15 s on GKE", () => {
    fc.assert(
      fc.property(requestSeconds, (seconds) => {
        expect(drain("spot", "aws", seconds).terminationGracePeriodSeconds).toBeLessThanOrEqual(110);
        expect(drain("spot", "gcp", seconds).terminationGracePeriodSeconds).toBeLessThanOrEqual(15);
      }),
    );
  });

  test("elsewhere a long answer is finished, up to ten minutes in all", () => {
    expect(drain("on-demand", "aws", 95)).toEqual({ preStopSeconds: 30, shutdownTimeoutSeconds: 95, terminationGracePeriodSeconds: 130 });
    expect(drain("on-demand", "gcp", Number.POSITIVE_INFINITY).terminationGracePeriodSeconds).toBe(600);
  });

  test("the longest wait follows from the targets and the mean answer, and has no end where there is no target", () => {
    const workload = testWorkload({ name: "w", model: "m", deployments: [], slo: { ttftP95Ms: 2000, tpotP95Ms: 50 } });
    expect(p99RequestSeconds(workload)).toBeCloseTo(2 + 400 * 4.605 * 0.05, 1);
    expect(p99RequestSeconds({ ...workload, slo: { ttftP95Ms: 2000 } })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("start-up", () => {
  const weights = fc.record({ source: fc.constantFrom("hf" as const, "s3" as const), bytes: fc.integer({ min: 1e9, max: 1e12 }) });

  test("the startup probe waits at least twice as long as a start is expected to take, and ten minutes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), weights, (startupSeconds, { source, bytes }) => {
        const { engineSeconds, rolloutSeconds } = startupBudget(
          testDeployment({
            name: "d",
            pool: "p",
            startupSeconds,
            weights: { ...testDeployment({ name: "d", pool: "p" }).weights, source, bytes },
          }),
        );
        const { periodSeconds, failureThreshold } = probes(engineSeconds).startupProbe as {
          periodSeconds: number;
          failureThreshold: number;
        };
        expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(Math.max(600, 2 * startupSeconds));
        expect(rolloutSeconds).toBeGreaterThan(periodSeconds * failureThreshold - periodSeconds);
        if (source === "hf" && bytes >= 200e9) expect(engineSeconds).toBeGreaterThanOrEqual(3600);
      }),
    );
  });

  test("every probe asks /health, which needs no API key", () => {
    for (const probe of Object.values(probes(600))) expect(probe.httpGet).toEqual({ path: "/health", port: "http" });
  });
});

describe("disk and shared memory", () => {
  test("a disk sized for its pods leaves them exactly what they need", () => {
    fc.assert(
      fc.property(clouds, fc.integer({ min: 1, max: 8000 }), (cloud, needGiB) => {
        const disk = diskBytesFor(cloud, needGiB * gibibyte);
        expect(allocatableDiskBytes(cloud, disk) / gibibyte).toBeCloseTo(needGiB, 3);
        expect(allocatableDiskBytes(cloud, disk - gibibyte)).toBeLessThan(needGiB * gibibyte);
      }),
    );
  });

  test("replicas that fill a node's GPUs never ask for more disk than it has", () => {
    const pool = testPool({ name: "p", cluster: "c", cloud: "gcp", instanceType: "a3-highgpu-8g", gpu: "h100-sxm-80gb", gpusPerNode: 8 });
    for (const gpus of [1, 2, 4, 8]) {
      expect((8 / gpus) * diskShareBytes(pool, gpus)).toBeLessThanOrEqual(allocatableDiskBytes("gcp", pool.diskBytes));
    }
  });

  test("/dev/shm grows with the replica and never takes more than a quarter of its memory", () => {
    const shm = (gpusPerReplica: number, memoryGiB: number) =>
      sharedMemoryBytes({ gpusPerReplica, memoryBytesPerReplica: memoryGiB * gibibyte }) / gibibyte;
    expect([shm(1, 64), shm(2, 128), shm(8, 1900)]).toEqual([2, 10, 20]);
    expect(shm(4, 20)).toBe(5);
  });
});

describe("network policy", () => {
  const policy = (source: "hf" | "s3" | "gs" | "volume") => {
    const base = testDeployment({ name: "d", pool: "p" });
    return JSON.stringify(
      networkPolicySpec(testWorkload({ name: "w", model: "m", deployments: [{ ...base, weights: { ...base.weights, source } }] })),
    );
  };

  test("only the engine's port is open, and only to the fleet's namespace and to those let in by a label", () => {
    const { ingress } = JSON.parse(policy("hf"));
    expect(ingress).toEqual([
      {
        from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: { "gpu-fleet-planner/client": "true" } } }],
        ports: [{ protocol: "TCP", port: 8000 }],
      },
    ]);
  });

  test("a replica reaches the node's metadata server only where its weights need the pod's identity", () => {
    const isOpen = (source: "hf" | "s3" | "gs" | "volume") => /"cidr":"169\.254\.169\.254\/32"/.test(policy(source));
    expect(["hf", "s3", "gs", "volume"].filter((source) => isOpen(source as "hf"))).toEqual(["gs"]);
    expect(policy("volume")).not.toContain('"port":443');
  });
});
