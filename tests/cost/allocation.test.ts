import fc from "fast-check";
import { expect, test } from "vitest";
import { allocateToWorkloads, idleCost, type PoolUse } from "../../planner/cost/allocation.ts";

const use = fc
  .record({
    usdPerHour: fc.integer({ min: 1, max: 100_000_000 }),
    idle: fc.integer({ min: 0, max: 7 }),
    held: fc.dictionary(fc.constantFrom("chat", "code", "search", "agent"), fc.integer({ min: 1, max: 16 }), { minKeys: 1 }),
  })
  .map(({ usdPerHour, idle, held }): PoolUse => {
    const slotsByWorkload = new Map(Object.entries(held));
    return { usdPerHour, slotsByWorkload, slots: idle + [...slotsByWorkload.values()].reduce((a, b) => a + b, 0) };
  });

test("the workloads together pay for every pool, idle GPUs included", () => {
  fc.assert(
    fc.property(fc.array(use), (pools) => {
      const paid = [...allocateToWorkloads(pools).values()].reduce((a, b) => a + b, 0);
      expect(paid).toBe(pools.reduce((sum, pool) => sum + pool.usdPerHour, 0));
    }),
  );
});

test("who holds three quarters of the GPUs in use pays three quarters of the pool", () => {
  const pool = {
    usdPerHour: 8_000_000,
    slots: 8,
    slotsByWorkload: new Map([
      ["chat", 3],
      ["code", 1],
    ]),
  };
  expect(Object.fromEntries(allocateToWorkloads([pool]))).toEqual({ chat: 6_000_000, code: 2_000_000 });
  expect(idleCost([pool])).toBe(4_000_000);
});
