import { expect, test } from "vitest";
import { drain } from "../../components/serving/drain.ts";
import { type ServedDeployment, servedDeployments } from "../../components/serving/servedWorkload.ts";
import { vllmArguments } from "../../components/serving/vllmArguments.ts";
import { testDeployment, testEngine, testPlan, testPool, testWorkload } from "../../components/testPlan.ts";
import type { PlannedDeployment } from "../../planner/plan/fleet-plan.ts";
import { catalog } from "./fixtures/fleet.ts";

interface Case {
  readonly model?: string;
  readonly gpu?: string;
  readonly version?: string;
  readonly deployment?: Partial<PlannedDeployment>;
}

function argumentsOf({ model = "meta-llama/Llama-3.1-8B-Instruct", gpu = "l40s", version = "0.29.0", deployment = {} }: Case): string[] {
  const pool = testPool({ name: "pool", cluster: "c", cloud: "aws", instanceType: "g6e.12xlarge", gpu });
  const engine = { ...testEngine, version, ...deployment.engine };
  const workload = testWorkload({ name: "chat", model, deployments: [testDeployment({ name: "d", pool: "pool", ...deployment, engine })] });
  const plan = testPlan({ clusters: [], pools: [pool], workloads: [workload] });
  const [served] = servedDeployments(plan, workload, catalog) as [ServedDeployment];
  return vllmArguments(served, drain("on-demand", "aws", 65));
}

const weights = testDeployment({ name: "d", pool: "p" }).weights;

test("every decision of the plan is said, so that an engine's changed default cannot change the plan", () => {
  expect(argumentsOf({ deployment: { tensorParallel: 2 } })).toEqual([
    "meta-llama/Llama-3.1-8B-Instruct",
    "--revision=main",
    "--served-model-name",
    "chat",
    "meta-llama/Llama-3.1-8B-Instruct",
    "--tensor-parallel-size=2",
    "--dtype=bfloat16",
    "--kv-cache-dtype=auto",
    "--max-model-len=8192",
    "--max-num-seqs=256",
    "--max-num-batched-tokens=8192",
    "--gpu-memory-utilization=0.9",
    "--enable-prefix-caching",
    "--shutdown-timeout=65",
    "--disable-access-log-for-endpoints=/health,/metrics",
  ]);
});

test.each([
  ["0.15.0", false, false],
  ["0.16.0", false, true],
  ["0.17.1", false, true],
  ["0.18.0", true, true],
  ["0.29.0", true, true],
])("vllm %s is only given flags that it has", (version, hasShutdown, hasQuietEndpoints) => {
  const flags = argumentsOf({ version });
  expect(flags.some((flag) => flag.startsWith("--shutdown-timeout"))).toBe(hasShutdown);
  expect(flags.some((flag) => flag.startsWith("--disable-access-log-for-endpoints"))).toBe(hasQuietEndpoints);
});

