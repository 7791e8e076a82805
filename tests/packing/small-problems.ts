import fc from "fast-check";
import type { PackingOffer, PackingOption, PackingProblem, PackingQuota, PackingWorkload } from "../../planner/packing/problem.ts";

/** Problems that brute force can answer: one cluster, workloads of up to 3 options. */
export function smallProblem(mostOffers = 3, mostWorkloads = 3): fc.Arbitrary<PackingProblem> {
  return fc.array(offer(), { minLength: 1, maxLength: mostOffers }).chain((drawn) => {
    const offers = drawn.map((one, index) => ({ ...one, id: `offer-${index}` }));
    return fc.record({
      offers: fc.constant(offers),
      workloads: fc
        .array(workload(offers), { minLength: 1, maxLength: mostWorkloads })
        .map((workloads) => workloads.map((one, index) => ({ ...one, id: `workload-${index}` }))),
      quotas: quotas(offers.length),
    });
  });
}

function offer(): fc.Arbitrary<PackingOffer> {
  return fc.record({
    id: fc.constant(""),
    cluster: fc.constant("c"),
    gpu: fc.constantFrom("l4", "l4", "l4", "h100"),
    market: fc.constantFrom("on-demand" as const, "on-demand" as const, "spot" as const),
    zones: fc.constantFrom(["a", "b"], ["a", "b"], ["a", "b"], ["a"], ["b"]),
    gpusPerNode: fc.constantFrom(1, 2, 4, 4),
    usdPerNodeHour: fc.integer({ min: 1, max: 60 }),
    maxNodes: fc.constantFrom(null, null, null, null, null, null, 1, 2, 3),
  });
}

function workload(offers: readonly PackingOffer[]): fc.Arbitrary<PackingWorkload> {
  return fc.record({
    id: fc.constant(""),
    demand: fc.constantFrom(0, 7, 10, 20, 30),
    survive: fc.constantFrom("none" as const, "none" as const, "replica" as const, "node" as const, "zone" as const),
    degradedShare: fc.constantFrom(0, 0.3, 0.5, 1, 1),
    spotMaxShare: fc.constantFrom(0, 0.3, 0.5, 1),
    surviveSpotPool: fc.constantFrom(false, false, true),
    options: fc
      .array(option(offers), { minLength: 1, maxLength: 3 })
      .map((options) => options.map((one, index) => ({ ...one, id: `option-${index}` }))),
  });
}

function option(offers: readonly PackingOffer[]): fc.Arbitrary<PackingOption> {
  return fc
    .record({
      gpu: fc.constantFrom("l4", "l4", "h100"),
      gpusPerReplica: fc.constantFrom(1, 1, 2, 4),
      capacity: fc.constantFrom(10, 15, 30),
    })
    .map(({ gpu, gpusPerReplica, capacity }) => ({
      id: "",
      cluster: "c",
      gpu,
      gpusPerReplica,
      capacity,
      offers: offers.flatMap((one, index) => (one.gpu === gpu && one.gpusPerNode >= gpusPerReplica ? [index] : [])),
    }));
}

function quotas(offers: number): fc.Arbitrary<PackingQuota[]> {
  const quota = fc.record({
    id: fc.constant("quota"),
    offers: fc.uniqueArray(fc.nat(offers - 1), { minLength: 1 }),
    gpus: fc.constantFrom(0, 4, 6, 8, 12),
  });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<PackingQuota[]>([]) },
    { weight: 1, arbitrary: fc.array(quota, { minLength: 1, maxLength: 1 }) },
  );
}
