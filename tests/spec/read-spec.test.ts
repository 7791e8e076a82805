import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { WorkloadSpec } from "../../planner/spec/fleet-spec.ts";
import { formatPositionedFinding, readSpec, references } from "../../planner/spec/read-spec.ts";
import { smallCatalog } from "./fixtures/small-catalog.ts";

const read = (text: string) => readSpec(text, { file: "x.yaml", catalog: smallCatalog });
const everyField = readFileSync(new URL("fixtures/every-field.fleet.yaml", import.meta.url), "utf8");

/** The one workload of a spec that must be right; `fields` replace those of a small one. */
function workload(fields: Readonly<Record<string, unknown>>, fleet: Readonly<Record<string, unknown>> = {}): WorkloadSpec {
  const small = { name: "chat", model: "Llama-3.3-70B-Instruct", precision: "fp8", qps: 6, averageContext: 2300, ...fields };
  const { spec, findings } = read(JSON.stringify({ fleet: "acme", ...fleet, workloads: [small] }));
  expect(findings.map(formatPositionedFinding)).toEqual([]);
  const [only] = spec?.workloads ?? [];
  if (only === undefined) throw new Error("no workload");
  return only;
}

const codes = (fields: Readonly<Record<string, unknown>>): string[] =>
  read(
    JSON.stringify({
      fleet: "acme",
      workloads: [{ name: "chat", model: "Qwen3-8B", precision: "fp8", qps: 6, averageContext: 2300, ...fields }],
    }),
  ).assumptions.map(({ code }) => code);

test("a spec that says every field is read as it stands, and only what it left open is an assumption", () => {
  const { spec, findings, assumptions } = read(everyField);
  expect(findings).toEqual([]);
  expect(assumptions.map(({ code, path }) => `${code} ${path}`)).toEqual([
    "default-clusters clusters",
    "default-zones clouds.gcp.zones.us-central1",
    "default-image workloads[0].engine.image",
  ]);
  expect(spec).toMatchObject({
    fleet: "acme-prod",
    clusters: [
      { name: "prod-use1", cloud: "aws", region: "us-east-1" },
      { name: "gcp-us-central1", cloud: "gcp", region: "us-central1" },
    ],
    zones: {
      "aws/us-east-1": ["us-east-1a", "us-east-1b", "us-east-1c"],
      "gcp/us-central1": ["us-central1-a", "us-central1-b", "us-central1-c", "us-central1-f"],
    },
    gpus: { allow: [], deny: ["t4"] },
    quotas: [{ cloud: "aws", region: "us-east-1", family: "p5", market: "on-demand", gpus: 16 }],
    workloads: [
      {
        model: "meta-llama/Llama-3.3-70B-Instruct",
        demand: { requestsPerSecond: 6, inputTokens: 1900, outputTokens: 400 },
        path: "workloads[0]",
      },
    ],
  });
});

test("the shortest spec plans, and every default it uses is an assumption with its reason", () => {
  const { spec, assumptions } = read(
    "fleet: acme\nworkloads:\n  - { name: a, model: Qwen/Qwen3-8B, precision: fp8, qps: 1, averageContext: 2000 }\n",
  );
  expect(spec?.workloads[0]).toMatchObject({
    task: "generate",
    kvCacheDtype: "auto",
    slo: { ttftP95Ms: 2000, tpotP95Ms: 80 },
    availability: { survive: "none", degradedShare: 1 },
    spot: { maxShare: 0, minSurvival: 0.99 },
    engine: { name: "vllm", version: "0.19.0", image: "vllm/vllm-openai:v0.19.0", args: {} },
    weights: { source: "hf", uri: null, revision: "main", tokenSecret: null },
  });
  for (const code of [
    "clouds",
    "clusters",
    "zones",
    "markets",
    "confidence",
    "slo-ttft",
    "slo-tpot",
    "token-split",
    "max-model-len",
    "spot-share",
    "engine",
  ]) {
    expect(assumptions.map((finding) => finding.code)).toContain(`default-${code}`);
  }
  for (const { code, message } of assumptions) expect(message, code).toMatch(/[:,] \S+ /);
});

test("findings point at the line and column of the key", () => {
  const [finding] = read(
    "fleet: acme\nworkloads:\n  - name: a\n    model: Lama-3.3-70B\n    precision: fp8\n    qps: 1\n    averageContext: 99\n",
  ).findings;
  expect(finding && formatPositionedFinding(finding)).toBe(
    'x.yaml:4:5 workloads[0].model: unknown model "Lama-3.3-70B"; did you mean "meta-llama/Llama-3.3-70B-Instruct"?',
  );
});

