import type { PlannedDeployment } from "../../../planner/plan/fleet-plan.ts";
import type { RawModel } from "../raw-catalog.ts";
import { allPlaced, failing, type Placed, type Rule, type Subject } from "../subject.ts";

const mebibyte = 2 ** 20;

/** Bits of one weight in each format, without scales: what no way of storing it can be below. */
const bitsPerWeight: Readonly<Record<string, number>> = {
  bf16: 16,
  fp16: 16,
  fp32: 32,
  fp8: 8,
  int8: 8,
  "int8-w8a8": 8,
  "int8-w8a16": 8,
  "awq-int4": 4,
  "gptq-int4": 4,
  "int4-w4a16": 4,
  nvfp4: 4,
  mxfp4: 4,
  "bnb-nf4": 4,
  "bnb-int8": 8,
  "gguf-q2_k": 2,
  "gguf-q3_k_s": 3,
  "gguf-q3_k_m": 3,
  "gguf-q3_k_l": 3,
  "gguf-q4_0": 4,
  "gguf-q4_1": 4,
  "gguf-q4_k_s": 4,
  "gguf-iq4_xs": 4,
  "gguf-iq4_nl": 4,
  "gguf-q5_0": 5,
  "gguf-q5_1": 5,
  "gguf-q5_k_s": 5,
  "gguf-q4_k_m": 4,
  "gguf-q5_k_m": 5,
  "gguf-q6_k": 6,
  "gguf-q8_0": 8,
};

/** Models with experts in 4 bits under a name that says 8. */
const finerThanNamed: Readonly<Record<string, number>> = { "fp8+mxfp4": 4 };

/** Every byte is somewhere: the parts fit under what the engine allows itself, the weights are all there, and the cache holds a request. */
export const memoryFits: Rule = (subject) =>
  allPlaced(subject).flatMap((placed) =>
    [
      ...partsFit(subject, placed),
      ...weightsAreThere(subject, placed),
      ...adaptersAreThere(subject, placed),
      ...cacheHolds(subject, placed),
    ].map((text) => `deployment ${placed.deployment.name}: ${text}`),
  );

/** What a replica has: of a GPU, or of the memory that it requests of a node without. */
const roomOf = (subject: Subject, { deployment, pool }: Placed): number | null =>
  pool.gpu === null ? deployment.memoryBytesPerReplica : deviceBytes(subject, pool.gpu);

/** What CUDA reports as total: from a log, or nvidia-smi's figure less what the driver keeps for that kind of memory. */
function deviceBytes({ catalog }: Subject, gpuId: string): number | null {
  const gpu = catalog.gpus.get(gpuId);
  if (gpu === undefined) return null;
  if (typeof gpu.cudaMemoryBytes === "number") return gpu.cudaMemoryBytes;
  const rule = catalog.memoryRules.find(({ memoryKind }) => memoryKind === gpu.memoryKind);
  return gpu.memoryUsableMiB === null || rule === undefined ? null : (gpu.memoryUsableMiB - rule.nvidiaSmiMinusMiB) * mebibyte;
}

function partsFit(subject: Subject, placed: Placed): string[] {
  const { deployment, pool } = placed;
  const bytes = roomOf(subject, placed);
  if (bytes === null) return [`nobody knows the memory of ${pool.gpu}`];
  const { weightBytesPerGpu, activationBytesPerGpu, nonTorchBytesPerGpu, kvCacheBytesPerGpu } = deployment.memory;
  const used = weightBytesPerGpu + activationBytesPerGpu + nonTorchBytesPerGpu + kvCacheBytesPerGpu;
  const allowed = bytes * deployment.engine.gpuMemoryUtilization;
  const parts = Object.values(deployment.memory);
  return [
    // Four parts, each rounded to a byte.
    ...(used > allowed + 4 ? [`${used} bytes a GPU are planned where ${Math.floor(allowed)} may be used`] : []),
    ...(parts.every((part) => part >= 0) ? [] : ["a part of the memory is negative"]),
  ];
}

function weightsAreThere({ catalog }: Subject, { asked, deployment }: Placed): string[] {
  const model = catalog.models.get(asked.model);
  const named = bitsPerWeight[deployment.precision];
  if (model === undefined || named === undefined) return ["its model or precision is not known"];
  const bits = finerThanNamed[model.nativePrecision] ?? named;
  const least = (model.parameters * bits) / 8;
  // Padding, scales and tables that every rank copies: a tenth at most.
  const most = (model.parameters * Math.max(16, bits) * 1.1) / 8;
  const { bytes } = deployment.weights;
  const perGpu = least / (deployment.gpusPerReplica || 1);
  return [
    ...(bytes < least ? [`${bytes} bytes of weights are less than ${model.parameters} x ${bits} bits`] : []),
    ...(bytes > most ? [`${bytes} bytes of weights are more than 16 bits for each of ${model.parameters}`] : []),
    // Pipeline stages differ, and the stage with the least room is the one reported.
    ...(deployment.pipelineParallel === 1 && deployment.memory.weightBytesPerGpu < perGpu
      ? [`a GPU holds ${deployment.memory.weightBytesPerGpu} bytes of weights, less than its part of ${least}`]
      : []),
  ];
}

