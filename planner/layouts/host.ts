import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";

/** A slot of a CPU-only node, as the planner sees it: a device of its own. */
export const isHost = ({ memoryKind }: Pick<Gpu, "memoryKind">): boolean => memoryKind === "host";

const enginesByTask = {
  generate: "llama.cpp",
  embed: "tei",
  rerank: "tei",
  transcribe: "faster-whisper",
} as const satisfies Record<Model["task"], string>;

/** The engine that serves a task where there is no GPU. */
export const hostEngineFor = (task: Model["task"]): string => enginesByTask[task];
