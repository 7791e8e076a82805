import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkCatalog } from "../../catalog/check.ts";
import { loadCatalog } from "../../catalog/load.ts";
import { findGpu, findInstanceType, findModel } from "../../catalog/lookup.ts";
import type { Price } from "../../catalog/schema/price.ts";
import { bundled } from "./fixtures.ts";

const load = (overridesText: string) => loadCatalog({ overridesText, overridesFile: "own.yaml" });
const priceOf = (prices: readonly Price[], instance: string, region: string) =>
  prices.find((price) => price.instance === instance && price.region === region);

test("the committed example loads, passes the check and says what it promises", () => {
  const overridesText = readFileSync(new URL("../../stacks/catalog.example.yaml", import.meta.url), "utf8");
  const { catalog, findings } = loadCatalog({ overridesText, overridesFile: "stacks/catalog.example.yaml" });
  expect(findings).toEqual([]);
  expect(checkCatalog(catalog)).toEqual([]);
  expect(findInstanceType(catalog, "rack-8x4090")).toMatchObject({
    cloud: "static",
    gpu: "rtx-4090",
    gpuCount: 8,
    memoryBytes: 512 * 2 ** 30,
  });
  expect(priceOf(catalog.prices, "rack-8x4090", "berlin-1")).toMatchObject({
    cloud: "static",
    onDemand: null,
    spot: null,
    static: { usdPerHour: 2.9, nodes: 4, asOf: "2026-11-01", source: "facility accounting", estimated: false },
  });
  expect(priceOf(catalog.prices, "g6e.12xlarge", "us-east-1")?.onDemand).toMatchObject({ usdPerHour: 8.1, listUsdPerHour: 10.49264 });
});

test("an empty file changes nothing but is read", () => {
  expect(load("").findings).toEqual([]);
  expect(load("# nothing yet\n").catalog.sha256).toBe(bundled.sha256);
});

test("a discount takes its percent off each price of its cloud and market, keeps list price and day, and touches nothing else", () => {
  const percent = fc.integer({ min: 1, max: 99 });
  const cloud = fc.constantFrom("aws" as const, "gcp" as const);
  const market = fc.constantFrom("on-demand" as const, "spot" as const);
  fc.assert(
    fc.property(cloud, market, percent, (ofCloud, ofMarket, off) => {
      const { catalog } = load(`discounts: [{ cloud: ${ofCloud}, market: ${ofMarket}, percent: ${off} }]`);
      const [field, other] = ofMarket === "spot" ? (["spot", "onDemand"] as const) : (["onDemand", "spot"] as const);
      for (const [index, list] of bundled.prices.entries()) {
        const price = catalog.prices[index];
        expect(price?.[other]).toEqual(list[other]);
        if (list.cloud !== ofCloud || list[field] === null) expect(price).toEqual(list);
        else {
          expect(price?.[field]?.usdPerHour).toBeCloseTo(list[field].usdPerHour * (1 - off / 100), 5);
          expect(price?.[field]).toMatchObject({ listUsdPerHour: list[field].usdPerHour, asOf: list[field].asOf });
        }
      }
    }),
    { numRuns: 10 },
  );
});

test("an own price stands as written, whatever discount its cloud has", () => {
  const { catalog } = load(`asOf: 2026-11-01
discounts: [{ cloud: aws, market: on-demand, percent: 50 }]
prices: [{ instance: p5.48xlarge, region: us-east-1, market: on-demand, usdPerHour: 40 }]`);
  expect(priceOf(catalog.prices, "p5.48xlarge", "us-east-1")?.onDemand).toMatchObject({
    usdPerHour: 40,
    listUsdPerHour: 55.04,
    source: "own.yaml",
  });
});

test("an own price for a region or a market without one adds it, and makes the instance buyable there", () => {
  const { catalog, findings } = load(`asOf: 2026-11-01
prices:
  - { instance: p5e.48xlarge, region: us-east-2, market: on-demand, usdPerHour: 60 }
  - { instance: g6.xlarge, region: sa-east-1, market: spot, usdPerHour: 0.4 }`);
  expect(findings).toEqual([]);
  expect(findInstanceType(bundled, "p5e.48xlarge")?.capacityTypes).not.toContain("on-demand");
  expect(findInstanceType(catalog, "p5e.48xlarge")?.capacityTypes).toContain("on-demand");
  expect(priceOf(catalog.prices, "g6.xlarge", "sa-east-1")).toMatchObject({
    cloud: "aws",
    onDemand: null,
    spot: { usdPerHour: 0.4, listUsdPerHour: null },
  });
});

test("the day of the catalog moves with the newest own fact", () => {
  const text = "prices: [{ instance: g6.xlarge, region: us-east-1, market: spot, usdPerHour: 0.4, asOf: 2027-02-03 }]";
  expect(load(text).catalog.asOf).toBe("2027-02-03");
});

