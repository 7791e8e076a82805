import type { WeightFormat } from "../../catalog/schema/engine.ts";
import { adapterArguments } from "../../planner/layouts/adapters.ts";
import { nativePrecision } from "../../planner/layouts/native-precision.ts";
import type { Precision } from "../../planner/layouts/precision.ts";
import { flagExists } from "../../planner/layouts/release.ts";
import type { PlannedDeployment } from "../../planner/plan/fleet-plan.ts";
import type { KvCacheDtype } from "../../planner/spec/fleet-spec.ts";
import { ownBlock, type SpeculativeSpec } from "../../planner/spec/speculative-spec.ts";
import type { Drain } from "./drain.ts";
import type { ServedDeployment } from "./servedWorkload.ts";

/**
 * Arguments of `vllm serve` (the image's entry point), in a fixed order: the plan's decisions, all of them said even where they are the
 * engine's default, because defaults change between versions and a plan must not change with them.
 */
export function vllmArguments(served: ServedDeployment, drain: Drain): string[] {
  const { workload, deployment } = served;
  const { engine } = deployment;
  return [
    modelPath(served),
    ...(deployment.weights.source === "hf" ? [`--revision=${deployment.weights.revision}`] : []),
    ...(isObjectStore(served) ? ["--load-format=runai_streamer"] : []),
    // Clients may ask for the workload or for the model; metrics carry the first.
    "--served-model-name",
    workload.name,
    workload.model,
    ...(served.serving?.arguments ?? []),
    `--tensor-parallel-size=${deployment.tensorParallel}`,
    ...flagIf(deployment.pipelineParallel > 1, `--pipeline-parallel-size=${deployment.pipelineParallel}`),
    ...flagIf(deployment.dataParallel > 1, `--data-parallel-size=${deployment.dataParallel}`),
    ...flagIf(deployment.expertParallel > 1, "--enable-expert-parallel"),
    ...weightArguments(served),
    `--kv-cache-dtype=${kvCacheArgument(deployment.kvCacheDtype)}`,
    `--max-model-len=${engine.maxModelLen}`,
    `--max-num-seqs=${engine.maxNumSeqs}`,
    `--max-num-batched-tokens=${engine.maxNumBatchedTokens}`,
    `--gpu-memory-utilization=${engine.gpuMemoryUtilization}`,
    ...flagIf(engine.enforceEager, "--enforce-eager"),
    engine.prefixCaching ? "--enable-prefix-caching" : "--no-enable-prefix-caching",
    ...(engine.speculative === undefined ? [] : [`--speculative-config=${speculativeConfig(engine.speculative)}`]),
    ...(engine.lora === undefined ? [] : loraArguments(engine.lora, served)),
    // Without it SIGTERM aborts the running requests.
    ...flagIf(flagExists(served.release, "--shutdown-timeout"), `--shutdown-timeout=${drain.shutdownTimeoutSeconds}`),
    ...flagIf(flagExists(served.release, "--disable-access-log-for-endpoints"), "--disable-access-log-for-endpoints=/health,/metrics"),
    ...Object.entries(engine.args).map(([name, value]) => userArgument(name, value)),
  ];
}

/** The engine drafts with the block that the model brings, or with another model of the hub. */
const speculativeConfig = ({ draftModel, tokens }: SpeculativeSpec): string =>
  JSON.stringify({
    ...(draftModel === ownBlock ? { method: "mtp" } : { method: "draft_model", model: draftModel }),
    num_speculative_tokens: tokens,
  });

/** Room for the adapters, and the names by which requests ask for them. */
const loraArguments = (lora: NonNullable<PlannedDeployment["engine"]["lora"]>, { release }: ServedDeployment): string[] => [
  ...adapterArguments(release, { served: lora.adapters, onGpu: lora.onGpu, rank: lora.rank }),
  ...Object.entries(lora.modules).flatMap(([name, path], index) => [...flagIf(index === 0, "--lora-modules"), `${name}=${path}`]),
];

const flagIf = (condition: boolean, flag: string): string[] => (condition ? [flag] : []);

/** Where a volume's weights are mounted. */
export const weightsPath = "/weights";

const isObjectStore = ({ deployment: { weights } }: ServedDeployment): boolean => weights.source === "s3" || weights.source === "gs";

/** `claim/folder` of a volume is mounted at /weights; an object store is streamed; anything else is a repository on the hub. */
export function modelPath({ workload, deployment: { weights } }: ServedDeployment): string {
  if (weights.source !== "volume") return weights.uri ?? workload.model;
  const folder = weights.uri?.split("/").slice(1).join("/") ?? "";
  return folder === "" ? weightsPath : `${weightsPath}/${folder}`;
}

/** The precisions that are a plain cast of the published weights. `half` is the engine's name for fp16. */
const castTo: Readonly<Record<string, string>> = { bf16: "bfloat16", fp16: "half", fp32: "float32" };

/** How the weights are stored: the model's published format, or what the user says of his own copy. */
export const storedPrecision = ({ deployment: { weights }, model }: ServedDeployment): Precision =>
  weights.uri === null ? nativePrecision(model) : weights.format;

/**
 * Weights that are stored as they are served say so themselves (config.json): no flag. Others are cast or quantised while loading.
 * A GPU without bf16 computes in half precision whatever the weights are.
 */
function weightArguments(served: ServedDeployment): string[] {
  const { deployment, gpu } = served;
  const cast = castTo[deployment.precision];
  if (cast !== undefined) return [`--dtype=${cast}`];
  const dtype = gpu !== null && gpu.tflopsDense.bf16 === null && gpu.vendor.toLowerCase() === "nvidia" ? ["--dtype=half"] : [];
  if (storedPrecision(served) === deployment.precision) return dtype;
  const flag = weightFormat(served)?.quantizationFlag ?? null;
  return flag === null ? dtype : [...dtype, `--quantization=${flag}`];
}

export const weightFormat = ({ deployment, release }: ServedDeployment): WeightFormat | undefined =>
  release.formats.find((format) => format.precision === deployment.precision);

/** 16-bit caches follow the activations, which `auto` does in every version; the longer names came later. */
const kvCacheArgument = (dtype: KvCacheDtype): string => (dtype === "bf16" || dtype === "fp16" || dtype === "fp32" ? "auto" : dtype);

export function userArgument(name: string, value: string | number | boolean): string {
  if (value === true) return `--${name}`;
  return value === false ? `--no-${name}` : `--${name}=${value}`;
}