test("averageContext is split 75 % / 25 %, and one given length leaves the other", () => {
  expect(workload({}).demand).toMatchObject({ inputTokens: 1725, outputTokens: 575, inputTokensP95: null });
  expect(workload({ traffic: { inputTokens: 2000 } }).demand).toMatchObject({ inputTokens: 2000, outputTokens: 300 });
  expect(workload({ averageContext: undefined, traffic: { inputTokens: 10, outputTokens: 20 } }).demand).toMatchObject({
    inputTokens: 10,
    outputTokens: 20,
  });
});

test("figures for the lengths may differ by 1 %, no more", () => {
  expect(workload({ averageContext: 2320, traffic: { inputTokens: 1900, outputTokens: 400 } }).demand.inputTokens).toBe(1900);
  const { findings } = read(
    JSON.stringify({
      fleet: "a",
      workloads: [
        { name: "a", model: "Qwen3-8B", precision: "fp8", qps: 1, averageContext: 2330, traffic: { inputTokens: 1900, outputTokens: 400 } },
      ],
    }),
  );
  expect(findings).toMatchObject([{ code: "lengths-disagree", value: 2330, limit: 2300, unit: "tokens" }]);
});

test("a mixture of lengths gives means, p95 and the longest request", () => {
  const lengths = [
    { share: 0.7, inputTokens: 1000, outputTokens: 100 },
    { share: 0.3, inputTokens: 5000, outputTokens: 700 },
  ];
  const { demand, maxModelLen } = workload({ averageContext: undefined, traffic: { lengths } });
  expect(demand).toMatchObject({ inputTokens: 2200, outputTokens: 280, inputTokensP95: 5000, lengths });
  expect(maxModelLen).toBe(8192);
});

test("each way to say the demand gives requests per second at the busiest hour", () => {
  const rate = (fields: Readonly<Record<string, unknown>>): number => workload({ qps: undefined, ...fields }).demand.requestsPerSecond;
  expect(rate({ requestsPerDay: 864_000 })).toBeCloseTo(20, 9);
  expect(rate({ requestsPerDay: 864_000, peakFactor: 1 })).toBeCloseTo(10, 9);
  expect(rate({ requestsPerMonth: 730 * 3600, peakFactor: 3 })).toBeCloseTo(3, 9);
  // Half of 2 s + 575 tokens x 80 ms is 24 s; with 6 s to think, 300 users send 10 requests per second.
  expect(rate({ concurrentUsers: 300, thinkTimeSeconds: 6 })).toBeCloseTo(10, 9);
  const hours = Array.from({ length: 24 }, (_, hour) => hour / 2);
  expect(rate({ traffic: { hourlyRequestsPerSecond: hours } })).toBe(11.5);
});

test("maxModelLen is an estimate of p99, a power of two, within the model's limit", () => {
  expect(workload({ averageContext: 100 }).maxModelLen).toBe(1024);
  // 4 x 2300 = 9200.
  expect(workload({}).maxModelLen).toBe(16_384);
  // Lognormal with mean 1900 and p95 4200 has its p99 at 6263; with 4 x 400 that is 7863.
  expect(workload({ traffic: { inputTokens: 1900, outputTokens: 400, inputTokensP95: 4200 } }).maxModelLen).toBe(8192);
  expect(workload({ averageContext: 60_000 }).maxModelLen).toBe(131_072);
  expect(workload({ model: "Qwen3-8B", averageContext: 30_000 }).maxModelLen).toBe(40_960);
});

test("auto says which rule leaves which formats out", () => {
  const excluded = (fields: Readonly<Record<string, unknown>>): string[] =>
    read(
      JSON.stringify({
        fleet: "acme",
        workloads: [{ name: "chat", model: "Qwen3-8B", precision: "auto", qps: 6, averageContext: 2300, ...fields }],
      }),
    ).assumptions.flatMap(({ code, message }) => (code === "precision-excluded" ? [message] : []));
  expect(excluded({})).toEqual(["auto leaves out int8-w8a16, awq-int4 and gptq-int4: coarser than the quality floor fp8"]);
  expect(excluded({ qualityFloor: "int4" })).toEqual([]);
  expect(excluded({ model: "deepseek-ai/DeepSeek-V3-0324" })).toEqual([
    "auto leaves out int8-w8a16, awq-int4 and gptq-int4: coarser than the quality floor fp8",
    "auto leaves out bf16: deepseek-ai/DeepSeek-V3-0324 is published as fp8, and a wider format gains nothing",
  ]);
  expect(excluded({ precision: "fp8" })).toEqual([]);
});

