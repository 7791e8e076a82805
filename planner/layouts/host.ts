import type { Gpu } from "../../catalog/schema/gpu.ts";

/** A slot of a CPU-only node, as the planner sees it: a device of its own. */
export const isHost = ({ memoryKind }: Pick<Gpu, "memoryKind">): boolean => memoryKind === "host";
