/** Engines that have an image for processors too; vLLM's stock image needs a GPU. */
const hostEngines: readonly string[] = ["tei", "faster-whisper"];

export const runsOnHosts = (engine: string): boolean => hostEngines.includes(engine);
