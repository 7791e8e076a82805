import { expect, test } from "vitest";
import { drain } from "../../components/serving/drain.ts";
import { engineContainer } from "../../components/serving/engineContainer.ts";
import type { EngineContainer } from "../../components/serving/engineProcess.ts";
import { type ServedDeployment, servedDeployments } from "../../components/serving/servedWorkload.ts";
import { testDeployment, testEngine, testPlan, testPool, testWorkload } from "../../components/testPlan.ts";
import { servingFindings } from "../../components/validity/serving.ts";
import type { PlannedDeployment, PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import { catalog } from "./fixtures/fleet.ts";

interface Case {
  readonly model: string;
  readonly task: PlannedWorkload["task"];
  readonly engine: Partial<PlannedDeployment["engine"]>;
  readonly deployment?: Partial<PlannedDeployment>;
  readonly demand?: Partial<PlannedWorkload["demand"]>;
}

function planOf({ model, task, engine, deployment = {}, demand = {} }: Case) {
  const pool = testPool({ name: "pool", cluster: "c", cloud: "aws", instanceType: "g6.xlarge", gpu: "l4", gpusPerNode: 1 });
  const planned = testDeployment({
    name: "d",
    pool: "pool",
    precision: "fp16",
    ...deployment,
    engine: { ...testEngine, prefixCaching: false, ...engine },
  });
  const workload = testWorkload({
    name: "find",
    model,
    task,
    deployments: [planned],
    demand: { requestsPerSecond: 3, inputTokens: 300, outputTokens: 0, inputTokensP95: null, ...demand },
  });
  return {
    plan: testPlan({ clusters: [{ name: "c", cloud: "aws", region: "us-east-1" }], pools: [pool], workloads: [workload] }),
    workload,
  };
}

function containerOf(one: Case): EngineContainer {
  const { plan, workload } = planOf(one);
  const [served] = servedDeployments(plan, workload, catalog) as [ServedDeployment];
  return engineContainer(served, drain("on-demand", "aws", 1));
}

const tei = {
  name: "tei",
  version: "1.9",
  image: "ghcr.io/huggingface/text-embeddings-inference:89-1.9",
  maxNumBatchedTokens: 16384,
  maxNumSeqs: 512,
};
const speaches = { name: "faster-whisper", version: "0.9.0", image: "ghcr.io/speaches-ai/speaches:0.9.0-rc.3-cuda-12.6.3" };

test("vLLM is told to pool, by the names of its version", () => {
  const { args } = containerOf({ model: "BAAI/bge-m3", task: "embed", engine: { version: "0.19.0", maxModelLen: 2048 } });
  expect(args).toEqual(
    expect.arrayContaining(["--runner=pooling", "--convert=embed", "--dtype=half", "--max-model-len=2048", "--no-enable-prefix-caching"]),
  );
});

test("vLLM reads Qwen's reranker as a classifier", () => {
  const { args } = containerOf({ model: "Qwen/Qwen3-Reranker-0.6B", task: "rerank", engine: { version: "0.19.0" } });
  const override = args.find((argument) => argument.startsWith("--hf-overrides=")) ?? "";
  expect(JSON.parse(override.replace("--hf-overrides=", ""))).toMatchObject({ architectures: ["Qwen3ForSequenceClassification"] });
});

test("Text Embeddings Inference is told its batch, its port and how many texts a client may send", () => {
  const { name, args } = containerOf({
    model: "BAAI/bge-reranker-v2-m3",
    task: "rerank",
    engine: tei,
    demand: { documentsPerRequest: 25 },
  });
  expect(name).toBe("tei");
  expect(args).toEqual([
    "--model-id=BAAI/bge-reranker-v2-m3",
    "--revision=main",
    "--served-model-name=find",
    "--dtype=float16",
    "--max-batch-tokens=16384",
    "--max-batch-requests=512",
    "--max-client-batch-size=64",
    "--huggingface-hub-cache=/cache/huggingface",
    "--hostname=0.0.0.0",
    "--port=8000",
    "--json-output",
  ]);
});

test("the Whisper server loads its model before the first request and keeps it", () => {
  const { args, env } = containerOf({
    model: "openai/whisper-large-v3",
    task: "transcribe",
    engine: speaches,
    demand: { audioSeconds: 60 },
  });
  const value = (name: string) => env.find((one) => one.name === name)?.value;
  expect(args).toEqual([]);
  expect(value("PRELOAD_MODELS")).toBe('["Systran/faster-whisper-large-v3"]');
  expect(value("STT_MODEL_TTL")).toBe("-1");
  expect(value("UVICORN_PORT")).toBe("8000");
  expect(value("WHISPER__INFERENCE_DEVICE")).toBe("cuda");
  expect(value("WHISPER__COMPUTE_TYPE")).toBe("float16");
});

test.each<[string, string, Case]>([
  [
    "an engine that does not serve the model",
    "engine-does-not-serve-model",
    { model: "Qwen/Qwen3-Reranker-0.6B", task: "rerank", engine: tei },
  ],
  ["a version from before it did", "engine-does-not-serve-model", { model: "BAAI/bge-m3", task: "embed", engine: { version: "0.9.0" } }],
  ["Whisper in vLLM's stock image", "image-lacks-libraries", { model: "openai/whisper-large-v3", task: "transcribe", engine: {} }],
  [
    "converted weights from a bucket",
    "not-supported-yet",
    {
      model: "openai/whisper-large-v3",
      task: "transcribe",
      engine: speaches,
      deployment: {
        weights: { source: "s3", uri: "s3://models/whisper", revision: "main", tokenSecret: null, bytes: 3e9, format: "fp16" },
      },
    },
  ],
])("%s is found before anything is made", (_, code, one) => {
  const { plan, workload } = planOf(one);
  expect(servingFindings(workload, { plan, catalog }).map((finding) => finding.code)).toContain(code);
});

test("a server of each task is valid as planned", () => {
  const cases: Case[] = [
    { model: "BAAI/bge-m3", task: "embed", engine: {} },
    { model: "Alibaba-NLP/gte-multilingual-base", task: "embed", engine: tei },
    { model: "openai/whisper-small", task: "transcribe", engine: speaches, demand: { audioSeconds: 30 } },
  ];
  for (const one of cases) {
    const { plan, workload } = planOf(one);
    expect(servingFindings(workload, { plan, catalog })).toEqual([]);
  }
});