/** Ranks that vLLM makes room for (its --max-lora-rank). */
const adapterRanks = [8, 16, 32, 64, 128, 256, 320, 512];

/**
 * Every adapter with a place on the GPU has in every layer at least the matrix that reads the hidden state, in 16 bits, which tensor
 * parallelism does not divide. A batch has no use for more places than it has sequences, nor than there are adapters.
 */
function adaptersAreThere({ catalog }: Subject, { asked, deployment }: Placed): string[] {
  const { lora, maxNumSeqs } = deployment.engine;
  const model = catalog.models.get(asked.model);
  const named = bitsPerWeight[deployment.precision];
  if (lora === undefined || model === undefined || named === undefined) return [];
  const bits = finerThanNamed[model.nativePrecision] ?? named;
  const weights = (model.parameters * bits) / 8 / deployment.gpusPerReplica;
  const least = (lora.onGpu * model.numLayers * model.hiddenSize * lora.rank * 2) / deployment.pipelineParallel;
  const whole = deployment.expertParallel === 1 && deployment.dataParallel === 1;
  return failing([
    [adapterRanks.includes(lora.rank), `the engine cannot be told of rank ${lora.rank}`],
    [lora.onGpu >= 1 && lora.onGpu <= lora.adapters, `${lora.onGpu} of ${lora.adapters} adapters are on the GPU`],
    [
      lora.onGpu >= Math.min(lora.adapters, asked.lora?.onGpu ?? maxNumSeqs),
      `${lora.onGpu} adapters are on the GPU where ${maxNumSeqs} sequences may want one each`,
    ],
    [model.moe == null || whole, "adapters on experts that are dealt out over GPUs"],
    [asked.speculative === undefined, "adapters beside speculation"],
    [
      deployment.memory.weightBytesPerGpu >= weights + least,
      `a GPU holds ${deployment.memory.weightBytesPerGpu} bytes, less than the weights and ${least} of adapters`,
    ],
  ]);
}

function cacheHolds({ catalog }: Subject, { asked, deployment }: Placed): string[] {
  const model = catalog.models.get(asked.model);
  if (model === undefined) return [];
  const { maxConcurrency, kvCacheBytesPerGpu } = deployment.memory;
  const { perTokenGlobal, perTokenLocal, window, perSequence } = model.kvCache;
  // The catalog's figures are of 16 bits. A part that every GPU copies only makes it more.
  const share = (deployment.kvCacheDtype === "auto" ? 1 : 0.25) / (deployment.gpusPerReplica || 1);
  const tokens = asked.maxModelLen;
  const one = (perTokenGlobal * tokens + perTokenLocal * Math.min(tokens, window ?? tokens) + perSequence) * share;
  return [
    ...failing([
      [maxConcurrency >= 1, `${maxConcurrency} requests of full length fit at once`],
      [
        deployment.pipelineParallel > 1 || kvCacheBytesPerGpu >= one,
        `the KV cache of ${kvCacheBytesPerGpu} bytes a GPU does not hold one request, which takes ${one}`,
      ],
    ]),
    ...plainCacheHolds(model, asked.maxModelLen, deployment),
  ];
}

/** Where every layer attends to everything the engine's figure is plain: bytes by bytes of a token. Other models' it logs in its own way. */
function plainCacheHolds(model: RawModel, maxModelLen: number, deployment: PlannedDeployment): string[] {
  const { kvCacheTokens, maxConcurrency, kvCacheBytesPerGpu } = deployment.memory;
  const isPlain =
    model.slidingWindow == null && model.compressedAttention == null && model.kvCache.perSequence === 0 && model.kvCache.perTokenGlobal > 0;
  if (!isPlain || deployment.pipelineParallel > 1 || deployment.dataParallel > 1) return [];
  const tokenBytes = model.kvCache.perTokenGlobal * (deployment.kvCacheDtype === "auto" ? 1 : 0.25);
  // Every GPU keeps its KV heads, at least one; a latent (MLA) whole.
  const share = model.attention === "mla" ? 1 : 1 / Math.min(deployment.tensorParallel, model.numKvHeads);
  const needed = kvCacheTokens * tokenBytes * share;
  return failing([
    [kvCacheTokens >= maxModelLen, `the KV cache holds ${kvCacheTokens} tokens, less than one request of ${maxModelLen}`],
    [needed <= kvCacheBytesPerGpu, `${kvCacheTokens} tokens take ${needed} bytes a GPU and the cache has ${kvCacheBytesPerGpu}`],
    [
      maxConcurrency * maxModelLen <= kvCacheTokens * 1.001,
      `${maxConcurrency} requests of ${maxModelLen} tokens do not fit ${kvCacheTokens}`,
    ],
  ]);
}
