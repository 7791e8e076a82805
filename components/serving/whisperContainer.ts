import type { Precision } from "../../planner/layouts/precision.ts";
import type { Drain } from "./drain.ts";
import { enginePort } from "./endpoint.ts";
import { cachePath, type EngineContainer, hostThreads, hubToken } from "./engineProcess.ts";
import type { ServedDeployment } from "./servedWorkload.ts";

/** CTranslate2's names. On a GPU 8-bit weights are computed beside 16-bit activations. */
const computeType = (precision: Precision, isHost: boolean): string =>
  precision === "fp32" ? "float32" : precision === "fp16" ? "float16" : isHost ? "int8" : "int8_float16";

/**
 * faster-whisper behind Speaches, which speaks OpenAI's /v1/audio/transcriptions. It is configured by its environment, answers 404 for a
 * model that was not loaded before, and unloads an idle one unless told not to.
 */
export function whisperContainer(served: ServedDeployment, _drain: Drain): EngineContainer {
  const { workload, deployment, pool, serving } = served;
  const repository = deployment.weights.uri ?? serving?.repositories[workload.model] ?? workload.model;
  const isHost = pool.gpu === null;
  return {
    name: "whisper",
    args: [],
    env: [
      { name: "HOME", value: `${cachePath}/home` },
      { name: "HF_HOME", value: `${cachePath}/huggingface` },
      { name: "HF_HUB_CACHE", value: `${cachePath}/huggingface/hub` },
      { name: "UVICORN_HOST", value: "0.0.0.0" },
      { name: "UVICORN_PORT", value: String(enginePort) },
      { name: "ENABLE_UI", value: "false" },
      { name: "PRELOAD_MODELS", value: JSON.stringify([repository]) },
      { name: "STT_MODEL_TTL", value: "-1" },
      { name: "WHISPER__INFERENCE_DEVICE", value: isHost ? "cpu" : "cuda" },
      { name: "WHISPER__COMPUTE_TYPE", value: computeType(deployment.precision, isHost) },
      ...(isHost ? [{ name: "WHISPER__CPU_THREADS", value: String(hostThreads(deployment)) }] : []),
      ...hubToken(served),
    ],
    // The image's own user, ubuntu, owns its virtual environment.
    user: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 },
  };
}
