import fc from "fast-check";
import { expect, test } from "vitest";
import { nodePatterns } from "../../planner/packing/node-patterns.ts";

test("replicas of power-of-two size fill equal nodes whenever their GPUs fit in number", () => {
  const tenants = fc.array(fc.record({ gpusPerReplica: fc.constantFrom(1, 2, 4, 8), replicas: fc.integer({ min: 1, max: 9 }) }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(tenants, fc.constantFrom(8, 16), (drawn, gpusPerNode) => {
      const placed = drawn.map((tenant, workload) => ({ ...tenant, workload }));
      const gpus = placed.reduce((sum, tenant) => sum + tenant.gpusPerReplica * tenant.replicas, 0);
      const nodes = Math.ceil(gpus / gpusPerNode);
      const patterns = nodePatterns(placed, nodes, gpusPerNode);
      expect(patterns.reduce((sum, pattern) => sum + pattern.nodes, 0)).toBe(nodes);
      const onNodes = new Map<number, number>();
      for (const pattern of patterns) {
        let used = 0;
        for (const { workload, replicas } of pattern.replicas) {
          used += replicas * (placed[workload]?.gpusPerReplica ?? Infinity);
          onNodes.set(workload, (onNodes.get(workload) ?? 0) + replicas * pattern.nodes);
        }
        expect(used).toBeLessThanOrEqual(gpusPerNode);
      }
      for (const { workload, replicas } of placed) expect(onNodes.get(workload)).toBe(replicas);
    }),
    { numRuns: 2000 },
  );
});