test.each<[string, Case, readonly string[], readonly string[]]>([
  ["bf16 weights served in fp8 are quantised while loading", { deployment: { precision: "fp8" } }, ["--quantization=fp8"], ["--dtype"]],
  [
    "weights published in fp8 say so themselves",
    { model: "deepseek-ai/DeepSeek-R1-0528", deployment: { precision: "fp8" } },
    [],
    ["--quantization", "--dtype"],
  ],
  ["published mxfp4 likewise", { model: "openai/gpt-oss-120b", deployment: { precision: "mxfp4" } }, [], ["--quantization", "--dtype"]],
  [
    "a user's own quantised copy likewise",
    { deployment: { precision: "awq-int4", weights: { ...weights, uri: "acme/llama-awq", format: "awq-int4" } } },
    ["acme/llama-awq"],
    ["--quantization"],
  ],
  ["fp16 is called half", { gpu: "t4", deployment: { precision: "fp16" } }, ["--dtype=half"], ["--quantization"]],
  [
    "a GPU without bf16 computes in half whatever the weights are",
    { gpu: "t4", deployment: { precision: "awq-int4", weights: { ...weights, uri: "acme/llama-awq", format: "awq-int4" } } },
    ["--dtype=half"],
    [],
  ],
  ["an fp8 cache is asked for by name", { deployment: { kvCacheDtype: "fp8" } }, ["--kv-cache-dtype=fp8"], []],
  ["a 16-bit cache follows the activations", { deployment: { kvCacheDtype: "bf16" } }, ["--kv-cache-dtype=auto"], []],
  [
    "experts in parallel, and what else differs from 1",
    {
      model: "openai/gpt-oss-120b",
      deployment: { precision: "mxfp4", tensorParallel: 4, pipelineParallel: 2, dataParallel: 2, expertParallel: 8 },
    },
    ["--tensor-parallel-size=4", "--pipeline-parallel-size=2", "--data-parallel-size=2", "--enable-expert-parallel"],
    [],
  ],
  [
    "a bucket is streamed and has no revision",
    { deployment: { weights: { ...weights, source: "s3", uri: "s3://bucket/llama" } } },
    ["s3://bucket/llama", "--load-format=runai_streamer"],
    ["--revision"],
  ],
  [
    "a volume is read where it is mounted",
    { deployment: { weights: { ...weights, source: "volume", uri: "models/llama" } } },
    ["/weights/llama"],
    ["--revision"],
  ],
  [
    "eager mode and no prefix cache",
    { deployment: { engine: { ...testEngine, enforceEager: true, prefixCaching: false } } },
    ["--enforce-eager", "--no-enable-prefix-caching"],
    [],
  ],
  [
    "another model drafts",
    {
      deployment: {
        engine: {
          ...testEngine,
          speculative: { draftModel: "meta-llama/Llama-3.2-1B-Instruct", tokens: 4, acceptance: 0.7, downloadBytes: 3e9 },
        },
      },
    },
    ['--speculative-config={"method":"draft_model","model":"meta-llama/Llama-3.2-1B-Instruct","num_speculative_tokens":4}'],
    [],
  ],
  [
    "the model's own block drafts",
    {
      model: "deepseek-ai/DeepSeek-R1-0528",
      deployment: { engine: { ...testEngine, speculative: { draftModel: "mtp", tokens: 1, acceptance: 0.85, downloadBytes: 0 } } },
    },
    ['--speculative-config={"method":"mtp","num_speculative_tokens":1}'],
    [],
  ],
  ["nothing drafts unless asked for", {}, [], ["--speculative-config"]],
  [
    "room for adapters, and the names that requests ask for",
    {
      deployment: {
        engine: {
          ...testEngine,
          lora: { adapters: 12, rank: 32, onGpu: 8, modules: { sql: "acme/sql-lora", tone: "acme/tone-lora" }, downloadBytes: 2e9 },
        },
      },
    },
    [
      "--enable-lora",
      "--max-loras=8",
      "--max-lora-rank=32",
      "--max-cpu-loras=12",
      "--lora-modules",
      "sql=acme/sql-lora",
      "tone=acme/tone-lora",
    ],
    [],
  ],
  ["no adapters unless asked for", {}, [], ["--enable-lora", "--max-lora", "--lora-modules"]],
  [
    "the user's own flags come last, as he wrote them",
    {
      deployment: {
        engine: { ...testEngine, args: { "enable-auto-tool-choice": true, "async-scheduling": false, "tool-call-parser": "llama3_json" } },
      },
    },
    ["--enable-auto-tool-choice", "--no-async-scheduling", "--tool-call-parser=llama3_json"],
    [],
  ],
])("%s", (_, given, present, absent) => {
  const flags = argumentsOf(given);
  for (const flag of present) expect(flags).toContain(flag);
  for (const flag of absent) expect(flags.filter((one) => one.startsWith(flag))).toEqual([]);
});

test("no emitted flag was removed from any version known to the catalog", () => {
  const profile = catalog.engines.find(({ name }) => name === "vllm");
  const removed = new Set(profile?.flags.filter((row) => row.removed !== null).map(({ flag }) => flag));
  expect(removed.size).toBeGreaterThan(10);
  const emitted = argumentsOf({ deployment: { precision: "fp8" } }).map((flag) => flag.split("=")[0] ?? "");
  expect(emitted.filter((flag) => removed.has(flag))).toEqual([]);
});
