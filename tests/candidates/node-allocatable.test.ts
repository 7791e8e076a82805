import { expect, test } from "vitest";
import { instanceFamily } from "../../catalog/instance-family.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { hostShare } from "../../planner/candidates/host-share.ts";
import { allocatable } from "../../planner/candidates/node-allocatable.ts";

const { catalog } = loadCatalog();

test("every instance leaves pods something, less than it has", () => {
  for (const instance of catalog.instanceTypes) {
    const room = allocatable(instance, catalog.serving);
    expect(room.vcpus, instance.id).toBeGreaterThan(0);
    expect(room.vcpus, instance.id).toBeLessThan(instance.vcpus);
    expect(room.memoryBytes, instance.id).toBeGreaterThan(0.5 * instance.memoryBytes);
    expect(room.memoryBytes, instance.id).toBeLessThan(instance.memoryBytes);
  }
});

test("GKE's published example holds: a node of 7.5 GiB keeps 1.76 GiB and the eviction threshold", () => {
  const [gcp] = catalog.instanceTypes.filter(({ cloud }) => cloud === "gcp");
  if (gcp === undefined) throw new Error("no GCP instance in the catalog");
  const node = { ...gcp, memoryBytes: 7.5 * 2 ** 30, allocatableMemoryBytes: null };
  const kept = node.memoryBytes - allocatable(node, catalog.serving).memoryBytes - catalog.serving.node.daemonMemoryBytes;
  expect(kept / 2 ** 30).toBeCloseTo(0.25 * 4 + 0.2 * 3.5 + 100 / 1024, 6);
});

test("the shares of a full node fit the node", () => {
  for (const instance of catalog.instanceTypes.filter(({ gpuCount }) => gpuCount > 0)) {
    const room = allocatable(instance, catalog.serving);
    const offer = { slotsPerNode: instance.gpuCount, allocatableVcpus: room.vcpus, allocatableMemoryBytes: room.memoryBytes };
    const share = hostShare(offer, 1);
    expect(share.vcpus * instance.gpuCount, instance.id).toBeLessThanOrEqual(room.vcpus + 1e-9);
    expect(share.memoryBytes * instance.gpuCount, instance.id).toBeLessThanOrEqual(room.memoryBytes);
  }
});

test.each([
  ["p5.48xlarge", "p5"],
  ["g6e.xlarge", "g6e"],
  ["a3-highgpu-8g", "a3-highgpu"],
  ["g2-standard-4", "g2-standard"],
  ["n1-standard-8+1xT4", "n1-standard"],
])("%s belongs to family %s", (id, family) => expect(instanceFamily(id)).toBe(family));
