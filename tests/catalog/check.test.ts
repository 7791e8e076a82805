import { expect, test } from "vitest";
import type { Catalog } from "../../catalog/catalog.ts";
import { checkCatalog } from "../../catalog/check.ts";
import { kvCacheOf } from "../../catalog/kv-cache.ts";
import type { Price } from "../../catalog/schema/price.ts";
import { broken, bundled, withRow } from "./fixtures.ts";

const codes = (catalog: Catalog): string[] => checkCatalog(catalog).map(({ code, path }) => `${code} ${path}`);

const withPrice = (instance: string, region: string, change: (price: Price) => Partial<Price>): Catalog =>
  broken({
    prices: bundled.prices.map((price) =>
      price.instance === instance && price.region === region ? { ...price, ...change(price) } : price,
    ),
  });

const onDemand = (usdPerHour: number) => (price: Price) => ({
  onDemand: price.onDemand === null ? null : { ...price.onDemand, usdPerHour },
});

test("the bundled catalog is clean", () => {
  expect(checkCatalog(bundled)).toEqual([]);
});

test("every priced GPU of the bundled catalog has price bounds", () => {
  const priced = new Set(
    bundled.prices.flatMap(({ instance, onDemand: demand, spot }) => (demand === null && spot === null ? [] : [instance])),
  );
  const gpus = bundled.instanceTypes.flatMap(({ id, gpu }) => (gpu !== null && priced.has(id) ? [gpu] : []));
  for (const gpu of new Set(gpus)) expect(bundled.checks.usdPerGpuHour).toHaveProperty([gpu]);
});

test("a price of an instance type that does not exist is found", () => {
  const instanceTypes = bundled.instanceTypes.filter((instance) => instance.id !== "g2-standard-4");
  const regions = bundled.prices.filter((price) => price.instance === "g2-standard-4").map((price) => price.region);
  expect(codes(broken({ instanceTypes }))).toEqual(regions.map((region) => `unknown-instance-type prices[g2-standard-4/gcp/${region}]`));
});

test("a price under the wrong cloud is found", () => {
  expect(codes(withPrice("g6.xlarge", "us-east-1", () => ({ cloud: "gcp" })))).toEqual(["wrong-cloud prices[g6.xlarge/gcp/us-east-1]"]);
});

test("an instance type of a GPU that does not exist, or with none of it, is found", () => {
  const missing = withRow(bundled.instanceTypes, "g6.xlarge", { gpu: "l5" });
  expect(codes(broken({ instanceTypes: missing }))).toEqual(["unknown-gpu instanceTypes[g6.xlarge].gpu"]);
  const none = withRow(bundled.instanceTypes, "c7i.8xlarge", { gpu: "l4" });
  expect(codes(broken({ instanceTypes: none }))).toEqual(["gpu-count instanceTypes[c7i.8xlarge].gpuCount"]);
});

test("an interruption band of an instance type that does not exist is found", () => {
  const [band] = bundled.spotInterruptions;
  const spotInterruptions = band === undefined ? [] : [{ ...band, instance: "g99.xlarge", region: "us-east-1" }];
  expect(codes(broken({ spotInterruptions }))).toEqual(["unknown-instance-type spotInterruptions[g99.xlarge/us-east-1]"]);
});

test("a GPU of an unmeasured family and an engine without measured step times are found", () => {
  const gpus = withRow(bundled.gpus, "l4", { performanceFamily: "lovelace" });
  expect(codes(broken({ gpus }))).toEqual(["unknown-performance-family gpus[l4].performanceFamily"]);
  const engines = bundled.engines.flatMap((engine) => (engine.name === "vllm" ? [engine, { ...engine, name: "vllm-next" }] : [engine]));
  expect(codes(broken({ engines }))).toEqual(["unmeasured-engine engines[vllm-next]"]);
});

test("a row that stands twice is found", () => {
  const first = <T>(rows: readonly T[]): T[] => [...rows.slice(0, 1), ...rows];
  expect(codes(broken({ models: first(bundled.models) }))[0]).toBe(`duplicate-row models[${bundled.models[0]?.id}]`);
  const price = bundled.prices[0];
  expect(codes(broken({ prices: first(bundled.prices) }))[0]).toBe(
    `duplicate-row prices[${price?.instance}/${price?.cloud}/${price?.region}]`,
  );
});

test("a name that two rows claim is found", () => {
  const gpus = withRow(bundled.gpus, "t4g", { aliases: ["tesla-t4"] });
  expect(codes(broken({ gpus }))).toEqual(["shared-name gpus[t4g].aliases"]);
});

test("a day that is none, and a day after the catalog's, are found", () => {
  const gpus = withRow(withRow(bundled.gpus, "l4", { asOf: "2026-02-30" }), "t4", { asOf: "2027-01-01" });
  expect(codes(broken({ gpus })).toSorted()).toEqual(["date-in-future gpus[t4].asOf", "not-a-day gpus[l4].asOf"]);
});

test("a price at half or thrice its level is found", () => {
  for (const usd of [1.2, 40]) {
    expect(codes(withPrice("a2-highgpu-1g", "us-central1", onDemand(usd)))).toContain(
      "implausible-price prices[a2-highgpu-1g/gcp/us-central1].onDemand",
    );
  }
});