const h20 = `
  - id: h20-96gb
    aliases: [H20]
    architecture: Hopper
    computeCapability: "9.0"
    memoryKind: hbm
    memoryUsableMiB: 97871
    memoryBandwidthGBps: 4000
    tflopsDense: { fp16: 148, bf16: 148, fp8: 296 }
    link: nvlink4
    performanceFamily: h20`;

test("an own GPU needs only what a planner computes with, and its CUDA memory follows the rule", () => {
  const { catalog, findings } = load(`asOf: 2026-11-01\ngpus:${h20}`);
  expect(findings).toEqual([]);
  expect(findGpu(catalog, "H20")).toMatchObject({
    memoryGB: 96,
    cudaMemoryEstimated: true,
    cudaMemoryBytes: (97871 - 606) * 2 ** 20,
    tflopsDense: { fp4: null, fp8: 296 },
    source: "own.yaml",
  });
});

test("an instance type may be of a GPU in the same file", () => {
  const { catalog, findings } = load(`asOf: 2026-11-01\ngpus:${h20}
instanceTypes: [{ id: box, cloud: static, gpu: h20-96gb, gpuCount: 8, vcpus: 96, memoryGiB: 1024, interconnect: nvswitch }]`);
  expect(findings).toEqual([]);
  expect(findInstanceType(catalog, "box")?.gpu).toBe("h20-96gb");
});

test("a row whose id the catalog has changes only the fields it gives", () => {
  const { catalog } = load("asOf: 2026-11-01\ngpus: [{ id: l4, memoryUsableMiB: 24000 }]");
  const before = findGpu(bundled, "l4");
  const after = findGpu(catalog, "l4");
  expect(after).toMatchObject({ memoryUsableMiB: 24000, cudaMemoryBytes: (24000 - 455) * 2 ** 20, tflopsDense: before?.tflopsDense });
  expect(catalog.gpus).toHaveLength(bundled.gpus.length);
});

test("an own model gets its KV cache from its architecture", () => {
  const { catalog, findings } = load(`asOf: 2026-11-01
models:
  - { id: acme/chat-8b, parameters: 8030261248, numLayers: 32, hiddenSize: 4096, intermediateSize: 14336, numAttentionHeads: 32,
      numKvHeads: 8, headDim: 128, vocabSize: 128256, tieWordEmbeddings: false, maxContext: 131072 }`);
  expect(findings).toEqual([]);
  const llama = findModel(bundled, "meta-llama/Llama-3.1-8B-Instruct");
  expect(findModel(catalog, "chat-8b")).toMatchObject({
    attention: "gqa",
    kvCache: llama?.kvCache,
    weightBytesNative: llama?.weightBytesNative,
    parametersReadPerToken: llama?.parametersReadPerToken,
  });
});

test("every mistake of a file is reported at once, each with its place, and none of the file is applied", () => {
  const { catalog, findings } = load(`asOf: tomorrow
price: []
prices:
  - { instance: g6e.12xlrge, region: us-east-1, market: on-demand, usdPerHour: 8.1, asOf: 2026-11-01 }
  - { instance: g6e.xlarge, region: us-east-1, market: lease, usdPerHour: -1, nods: 2, asOf: 2026-11-01 }
  - { instance: g6e.xlarge, region: us-east-1, market: static, usdPerHour: 1, asOf: 2026-11-01 }
  - { instance: g6e.xlarge, region: us-east-1, market: spot, usdPerHour: 1 }
discounts:
  - { cloud: azure, market: spot, percent: 120 }
instanceTypes:
  - { id: box, cloud: static, gpu: rtx-4091, gpuCount: 8, vcpus: 64, memoryGiB: 256, asOf: 2026-11-01 }
gpus:
  - { id: x }
`);
  expect(catalog).toBe(bundled);
  expect(findings.map(({ path, code }) => `${path} ${code}`).toSorted()).toEqual(
    [
      "asOf invalid-value",
      "discounts[0].cloud invalid-value",
      "discounts[0].percent invalid-value",
      "gpus[0].architecture missing-field",
      "gpus[0].asOf missing-field",
      "gpus[0].memoryBandwidthGBps missing-field",
      "gpus[0].memoryGB missing-field",
      "gpus[0].memoryKind missing-field",
      "gpus[0].memoryUsableMiB missing-field",
      "gpus[0].tflopsDense missing-field",
      "instanceTypes[0].gpu unknown-gpu",
      "price unknown-field",
      "prices[0].instance unknown-instance-type",
      "prices[1].market invalid-value",
      "prices[1].nods unknown-field",
      "prices[1].usdPerHour invalid-value",
      "prices[2].market market-mismatch",
      "prices[3].asOf missing-field",
    ].toSorted(),
  );
  expect(findings.find(({ code }) => code === "unknown-instance-type")).toMatchObject({
    file: "own.yaml",
    line: 4,
    column: 7,
    suggestion: 'did you mean "g6e.12xlarge"?',
  });
  expect(findings.find(({ path }) => path === "price")).toMatchObject({ line: 2, column: 1, suggestion: 'did you mean "prices"?' });
  expect(findings.find(({ path }) => path === "instanceTypes[0].gpu")?.suggestion).toBe('did you mean "rtx-4090"?');
});

