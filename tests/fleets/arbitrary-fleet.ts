import fc from "fast-check";
import { racks } from "./racks.ts";

/** A fleet spec as a user writes it, before it becomes YAML. Loose on purpose: many are impossible and some are refused. */
export interface WrittenFleet {
  readonly fleet: string;
  readonly workloads: readonly WrittenWorkload[];
  readonly [field: string]: unknown;
}

export interface WrittenWorkload {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Left out, but for one in `oneIn`. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Of every size, family and way of attention that the catalog has. */
const models = [
  "Qwen/Qwen2.5-0.5B-Instruct",
  "meta-llama/Llama-3.2-1B-Instruct",
  "google/gemma-3-4b-it",
  "microsoft/Phi-3-mini-4k-instruct",
  "Qwen/Qwen3.5-4B",
  "mistralai/Mistral-7B-Instruct-v0.3",
  "Qwen/Qwen3-8B",
  "meta-llama/Llama-3.1-8B-Instruct",
  "google/gemma-2-27b-it",
  "openai/gpt-oss-20b",
  "deepseek-ai/DeepSeek-V2-Lite",
  "Qwen/Qwen3-30B-A3B-Instruct-2507",
  "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
  "Qwen/Qwen2.5-Coder-32B-Instruct",
  "Qwen/Qwen3-Next-80B-A3B-Instruct",
  "mistralai/Mixtral-8x7B-Instruct-v0.1",
  "meta-llama/Llama-3.3-70B-Instruct",
  "openai/gpt-oss-120b",
  "meta-llama/Llama-4-Scout-17B-16E-Instruct",
  "mistralai/Mixtral-8x22B-Instruct-v0.1",
  "Qwen/Qwen3-235B-A22B-Instruct-2507",
  "meta-llama/Llama-3.1-405B-Instruct",
  "deepseek-ai/DeepSeek-V3-0324",
  "moonshotai/Kimi-K2-Thinking",
  "deepseek-ai/DeepSeek-V4-Pro",
] as const;

/** Small ones more often: a fleet in which one workload fits nowhere says nothing about the others. */
const model = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...models.slice(0, 18)) },
  { weight: 1, arbitrary: fc.constantFrom(...models) },
);

const precision = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { precision: "auto" },
      { precision: "auto", qualityFloor: "int8" },
      { precision: "auto", qualityFloor: "int4" },
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom("bf16", "fp8", "awq-int4", "mxfp4", "int8-w8a16", "fp16").map((name) => ({ precision: name })) },
  { weight: 2, arbitrary: fc.constant({ precision: ["bf16", "fp8"] }) },
);

const busyDay = [0, 0, 0, 0.001, 0.1, 0.5, 2, 5, 9, 14, 17, 18, 16, 17, 18, 15, 12, 9, 7, 5, 3, 1, 0.3, 0];

/** 0, and 0.001 to 100 requests/s evenly over the powers of ten; now and then said in another way. */
const demand = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ qps: 0 }) },
  {
    weight: 12,
    arbitrary: fc.integer({ min: -300, max: 200 }).map((hundredths) => ({ qps: Number((10 ** (hundredths / 100)).toPrecision(3)) })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<object>(
      { traffic: { hourlyRequestsPerSecond: busyDay } },
      { batch: { requestsPerDay: 20000, finishWithinHours: 4 } },
      { batch: { tokensPerDay: 1e9, finishWithinHours: 20 } },
      { callsFrom: { workload: "chat", perRequest: 0.5 } },
      {
        callsFrom: [
          { workload: "chat", perRequest: 2 },
          { workload: "code", perRequest: 1 },
        ],
      },
      { concurrentUsers: 40 },
      { requestsPerDay: 90000, peakFactor: 4 },
      { requestsPerMonth: 1 },
    ),
  },
);

const slo = fc.oneof(
  fc.constant(undefined),
  fc.record({ ttftP95Ms: fc.constantFrom(60, 300, 1000, 5000, 60000), tpotP95Ms: fc.constantFrom(4, 15, 40, 100, 1000) }),
  fc.constantFrom<object>({ ttftP99Ms: 4000, tpotMeanMs: 60 }, { ttftP50Ms: 500, tpotP50Ms: 45 }, { e2eP95Ms: 30000 }, { e2eP95Ms: 1500 }),
);

const share = fc.constantFrom(0.01, 0.3, 0.5, 0.7, 0.8, 1);

const traffic = fc.constantFrom<object>(
  { inputTokens: 1900, outputTokens: 400, inputTokensP95: 4200 },
  { inputTokens: 12000, outputTokens: 200 },
  { inputTokens: 50, outputTokens: 900, prefixCacheHitRate: 0.5 },
  { inputTokens: 1500, outputTokens: 1, prefixCacheHitRate: 1 },
  {
    lengths: [
      { share: 0.7, inputTokens: 4000, outputTokens: 300 },
      { share: 0.3, inputTokens: 300, outputTokens: 800 },
    ],
  },
);

