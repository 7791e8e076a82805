import { loadCatalog } from "../../catalog/load.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { LinkKind } from "../../catalog/schema/step-time.ts";
import type { Layout } from "../../planner/layouts/layout.ts";
import { engineRelease } from "../../planner/layouts/release.ts";
import { kvBytesRead, modelWork } from "../../planner/performance/model-work.ts";
import { weightFormat } from "../../planner/performance/rates.ts";
import type { Replica } from "../../planner/performance/replica.ts";

export const { catalog } = loadCatalog();

export interface Wish extends Partial<Omit<Layout, "gpu">> {
  readonly model?: string;
  readonly gpu?: string;
  readonly engine?: string;
  readonly version?: string;
  readonly link?: LinkKind;
  /** Multiplies the GPU's memory bandwidth. */
  readonly bandwidth?: number;
}

/** A replica with a simple memory budget (90 % of memory, weights, the rest is cache), so that these tests try the performance model alone. */
export function replicaOf(wish: Wish = {}): Replica {
  const model = catalog.models.find(({ id }) => id === (wish.model ?? "meta-llama/Llama-3.1-8B-Instruct"));
  const known = catalog.gpus.find(({ id }) => id === (wish.gpu ?? "h100-sxm-80gb"));
  if (model === undefined || known === undefined) throw new Error("the test names a model or GPU that is not in the catalog");
  const gpu: Gpu = { ...known, memoryBandwidthGBps: (known.memoryBandwidthGBps ?? 0) * (wish.bandwidth ?? 1) };
  const release = engineRelease(catalog.engines, "vllm", "0.19.0");
  if ("code" in release) throw new Error(release.message);
  const layout: Layout = {
    gpu: gpu.id,
    tensorParallel: wish.tensorParallel ?? 1,
    pipelineParallel: wish.pipelineParallel ?? 1,
    dataParallel: wish.dataParallel ?? 1,
    expertParallel: wish.expertParallel ?? 1,
    precision: wish.precision ?? "bf16",
    kvCacheDtype: wish.kvCacheDtype ?? "auto",
    maxModelLen: wish.maxModelLen ?? 32_768,
    maxNumSeqs: wish.maxNumSeqs ?? 1024,
    maxNumBatchedTokens: wish.maxNumBatchedTokens ?? 8192,
    gpuMemoryUtilization: 0.9,
    enforceEager: wish.enforceEager ?? false,
  };
  const work = modelWork(model);
  const format = weightFormat(catalog.stepTime, layout.precision, gpu);
  const memory = (gpu.memoryUsableMiB ?? 0) * 2 ** 20;
  const gpus = layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;
  const weightBytes =
    work.denseParameters * format.denseBytes +
    (work.headParameters + work.embeddingParameters) * format.headBytes +
    work.expertParameters * format.expertBytes;
  const room = Math.max(0, 0.9 * memory * gpus - weightBytes * layout.dataParallel);
  const replication = Math.max(1, layout.tensorParallel / work.kvHeads);
  return {
    model,
    gpu,
    layout,
    link: wish.link ?? gpu.link,
    constants: catalog.stepTime,
    // Any name and version, for constants that the memory model does not know.
    release: { ...release, engine: wish.engine ?? "vllm", version: wish.version ?? "0.19.0" },
    memory: {
      totalBytesPerGpu: memory,
      requestedBytesPerGpu: 0.9 * memory,
      weightBytesPerGpu: weightBytes / gpus,
      activationBytesPerGpu: 0,
      nonTorchBytesPerGpu: 0,
      cudaGraphBytesPerGpu: 0,
      kvCacheBytesPerGpu: room / gpus,
      kvCacheTokens: 0,
      maxConcurrency: 0,
      fits: room > 0,
      finding: null,
      warning: null,
      weightBytes,
      kvBytesPerSequence: (tokens) => (kvBytesRead(work, tokens) + work.stateBytes) * replication,
      kvCacheBytes: room,
    },
  };
}
