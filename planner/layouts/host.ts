import type { Gpu } from "../../catalog/schema/gpu.ts";

/** A slot of a CPU-only node, as the planner sees it: a device of its own. */
export const isHost = ({ memoryKind }: Pick<Gpu, "memoryKind">): boolean => memoryKind === "host";

/** Engines that have an image for processors too; vLLM's stock image needs a GPU. */
const hostEngines: readonly string[] = ["tei", "faster-whisper"];

export const runsOnHosts = (engine: string): boolean => hostEngines.includes(engine);
