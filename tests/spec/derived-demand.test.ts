import fc from "fast-check";
import { expect, test } from "vitest";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { smallCatalog } from "./fixtures/small-catalog.ts";

/** The demand of each workload of a fleet of one-line workloads. */
function demands(...workloads: readonly object[]) {
  const defaults = { model: "Qwen/Qwen3-8B", precision: "fp8", averageContext: 2000 };
  const fleet = { fleet: "acme", defaults, workloads };
  const { spec, findings, assumptions } = readSpec(JSON.stringify(fleet), { file: "x.yaml", catalog: smallCatalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  return { assumptions, workloads: spec.workloads, of: (name: string) => spec.workloads.find((one) => one.name === name)?.demand };
}

test("calls are counted through a chain, whatever order the file has", () => {
  const { of } = demands(
    { name: "judge", callsFrom: { workload: "tool", perRequest: 0.5 } },
    { name: "tool", callsFrom: { workload: "agent", perRequest: 3 } },
    { name: "agent", qps: 4 },
  );
  expect(of("tool")?.requestsPerSecond).toBe(12);
  expect(of("judge")?.requestsPerSecond).toBe(6);
});

test("several callers add up hour by hour, so that busy hours that do not meet are not added", () => {
  const day = [...Array(12).fill(8), ...Array(12).fill(1)];
  const night = [...Array(12).fill(2), ...Array(12).fill(6)];
  const callsFrom = [
    { workload: "day", perRequest: 1 },
    { workload: "night", perRequest: 2 },
    { workload: "flat", perRequest: 1 },
  ];
  const { of } = demands(
    { name: "day", traffic: { hourlyRequestsPerSecond: day } },
    { name: "night", traffic: { hourlyRequestsPerSecond: night } },
    { name: "flat", qps: 0.5 },
    { name: "shared", callsFrom },
  );
  expect(of("shared")?.requestsPerSecond).toBe(13.5);
  expect(of("shared")?.hourlyRequestsPerSecond).toEqual([...Array(12).fill(12.5), ...Array(12).fill(13.5)]);
});

test("the plan states the rate that calls make", () => {
  const { assumptions } = demands({ name: "agent", qps: 4 }, { name: "tool", callsFrom: { workload: "agent", perRequest: 3 } });
  expect(assumptions).toContainEqual(expect.objectContaining({ code: "demand-from-calls", path: "workloads[1].callsFrom", value: 12 }));
});

test("a day's work spreads over its window, has no latency limit and may all be on spot", () => {
  const { workloads } = demands({ name: "nightly", batch: { tokensPerDay: 720_000_000, finishWithinHours: 10 } });
  // 360,000 requests of 2,000 tokens in 36,000 s
  expect(workloads[0]).toMatchObject({
    demand: { requestsPerSecond: 10, batch: { requestsPerDay: 360_000, finishWithinHours: 10 } },
    slo: {},
    spot: { maxShare: 1 },
  });
});

test("what is written wins over what work that may wait gets by default", () => {
  const batch = { requestsPerDay: 1000, finishWithinHours: 10 };
  const { workloads } = demands({ name: "nightly", batch, slo: { e2eP95Ms: 60_000 }, spot: { maxShare: 0 } });
  expect(workloads[0]).toMatchObject({ slo: { e2eP95Ms: 60_000 }, spot: { maxShare: 0 } });
});

test("a shorter window needs a higher rate in proportion", () => {
  const hours = fc.double({ min: 0.1, max: 24, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), hours, hours, (requestsPerDay, a, b) => {
      const { of } = demands(
        { name: "one", batch: { requestsPerDay, finishWithinHours: a } },
        { name: "two", batch: { requestsPerDay, finishWithinHours: b } },
      );
      expect((of("one")?.requestsPerSecond ?? 0) * a).toBeCloseTo((of("two")?.requestsPerSecond ?? 0) * b, 6);
    }),
    { numRuns: 50 },
  );
});
