import type { PlannedDeployment } from "../../planner/plan/fleet-plan.ts";

/** Deadlines of one start of one replica, seconds. */
export interface StartupBudget {
  /** From the container's start until the engine answers: what the startup probe waits for. */
  readonly engineSeconds: number;
  /** From the pod's creation: a new node, the image, then the engine. */
  readonly rolloutSeconds: number;
}

/** `startupSeconds` is what a start is expected to take; a slow hub or a cold compile cache doubles it. */
const safetyFactor = 2;
const leastEngineSeconds = 600;
/** Hubs throttle long downloads; a probe that ends one only starts it again. */
const largeDownloadBytes = 200e9;
const leastSecondsOfLargeDownload = 3600;
/** A GPU node from request to Ready, and 10 to 20 GB of image on it. */
const nodeAndImageSeconds = 900;

export function startupBudget(deployment: Pick<PlannedDeployment, "startupSeconds" | "weights">): StartupBudget {
  const isLargeDownload = deployment.weights.source === "hf" && deployment.weights.bytes >= largeDownloadBytes;
  const least = isLargeDownload ? leastSecondsOfLargeDownload : leastEngineSeconds;
  const engineSeconds = Math.max(least, Math.ceil(safetyFactor * deployment.startupSeconds));
  return { engineSeconds, rolloutSeconds: engineSeconds + nodeAndImageSeconds };
}
