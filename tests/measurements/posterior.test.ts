import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../planner/element.ts";
import { type Covariance, stepCovariance, ttftCovariance } from "../../planner/measurements/covariance.ts";
import { posterior } from "../../planner/measurements/posterior.ts";
import { type Site, siteOf } from "../../planner/measurements/site.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import { catalog, replicaOf, type Wish } from "../performance/replicas.ts";
import { closed, lengths } from "./runs.ts";

const wishes = fc.record({
  gpu: fc.constantFrom("h100-sxm-80gb", "h200-sxm-141gb", "a100-sxm-80gb"),
  model: fc.constantFrom("meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-8B", "Qwen/Qwen3-14B"),
  precision: fc.constantFrom("bf16" as const, "fp8" as const),
  tensorParallel: fc.constantFrom(1, 2, 4),
  concurrency: fc.integer({ min: 1, max: 200 }),
});
const site = ({ concurrency, ...wish }: Wish & { readonly concurrency: number }) => {
  const replica = replicaOf(wish);
  const load = closed(concurrency);
  return siteOf(replica, lengths, load.kind, estimate(replica, lengths, load));
};
const observations = fc.array(fc.record({ site: wishes.map(site), value: fc.double({ min: -0.5, max: 0.5, noNaN: true }) }), {
  minLength: 1,
  maxLength: 6,
});
const covariances: readonly Covariance[] = [stepCovariance(catalog.measurements), ttftCovariance(catalog.measurements)];

test("the posterior is that of updating by one observation at a time", () => {
  fc.assert(
    fc.property(observations, wishes.map(site), fc.constantFrom(...covariances), (known, asked, covariance) => {
      const { mean, narrowing } = posterior(covariance, known, asked);
      const slow = updatedOneByOne(covariance, known, asked);
      expect(mean).toBeCloseTo(slow.mean, 8);
      expect(narrowing ** 2 * covariance.at(asked)).toBeCloseTo(slow.variance, 8);
    }),
  );
});

test("an observation more never widens the interval", () => {
  fc.assert(
    fc.property(observations, wishes.map(site), fc.constantFrom(...covariances), (known, asked, covariance) => {
      const before = posterior(covariance, known.slice(1), asked).narrowing;
      expect(posterior(covariance, known, asked).narrowing).toBeLessThanOrEqual(before + 1e-9);
    }),
  );
});

type Known = readonly { readonly site: Site; readonly value: number }[];

/** Kalman's update of the joint distribution of all observed sites and the asked one: another way to the same numbers. */
function updatedOneByOne(covariance: Covariance, known: Known, asked: Site) {
  const sites = [...known.map((one) => one.site), asked];
  const last = sites.length - 1;
  let means = sites.map(() => 0);
  let k = sites.map((a, i) => sites.map((b, j) => (i === j ? covariance.at(a) : covariance.between(a, b))));
  for (const [index, { value }] of known.entries()) {
    const row = at(k, index);
    const gain = row.map((entry) => entry / at(row, index));
    const surprise = value - at(means, index);
    means = means.map((mean, i) => mean + at(gain, i) * surprise);
    k = k.map((entries, i) => entries.map((entry, j) => entry - at(gain, i) * at(row, j)));
  }
  return { mean: at(means, last), variance: at(at(k, last), last) };
}