const averageContext = fc.constantFrom(40, 300, 1000, 2300, 4000, 12000, 60000);

const lengths = fc.oneof(
  { weight: 3, arbitrary: averageContext.map((tokens) => ({ averageContext: tokens })) },
  { weight: 1, arbitrary: averageContext.map((tokens) => ({ averageContext: tokens, maxModelLen: 2 * tokens })) },
  { weight: 1, arbitrary: traffic.map((value) => ({ traffic: value })) },
);

/** What a workload does and on what: generates, or embeds, reranks or transcribes, perhaps without a GPU. */
type Task = fc.Arbitrary<{ readonly lengths: object; readonly precision: object; readonly [field: string]: unknown }>;

const generates: Task = fc.record({ model, precision, lengths, kvCacheDtype: maybe(fc.constant("fp8"), 8), slo });

const devices = maybe(fc.constantFrom(["cpu"], ["gpu"], ["gpu", "cpu"], ["cpu", "gpu"]), 2);
const sixteenBits = fc.constantFrom({ precision: "auto" }, { precision: "fp16" }, { precision: ["bf16", "fp16"] }, { precision: "fp32" });

const reads: Task = fc.record({
  model: fc.constantFrom(
    "BAAI/bge-m3",
    "BAAI/bge-small-en-v1.5",
    "sentence-transformers/all-MiniLM-L6-v2",
    "Qwen/Qwen3-Embedding-0.6B",
    "Alibaba-NLP/gte-multilingual-base",
    "BAAI/bge-reranker-v2-m3",
    "Qwen/Qwen3-Reranker-4B",
  ),
  precision: sixteenBits,
  lengths: fc
    .tuple(fc.constantFrom(20, 64, 300), fc.constantFrom(1, 1, 10))
    .map(([tokens, texts]) => ({ averageContext: tokens * texts, traffic: { documentsPerRequest: texts } })),
  slo: fc.constantFrom(undefined, { latencyP95Ms: 100 }, { latencyP95Ms: 2000 }),
  devices,
});

const hears: Task = fc.record({
  model: fc.constantFrom("openai/whisper-tiny", "openai/whisper-small", "openai/whisper-large-v3"),
  precision: sixteenBits,
  lengths: fc.constantFrom(5, 20, 240).map((seconds) => ({ averageAudioSeconds: seconds })),
  slo: fc.constantFrom(undefined, { realTimeFactor: 0.1 }, { realTimeFactor: 0.9 }),
  devices,
});

const task: Task = fc.oneof({ weight: 6, arbitrary: generates }, { weight: 2, arbitrary: reads }, { weight: 1, arbitrary: hears });

const trafficOf = (fields: object): object => ("traffic" in fields ? (fields.traffic as object) : {});

const workload = (name: string, clusters: readonly string[]): fc.Arbitrary<WrittenWorkload> =>
  fc
    .record({
      task,
      demand,
      availability: maybe(
        fc.record({ survive: fc.constantFrom("none", "replica", "node", "zone"), degradedShare: share }, { requiredKeys: ["survive"] }),
        2,
      ),
      spot: maybe(
        fc.record(
          { maxShare: fc.constantFrom(0, 0.2, 0.33, 0.5, 0.8, 1), minSurvival: fc.constantFrom(0.5, 0.99, 0.999, 0.9999) },
          { requiredKeys: ["maxShare"] },
        ),
        2,
      ),
      residency: maybe(fc.constantFrom(["us-east-1"], ["us-central1", "us-west-2", "us-east-1"]), 12),
      maxReplicasPerNode: maybe(fc.constantFrom(1, 2, 4), 10),
      dedicatedNodes: maybe(fc.constant(true), 8),
      routing: maybe(fc.constantFrom("weighted", "even"), 30),
      hostPerReplica: maybe(fc.constantFrom<object>({ vcpus: 12 }, { memoryGiB: 100 }, { vcpus: 2, memoryGiB: 20 }), 10),
      lora: maybe(
        fc.constantFrom<object>({ adapters: 4 }, { adapters: 300, rank: 24 }, { adapters: 40, rank: 128, onGpu: 6 }, { adapters: 0 }),
        8,
      ),
      costCenter: maybe(fc.constantFrom("support", "research"), 2),
      clusters: maybe(fc.subarray([...clusters], { minLength: 1 }), 6),
    })
    .map(({ task: { lengths: length, precision: format, ...own }, demand: rate, ...fields }) => {
      // A profile stands beside the lengths under traffic.
      const traffic = { ...trafficOf(length), ...trafficOf(rate) };
      return { name, ...own, ...length, ...format, ...rate, traffic, ...fields };
    });

const names = ["chat", "batch", "code", "search"];

const allowDeny = (values: readonly string[]) =>
  fc.record({ allow: fc.subarray([...values], { maxLength: 4 }), deny: fc.subarray([...values], { maxLength: 2 }) }, { requiredKeys: [] });

