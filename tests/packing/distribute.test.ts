import fc from "fast-check";
import { expect, test } from "vitest";
import { distribute, distributeOverZones, makeBins, priceList } from "../../planner/packing/distribute.ts";

interface DrawnBin {
  readonly spot: boolean;
  readonly zone: number;
  readonly most: number;
  readonly prices: readonly number[];
}

const bin: fc.Arbitrary<DrawnBin> = fc.record({
  spot: fc.boolean(),
  zone: fc.nat(1),
  most: fc.nat(4),
  prices: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 4, maxLength: 4 }),
});

function leastByTrying(bins: readonly DrawnBin[], replicas: number, perZone: number, spotLimit: number): number {
  let least = Infinity;
  const tryBin = (index: number, left: number, price: number, spot: number, zones: readonly number[]): void => {
    const own = bins[index];
    if (own === undefined) {
      if (left === 0 && spot <= spotLimit && zones.every((count) => count <= perZone)) least = Math.min(least, price);
      return;
    }
    for (let count = 0; count <= Math.min(left, own.most); count++) {
      const more = count === 0 ? 0 : (own.prices[count - 1] ?? Infinity);
      const inZones = zones.map((held, zone) => (zone === own.zone ? held + count : held));
      tryBin(index + 1, left - count, price + more, spot + (own.spot ? count : 0), inZones);
    }
  };
  tryBin(0, replicas, 0, 0, [0, 0]);
  return least;
}

test("a distribution is the cheapest of all, with and without zones, and its counts cost what it says", () => {
  const drawn = fc.record({
    bins: fc.array(bin, { minLength: 1, maxLength: 4 }),
    replicas: fc.integer({ min: 1, max: 6 }),
    spot: fc.nat(6),
    perZone: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(drawn, fc.boolean(), ({ bins, replicas, spot, perZone }, zonal) => {
      const asked = makeBins(bins.length, 2);
      asked.count = bins.length;
      bins.forEach((own, index) => {
        asked.spot[index] = own.spot ? 1 : 0;
        asked.zone[index] = own.zone;
        asked.most[index] = own.most;
        own.prices.forEach((price, count) => {
          asked.prices[priceList(index) + count + 1] = price;
        });
      });
      const price = zonal ? distributeOverZones(asked, 2, replicas, perZone, spot) : distribute(asked, replicas, spot);
      expect(price).toBe(leastByTrying(bins, replicas, zonal ? perZone : Infinity, spot));
      if (price === Infinity) return;
      const counts = bins.map((_, index) => asked.replicas[index] ?? 0);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(replicas);
      expect(counts.reduce((sum, count, index) => sum + (count === 0 ? 0 : (bins[index]?.prices[count - 1] ?? 0)), 0)).toBe(price);
    }),
    { numRuns: 3000 },
  );
});