test.each([
  ["a rack without a number of nodes", "{ instance: rack, region: a, market: static, usdPerHour: 1 }", "prices[0].nodes", "missing-field"],
  ["a rack on spot", "{ instance: rack, region: a, market: spot, usdPerHour: 1 }", "prices[0].market", "market-mismatch"],
  [
    "nodes of a cloud",
    "{ instance: g6.xlarge, region: us-east-1, market: spot, usdPerHour: 1, nodes: 2 }",
    "prices[0].nodes",
    "market-mismatch",
  ],
  [
    "spot that is paid for anyway",
    "{ instance: g6.xlarge, region: us-east-1, market: spot, usdPerHour: 1, paid: true }",
    "prices[0].paid",
    "market-mismatch",
  ],
  [
    "a reservation that is paid for, without a number of nodes",
    "{ instance: g6.xlarge, region: us-east-1, market: reserved, usdPerHour: 1, paid: true }",
    "prices[0].nodes",
    "missing-field",
  ],
])("%s is refused", (_, price, path, code) => {
  const rack = "{ id: rack, cloud: static, gpu: rtx-4090, gpuCount: 8, vcpus: 64, memoryGiB: 256 }";
  const { findings } = load(`asOf: 2026-11-01\ninstanceTypes: [${rack}]\nprices: [${price}]`);
  expect(findings).toMatchObject([{ path, code }]);
});

test("what is wrong with nodes that are paid for is said in full", () => {
  const { findings } = load(`asOf: 2026-11-01
prices:
  - { instance: g6.xlarge, region: us-east-1, market: on-demand, usdPerHour: 1, paid: true }
  - { instance: g6.xlarge, region: us-east-1, market: reserved, usdPerHour: 1, paid: true }
  - { instance: g6.xlarge, region: us-west-2, market: reserved, usdPerHour: 1, nodes: 2, paid: yes please }`);
  expect(findings.map(({ line, path, message, suggestion }) => `${line} ${path}: ${message}; ${suggestion}`).toSorted()).toEqual([
    "3 prices[0].paid: only static hardware and reservations are paid for whether or not they are used; leave it out",
    "4 prices[1].nodes: is missing; write how many of these nodes are paid for",
    expect.stringMatching(/^5 prices\[2\].paid: /),
  ]);
});

test("rows that stand twice are refused", () => {
  const price = "{ instance: g6.xlarge, region: us-east-1, market: spot, usdPerHour: 0.3 }";
  const discount = "{ cloud: aws, market: spot, percent: 3 }";
  const { findings } = load(`asOf: 2026-11-01
prices: [${price}, ${price}]
discounts: [${discount}, ${discount}]
gpus: [{ id: l4, tdpWatts: 70 }, { id: l4, tdpWatts: 72 }]`);
  expect(findings.map(({ code, path }) => `${code} ${path}`)).toEqual([
    "duplicate-id gpus[1].id",
    "duplicate-price prices[1]",
    "duplicate-discount discounts[1]",
  ]);
});

test("a broken instance type is reported once, not again by each of its prices", () => {
  const { findings } = load(`asOf: 2026-11-01
instanceTypes: [{ id: rack, cloud: static, gpu: rtx-4090, gpuCount: 8, vcpus: 64 }]
prices: [{ instance: rack, region: a, market: static, usdPerHour: 1, nodes: 1 }]`);
  expect(findings).toMatchObject([{ code: "missing-field", path: "instanceTypes[0].memoryBytes" }]);
});

test("a text that is no YAML, or a bomb, is a finding with a line and never an exception", () => {
  expect(load("prices: [").findings).toMatchObject([{ code: "invalid-yaml", line: 1 }]);
  expect(load("[]").findings.map((finding) => finding.code)).toEqual(["invalid-value"]);
  const bomb = `a: &a [${"x,".repeat(40)}]\nb: &b [${"*a,".repeat(40)}]\nc: [${"*b,".repeat(40)}]`;
  expect(load(bomb).findings.length).toBeGreaterThan(0);
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      for (const finding of load(text).findings) expect(finding.line).toBeGreaterThanOrEqual(1);
    }),
  );
});
