import type { Catalog } from "../../catalog/catalog.ts";
import type { ServingConstants } from "../../catalog/schema/serving.ts";
import { isHost } from "../layouts/host.ts";
import type { Replica } from "../performance/replica.ts";
import { draftDownloadBytes } from "../performance/speculation.ts";

/**
 * Seconds from the container's start to its first answer: download, load, compile, capture.
 * Expected, not worst case; whatever waits for it adds its own margin.
 */
export function startupSeconds(serving: ServingConstants, { gpu, layout, memory, speculation }: Replica): number {
  const { enforceEager } = layout;
  const weightBytes = memory.weightBytes + draftDownloadBytes(speculation);
  const { startup } = serving;
  const read = weightBytes / startup.downloadBytesPerSecond + weightBytes / startup.loadBytesPerSecond;
  const graphs = enforceEager || isHost(gpu) ? 0 : startup.compileSeconds + startup.graphCaptureSeconds;
  return Math.ceil(startup.processSeconds + read + graphs);
}

/** Seconds from the call for a replica to its first answer where its node has to come first. */
export const leadSeconds = ({ serving, spotModel }: Pick<Catalog, "serving" | "spotModel">, replica: Replica): number =>
  spotModel.provisioning.seconds + startupSeconds(serving, replica);
