import fc from "fast-check";
import { expect, test } from "vitest";
import { slotPriceMultipliers } from "../../planner/packing/bound/multipliers.ts";
import { makePricer } from "../../planner/packing/bound/option-bins.ts";
import { priceOption } from "../../planner/packing/bound/pricing.ts";
import { relaxationOf } from "../../planner/packing/bound/relaxation.ts";
import { instanceOf } from "../../planner/packing/instance.ts";
import type { PackingProblem } from "../../planner/packing/problem.ts";

const zones = ["a", "b", "c"];

interface Case {
  readonly nodes: readonly {
    readonly gpusPerNode: number;
    readonly usdPerNodeHour: number;
    readonly share: number;
    readonly ownNode: number;
  }[];
  readonly most: readonly number[];
  readonly replicas: number;
}

/** One workload that survives a zone, on one or two kinds of nodes of which a branch of the tree allows so many. */
const someCase: fc.Arbitrary<Case> = fc
  .array(
    fc.record({
      gpusPerNode: fc.constantFrom(2, 4),
      usdPerNodeHour: fc.integer({ min: 10, max: 60 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      ownNode: fc.integer({ min: 0, max: 40 }),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      most: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: nodes.length, maxLength: nodes.length }),
      replicas: fc.integer({ min: 1, max: 4 }),
    }),
  );

function problemOf({ nodes, replicas }: Case): PackingProblem {
  const offers = nodes.map(({ gpusPerNode, usdPerNodeHour }, index) => ({
    id: `o${index}`,
    cluster: "c",
    gpu: "h100",
    market: "on-demand" as const,
    zones,
    gpusPerNode,
    usdPerNodeHour,
    maxNodes: null,
  }));
  const option = { id: "tp", cluster: "c", gpu: "h100", gpusPerReplica: 1, capacity: 10, offers: offers.map((_, index) => index) };
  const workload = { id: "w", demand: 10 * replicas, survive: "zone" as const, degradedShare: 1, spotMaxShare: 0, options: [option] };
  return { offers, workloads: [workload], quotas: [] };
}

/** Tries every number of replicas in every pool. */
function cheapest({ nodes, most, replicas }: Case): number {
  const pools = nodes.flatMap((node, row) => zones.map((_, zone) => ({ ...node, row, zone })));
  let best = Infinity;
  const counts: number[] = [];
  const fill = (pool: number): void => {
    if (pool < pools.length) {
      for (let count = 0; count <= replicas; count++) {
        counts[pool] = count;
        fill(pool + 1);
      }
      return;
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    const lost = Math.max(
      ...zones.map((_, zone) => counts.reduce((sum, count, index) => sum + (pools[index]?.zone === zone ? count : 0), 0)),
    );
    if (total - lost < replicas || total > 2 * replicas) return;
    const parts = nodes.map(() => 0);
    let price = 0;
    pools.forEach(({ row, gpusPerNode, usdPerNodeHour, share, ownNode }, index) => {
      const rest = (counts[index] as number) % gpusPerNode;
      price += (((counts[index] as number) - rest) / gpusPerNode) * usdPerNodeHour;
      if (rest === 0) return;
      parts[row] = (parts[row] as number) + 1;
      price += (rest * share * usdPerNodeHour) / gpusPerNode + ownNode;
    });
    if (parts.every((count, row) => count <= (most[row] as number))) best = Math.min(best, price);
  };
  fill(0);
  return best;
}

test("a workload with a zone rule has parts of nodes in no more zones than a branch allows nodes, at the least price of all such placements", () => {
  fc.assert(
    fc.property(someCase, (asked) => {
      const instance = instanceOf(problemOf(asked));
      const relaxation = relaxationOf(instance, [[0]]);
      const multipliers = slotPriceMultipliers(relaxation);
      asked.nodes.forEach(({ share, ownNode, usdPerNodeHour }, row) => {
        multipliers.fullNode[row] = share * usdPerNodeHour;
        multipliers.ownNode[row] = ownNode;
      });
      const box = { least: new Int32Array(asked.nodes.length), most: Int32Array.from(asked.most) };
      const price = priceOption(makePricer(relaxation), 0, 0, { multipliers, box }, Infinity, null);
      const expected = cheapest(asked);
      if (expected === Infinity) expect(price).toBe(Infinity);
      else expect(price).toBeCloseTo(expected, 6);
    }),
    { numRuns: 150 },
  );
});
