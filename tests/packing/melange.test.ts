import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { MelangeInstance } from "../../bench/melange/instance.ts";
import { type MelangeAnswer, solveMelange } from "../../bench/melange.ts";

interface Recorded extends MelangeInstance {
  readonly melange: { readonly usdPerHour: number };
}

/** Instances with the cost that Mélange's own integer program (CBC) found: bench/melange/suite.json says how they were made. */
const { instances } = JSON.parse(readFileSync(new URL("../../bench/melange/suite.json", import.meta.url), "utf8")) as {
  instances: Recorded[];
};

const costOf = ({ gpuTypes }: MelangeInstance, { counts }: MelangeAnswer): number =>
  gpuTypes.reduce((sum, { name, usdPerHour }) => sum + usdPerHour * (counts[name] ?? 0), 0);

test.each(instances)("$id is never dearer than Mélange's answer, and the bound is below", (instance) => {
  const answer = solveMelange(instance);
  expect(answer.usdPerHour).toBeLessThanOrEqual(instance.melange.usdPerHour + 1e-6);
  expect(answer.lowerBoundUsdPerHour).toBeLessThanOrEqual(instance.melange.usdPerHour + 1e-6);
  expect(answer.usdPerHour).toBeCloseTo(costOf(instance, answer), 6);
});

test("the published example costs 6.70 USD an hour when each bucket goes to one type, and less when buckets are cut", () => {
  const example = instances.find(({ id }) => id === "melange-published-example") as Recorded;
  expect(solveMelange(example).usdPerHour).toBeCloseTo(6.7, 6);
  expect(solveMelange({ ...example, sliceFactor: 15 }).usdPerHour).toBeLessThan(6);
});

test("no rate needs no GPU, and a bucket that no type serves has no answer", () => {
  const nothing = {
    id: "nothing",
    gpuTypes: [{ name: "a", usdPerHour: 1 }],
    buckets: [{ requestsPerSecond: 0 }],
    maxThroughput: [[1]],
    sliceFactor: 1,
  };
  expect(solveMelange(nothing)).toMatchObject({ usdPerHour: 0, lowerBoundUsdPerHour: 0, counts: { a: 0 } });
  expect(solveMelange({ ...nothing, buckets: [{ requestsPerSecond: 1 }], maxThroughput: [[0]] }).usdPerHour).toBeNull();
});