const gpus = ["t4", "a10g", "l4", "l40s", "a100-sxm-40gb", "a100-sxm-80gb", "h100-sxm-80gb", "h200-sxm-141gb", "rtx-pro-6000-server"];
const instances = [
  "g5",
  "g6",
  "g6e",
  "p4d",
  "p5",
  "a3-highgpu",
  "g2-standard",
  "g6e.12xlarge",
  "p5.48xlarge",
  "g2-standard-4",
  "c7i",
  "c4-standard",
];

const quota = fc.record(
  {
    cloud: fc.constant("aws"),
    region: fc.constantFrom("us-east-1", "us-west-2"),
    family: fc.constantFrom("p5", "g6e", "g6", "g5", "p4d"),
    market: fc.constantFrom("on-demand", "spot"),
    gpus: fc.constantFrom(0, 1, 4, 8, 20, 64),
  },
  { requiredKeys: ["cloud", "region", "family", "gpus"] },
);

/** Of nodes without GPUs. */
const vcpuQuota = fc.record(
  {
    cloud: fc.constant("aws"),
    region: fc.constantFrom("us-east-1", "us-west-2"),
    family: fc.constantFrom("standard", "c7i", "c8g", "m7i"),
    market: fc.constantFrom("on-demand", "spot"),
    vcpus: fc.constantFrom(0, 4, 32, 100, 192, 1000),
  },
  { requiredKeys: ["cloud", "region", "family", "vcpus"] },
);

interface Where {
  readonly place: object;
  readonly clusters: readonly string[];
}

const eastAndSecond = [
  { name: "east", cloud: "aws", region: "us-east-1" },
  { name: "second", cloud: "aws", region: "us-east-1" },
];
const twoZones = { "us-east-1": ["a", "b"] };
const rows = { [racks.site]: ["row-a", "row-b"] };

/** Where the fleet may run, and what its clusters are called. */
const where = fc.constantFrom<Where>(
  { place: {}, clusters: ["aws-us-east-1"] },
  { place: { clouds: { aws: { regions: ["us-east-1"], zones: twoZones } } }, clusters: ["aws-us-east-1"] },
  {
    place: { clouds: { aws: { regions: ["us-east-1", "us-west-2"] } }, clusters: eastAndSecond.slice(0, 1) },
    clusters: ["east", "aws-us-west-2"],
  },
  {
    place: { clouds: { aws: { regions: ["us-east-1"] }, gcp: { regions: ["us-central1"] } } },
    clusters: ["aws-us-east-1", "gcp-us-central1"],
  },
  { place: { clouds: { gcp: { regions: ["us-central1"], zones: { "us-central1": ["a"] } } } }, clusters: ["gcp-us-central1"] },
  { place: { clusters: eastAndSecond }, clusters: ["east", "second"] },
  { place: { clouds: { static: { regions: [racks.site] } } }, clusters: [`static-${racks.site}`] },
  {
    place: { clouds: { static: { regions: [racks.site], zones: rows }, aws: { regions: ["us-east-1"] } } },
    clusters: [`static-${racks.site}`, "aws-us-east-1"],
  },
);

const limits = {
  markets: maybe(
    fc.constantFrom(["on-demand"], ["on-demand", "spot"], ["spot"], ["on-demand", "spot", "static"], ["on-demand", "spot", "reserved"]),
    5,
  ),
  gpus: maybe(allowDeny(gpus), 4),
  instances: maybe(allowDeny(instances), 6),
  unavailable: maybe(
    fc.constantFrom(
      [{ instances: "g6e" }],
      [
        { instances: "g6", zones: ["a"] },
        { instances: "p5.48xlarge", market: "spot" },
      ],
    ),
    8,
  ),
  quotas: maybe(
    fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: quota }, { weight: 1, arbitrary: vcpuQuota }), {
      maxLength: 3,
      selector: ({ region, family, market }) => `${region} ${family} ${market ?? "on-demand"}`,
    }),
    3,
  ),
  budget: maybe(
    fc.record(
      { usdPerMonth: fc.constantFrom(0, 500, 20000, 1e7), mode: fc.constantFrom("soft", "hard") },
      { requiredKeys: ["usdPerMonth"] },
    ),
    6,
  ),
  confidence: maybe(fc.constantFrom(0.5, 0.8, 0.999), 6),
};

/** One to four workloads and whatever limits a fleet may have, small ones and impossible ones. */
export const arbitraryFleet: fc.Arbitrary<WrittenFleet> = where.chain(({ place, clusters }) =>
  fc
    .record({
      ...limits,
      workloads: fc.subarray(names, { minLength: 1 }).chain((chosen) => fc.tuple(...chosen.map((name) => workload(name, clusters)))),
    })
    .map((fields) => prune({ fleet: "generated", ...place, ...fields })),
);

/** JSON is YAML: what is undefined is left out. */
const prune = (fleet: object): WrittenFleet => JSON.parse(JSON.stringify(fleet));