test("auto is bf16 and fp8, less or more by the quality floor, and a model's own format where it has one", () => {
  const auto = (fields: Readonly<Record<string, unknown>>): readonly string[] => workload({ precision: "auto", ...fields }).precisions;
  expect(auto({})).toEqual(["bf16", "fp8"]);
  expect(auto({ qualityFloor: "bf16" })).toEqual(["bf16"]);
  expect(auto({ qualityFloor: "int4" })).toEqual(["bf16", "fp8", "int8-w8a16", "awq-int4", "gptq-int4"]);
  expect(auto({ model: "openai/gpt-oss-120b" })).toEqual(["mxfp4"]);
  expect(auto({ model: "deepseek-ai/DeepSeek-V3-0324" })).toEqual(["fp8"]);
});

test("a limit of the user's own takes the place of a default limit on the same metric", () => {
  expect(workload({ slo: { ttftP99Ms: 3000 } }).slo).toEqual({ ttftP99Ms: 3000, tpotP95Ms: 80 });
  expect(workload({ slo: { e2eP95Ms: 30_000 } }).slo).toEqual({ e2eP95Ms: 30_000 });
  expect(workload({ slo: { tpotP95Ms: null } }).slo).toEqual({ ttftP95Ms: 2000 });
});

test("defaults are merged key by key, and a workload's own demand takes the place of theirs", () => {
  const shared = {
    defaults: { qps: 1, slo: { ttftP95Ms: 500, tpotP95Ms: 40 }, engine: { version: "0.18.0", args: { "max-log-len": 100 } } },
  };
  const own = workload({ qps: undefined, requestsPerDay: 86_400, slo: { ttftP95Ms: 900 }, engine: { args: { seed: 1 } } }, shared);
  expect(own.demand.requestsPerSecond).toBe(2);
  expect(own.slo).toEqual({ ttftP95Ms: 900, tpotP95Ms: 40 });
  expect(own.engine).toEqual({ name: "vllm", version: "0.18.0", image: "vllm/vllm-openai:v0.18.0", args: { "max-log-len": 100, seed: 1 } });
});

test("a gated model without a token secret is planned, and the plan says what is missing", () => {
  const gated = { model: "Llama-3.3-70B-Instruct" };
  expect(codes(gated)).toContain("default-token-secret");
  expect(codes({ ...gated, weights: { tokenSecret: "hf-token" } })).not.toContain("default-token-secret");
  expect(codes({})).not.toContain("default-token-secret");
});

test("names are resolved through aliases, and a family stands for all of its instances", () => {
  const fleet =
    "fleet: a\ngpus: { allow: [H100, NVIDIA L4] }\ninstances: { deny: [g6e] }\nquotas: [{ cloud: aws, region: us-east-1, family: p5, gpus: 0 }]\n";
  const { spec } = read(
    `${fleet}workloads:\n  - { name: a, model: llama-3.3-70b-instruct, precision: fp8, qps: 0, averageContext: 100 }\n`,
  );
  expect(spec?.gpus.allow).toEqual(["h100-sxm-80gb", "l4"]);
  expect(spec?.instances.deny).toEqual(["g6e.12xlarge", "g6e.xlarge"]);
  expect(spec?.quotas).toEqual([{ cloud: "aws", region: "us-east-1", family: "p5", market: "on-demand", gpus: 0 }]);
});

test("a site of one's own becomes a cluster with one zone and the market static", () => {
  const [price] = smallCatalog.prices;
  if (price === undefined) throw new Error("no price");
  const catalog = { ...smallCatalog, prices: [...smallCatalog.prices, { ...price, cloud: "static" as const, region: "rack-1" }] };
  const text =
    "fleet: a\nclouds: { static: { regions: [rack-1] } }\nworkloads:\n  - { name: a, model: Qwen3-8B, precision: fp8, qps: 1, averageContext: 100 }\n";
  const { spec } = readSpec(text, { file: "x.yaml", catalog });
  expect(spec).toMatchObject({
    clusters: [{ name: "static-rack-1", cloud: "static", region: "rack-1" }],
    zones: { "static/rack-1": ["rack-1"] },
  });
  expect(spec?.markets).toContain("static");
});

test("the files that a spec names can be known before it is resolved", () => {
  expect(references(everyField)).toMatchObject({ catalogOverrides: "catalog.local.yaml", measurements: null });
  expect(references("a: [")).toEqual({ catalogOverrides: null, measurements: null, models: [] });
  const models = "defaults: { model: ./shared }\nworkloads: [{ name: a, model: ./own }, { name: b }, { model: 7 }]";
  expect(references(models).models).toEqual([
    { name: "./shared", path: "defaults.model" },
    { name: "./own", path: "workloads[0].model" },
  ]);
});
