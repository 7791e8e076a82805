import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalSpec } from "../../planner/spec/canonical-spec.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { smallCatalog } from "./fixtures/small-catalog.ts";

const read = (text: string) => readSpec(text, { file: "x.yaml", catalog: smallCatalog });

const snippets = [
  "fleet: a\n",
  "workloads:\n",
  "  - name: x\n",
  "    model: Qwen3-8B\n",
  "    qps: 1\n",
  "&a ",
  "*a",
  "? ",
  ": ",
  "- ",
  "[",
  "]",
  "{",
  "}",
  "|\n",
  "!t ",
  "'",
  '"',
  "\t",
  "---\n",
  "#",
  "%",
  "<<: *a\n",
  "__proto__: 1\n",
  "\u0000",
  "\ud800",
  "\n",
];
const junk = fc
  .array(fc.oneof(fc.constantFrom(...snippets), fc.string({ maxLength: 8 })), { maxLength: 40 })
  .map((parts) => parts.join(""));

test("no text makes reading throw, and every text without a spec has a finding", () => {
  fc.assert(
    fc.property(junk, (text) => {
      const { spec, findings } = read(text);
      expect(spec === null).toBe(findings.length > 0);
      for (const { line, column, message } of findings) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        expect(message).not.toMatch(/\n/);
      }
    }),
    { numRuns: 400 },
  );
});

const name = fc.stringMatching(/^[a-u]([a-z0-9-]{0,20}[a-z0-9])?$/);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const demand = fc.oneof(
  fc.record({ qps: fc.double({ min: 0, max: 1000, noNaN: true }) }),
  fc.record({ requestsPerDay: fc.integer({ min: 0, max: 1e8 }), peakFactor: maybe(fc.integer({ min: 1, max: 10 })) }),
  fc.record({ requestsPerMonth: fc.integer({ min: 0, max: 1e9 }) }),
  fc.record({ concurrentUsers: fc.integer({ min: 0, max: 1e5 }), thinkTimeSeconds: maybe(fc.integer({ min: 0, max: 600 })) }),
);

const workload = fc
  .tuple(
    demand,
    fc.record({
      model: fc.constantFrom("Qwen/Qwen3-8B", "meta-llama/Llama-3.3-70B-Instruct", "openai/gpt-oss-120b"),
      precision: fc.oneof(
        fc.constantFrom("auto", "bf16", "fp8"),
        fc.uniqueArray(fc.constantFrom("bf16", "fp8", "awq-int4"), { minLength: 1 }),
      ),
      averageContext: fc.integer({ min: 2, max: 40_000 }),
      slo: maybe(fc.record({ ttftP95Ms: fc.integer({ min: 1, max: 60_000 }) })),
      availability: maybe(
        fc.record({
          survive: fc.constantFrom("none", "replica", "node", "zone"),
          degradedShare: fc.double({ min: 0.01, max: 1, noNaN: true }),
        }),
      ),
      spot: maybe(fc.record({ maxShare: fc.double({ min: 0, max: 1, noNaN: true }) })),
      costCenter: maybe(name),
      tags: maybe(
        fc.dictionary(
          name.map((key) => `t-${key}`),
          name,
          { maxKeys: 3 },
        ),
      ),
    }),
  )
  .map(([load, rest]) => ({ ...rest, ...load }));

const fleet = fc.record({
  fleet: name,
  clouds: maybe(
    fc.constantFrom(
      { aws: { regions: ["us-east-1", "us-west-2"] } },
      { gcp: {} },
      { aws: {}, gcp: { regions: ["europe-west4"], zones: { "europe-west4": ["b"] } } },
    ),
  ),
  budget: maybe(fc.record({ usdPerMonth: fc.integer({ min: 0, max: 1e7 }) })),
  workloads: fc
    .uniqueArray(fc.tuple(name, workload), { minLength: 1, maxLength: 4, selector: ([key]) => key })
    .map((items) => items.map(([key, fields]) => ({ name: key, ...fields }))),
});

/** One region may have one zone only, which no workload can survive the loss of. */
const resolvable = fleet.filter(
  ({ clouds, workloads }) => clouds === undefined || "aws" in clouds || workloads.every((item) => item.availability?.survive !== "zone"),
);

test("every spec that keeps to the rules resolves, and its replicas can hold its mean request", () => {
  fc.assert(
    fc.property(resolvable, (value) => {
      const { spec, findings } = read(JSON.stringify(value));
      expect(findings).toEqual([]);
      for (const { demand: load, maxModelLen, precisions } of spec?.workloads ?? []) {
        expect(Number.isFinite(load.requestsPerSecond) && load.requestsPerSecond >= 0).toBe(true);
        expect(maxModelLen).toBeGreaterThanOrEqual(load.inputTokens + load.outputTokens);
        expect(precisions.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 150 },
  );
});

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  );
};

test("the canonical form does not depend on the order of keys, and tells different specs apart", () => {
  fc.assert(
    fc.property(resolvable, (value) => {
      const one = read(JSON.stringify(value)).spec;
      const other = read(JSON.stringify(reversed(value))).spec;
      const renamed = read(JSON.stringify({ ...value, fleet: `${value.fleet}x`.slice(-40) })).spec;
      if (one === null || other === null || renamed === null) throw new Error("must resolve");
      expect(canonicalSpec(other)).toBe(canonicalSpec(one));
      expect(canonicalSpec(renamed)).not.toBe(canonicalSpec(one));
    }),
    { numRuns: 80 },
  );
});