test("H100 at 4.20 USD an hour, the reading error of a well-known price list, is found", () => {
  expect(codes(withPrice("a3-highgpu-8g", "us-central1", onDemand(8 * 4.2)))).toEqual(
    expect.arrayContaining([
      "spot-above-on-demand prices[a3-highgpu-8g/gcp/us-central1].spot",
      "commitment-costs-more prices[a3-highgpu-8g/gcp/us-central1]",
    ]),
  );
});

test("spot above on-demand, or so near that it must be the cap, is found", () => {
  const at = (usdPerHour: number) => (price: Price) => ({
    spot: price.spot === null ? null : { ...price.spot, usdPerHour, minUsdPerHour: null },
  });
  const list = bundled.prices.find((price) => price.instance === "g6.xlarge" && price.region === "us-east-1")?.onDemand?.usdPerHour ?? 0;
  expect(list).toBeGreaterThan(0);
  expect(codes(withPrice("g6.xlarge", "us-east-1", at(list * 1.01)))).toEqual([
    "spot-above-on-demand prices[g6.xlarge/aws/us-east-1].spot",
  ]);
  expect(codes(withPrice("g6.xlarge", "us-east-1", at(list * 0.97)))).toEqual(["spot-at-cap prices[g6.xlarge/aws/us-east-1].spot"]);
});

test("a size that costs less than a smaller one, or more per GPU than an equal one, is found", () => {
  const cheap = codes(withPrice("g6.48xlarge", "us-east-1", onDemand(4)));
  expect(cheap).toContain("larger-costs-less prices[g6.48xlarge/aws/us-east-1].onDemand");
  const a2 =
    bundled.prices.find((price) => price.instance === "a2-highgpu-2g" && price.region === "us-central1")?.onDemand?.usdPerHour ?? 0;
  expect(codes(withPrice("a2-highgpu-2g", "us-central1", onDemand(a2 * 1.05)))).toContain(
    "not-linear prices[a2-highgpu-2g/gcp/us-central1].onDemand",
  );
});

test("a static price of a cloud is found", () => {
  const quoted = { usdPerHour: 1, source: "x", asOf: "2026-01-01", estimated: false, listUsdPerHour: null, nodes: 2 };
  expect(codes(withPrice("g6.xlarge", "us-east-1", () => ({ static: quoted })))).toEqual(["static-price prices[g6.xlarge/aws/us-east-1]"]);
});

test("a model whose cache is not that of its architecture is found", () => {
  const models = withRow(bundled.models, "Qwen/Qwen3-8B", { numLayers: 35 });
  expect(codes(broken({ models }))).toEqual(["kv-cache-mismatch models[Qwen/Qwen3-8B].kvCache.perTokenGlobal"]);
});

test("the cache of all but the two models with compressed attention follows from their architecture", () => {
  const without = bundled.models.filter((model) => kvCacheOf(model) === null).map((model) => model.id);
  expect(without).toEqual(["deepseek-ai/DeepSeek-V4-Flash", "deepseek-ai/DeepSeek-V4-Pro"]);
});

test("weights that cannot be of their precision, or are more than the published files, are found", () => {
  const id = "Qwen/Qwen3-8B";
  const model = bundled.models.find((row) => row.id === id);
  const native = model?.weightBytesNative ?? 0;
  expect(codes(broken({ models: withRow(bundled.models, id, { weightBytesNative: native / 2 }) }))).toEqual([
    `implausible-weights models[${id}].weightBytesNative`,
  ]);
  expect(codes(broken({ models: withRow(bundled.models, id, { checkpointBytes: native * 0.9 }) }))).toEqual([
    `checkpoint-too-small models[${id}].weightBytesNative`,
  ]);
});

test("parameters at odds with the published total are found", () => {
  const id = "Qwen/Qwen3-8B";
  const parameters = Math.round((bundled.models.find((row) => row.id === id)?.parameters ?? 0) * 1.001);
  expect(codes(broken({ models: withRow(bundled.models, id, { parameters, weightBytesNative: null }) }))).toEqual([
    `published-parameters models[${id}].parameters`,
  ]);
});

test("layers and heads that do not add up are found", () => {
  const gemma = bundled.models.find((model) => model.id === "google/gemma-3-27b-it");
  const slidingWindow = gemma?.slidingWindow == null ? null : { ...gemma.slidingWindow, layersLocal: 50 };
  expect(codes(broken({ models: withRow(bundled.models, "google/gemma-3-27b-it", { slidingWindow }) }))).toContain(
    "layer-count models[google/gemma-3-27b-it].slidingWindow",
  );
  expect(codes(broken({ models: withRow(bundled.models, "Qwen/Qwen3-8B", { attention: "mha" }) }))).toEqual([
    "attention-kind models[Qwen/Qwen3-8B].attention",
  ]);
});

test("an accepted finding that is gone is a finding, so that acceptances do not outlive their reason", () => {
  const capped = withPrice("g6e.xlarge", "eu-central-1", () => ({ spot: null }));
  expect(codes(capped)).toEqual(["stale-acceptance prices[g6e.xlarge/aws/eu-central-1].spot"]);
});
