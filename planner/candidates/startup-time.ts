import type { ServingConstants } from "../../catalog/schema/serving.ts";

/**
 * Seconds from the container's start to its first answer: download, load, compile, capture.
 * Expected, not worst case; whatever waits for it adds its own margin.
 */
export function startupSeconds(serving: ServingConstants, weightBytes: number, enforceEager: boolean): number {
  const { startup } = serving;
  const read = weightBytes / startup.downloadBytesPerSecond + weightBytes / startup.loadBytesPerSecond;
  const graphs = enforceEager ? 0 : startup.compileSeconds + startup.graphCaptureSeconds;
  return Math.ceil(startup.processSeconds + read + graphs);
}
