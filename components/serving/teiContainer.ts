import type { Drain } from "./drain.ts";
import { enginePort } from "./endpoint.ts";
import { cachePath, type EngineContainer, hostThreads, hubToken } from "./engineProcess.ts";
import type { ServedDeployment } from "./servedWorkload.ts";
import { modelPath, userArgument } from "./vllmArguments.ts";

/** Its own default; a request with more texts is refused unless the limit is raised. */
const leastClientBatch = 32;

/**
 * Text Embeddings Inference (`text-embeddings-router` is the image's entry point). It finishes what it runs on SIGTERM by itself.
 * Any user may run it: it writes nothing but its cache.
 */
export const teiContainer = (served: ServedDeployment, _drain: Drain): EngineContainer => ({
  name: "tei",
  args: teiArguments(served),
  env: [
    { name: "HOME", value: `${cachePath}/home` },
    { name: "HF_HOME", value: `${cachePath}/huggingface` },
    ...threads(served),
    ...hubToken(served),
  ],
  user: { runAsNonRoot: true, runAsUser: 2000, runAsGroup: 2000, fsGroup: 2000 },
});

/**
 * Without a GPU its own pools follow the container's CPU limit, but MKL starts a thread for each core of the node, and a limited container
 * is then throttled to a sixth (huggingface/text-embeddings-inference#170: 1.8 requests/s, and 11 with these set, on 2 of 8 threads).
 */
function threads({ pool, deployment }: ServedDeployment): EngineContainer["env"] {
  if (pool.gpu !== null) return [];
  const count = String(hostThreads(deployment));
  return [
    { name: "OMP_NUM_THREADS", value: count },
    { name: "MKL_NUM_THREADS", value: count },
    { name: "MKL_DYNAMIC", value: "FALSE" },
  ];
}

export function teiArguments(served: ServedDeployment): string[] {
  const { workload, deployment } = served;
  const { engine, weights } = deployment;
  return [
    `--model-id=${modelPath(served)}`,
    ...(weights.source === "hf" ? [`--revision=${weights.revision}`] : []),
    `--served-model-name=${workload.name}`,
    `--dtype=${deployment.precision === "fp32" ? "float32" : "float16"}`,
    `--max-batch-tokens=${engine.maxNumBatchedTokens}`,
    `--max-batch-requests=${engine.maxNumSeqs}`,
    `--max-client-batch-size=${clientBatch(workload.demand.documentsPerRequest ?? 1)}`,
    `--huggingface-hub-cache=${cachePath}/huggingface`,
    "--hostname=0.0.0.0",
    `--port=${enginePort}`,
    "--json-output",
    ...Object.entries(engine.args).map(([name, value]) => userArgument(name, value)),
  ];
}

/** A power of two with room for requests of twice the mean, so that a small change of the demand restarts nothing. */
const clientBatch = (documents: number): number => Math.max(leastClientBatch, 2 ** Math.ceil(Math.log2(2 * documents)));
