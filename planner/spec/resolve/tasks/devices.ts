import type { Task } from "../../../../catalog/schema/model.ts";
import type { EngineSpec, WorkloadSpec } from "../../fleet-spec.ts";
import type { WorkloadPlace } from "../place.ts";

/** What the engines of the workload are, as far as they are known. */
interface Engines {
  readonly engine: EngineSpec;
  readonly hostEngine: EngineSpec | null;
}

/** The kinds of nodes that the workload names, and the engine on those without GPUs; nothing of both where it has none to run there. */
export function resolveDevices(task: Task, engines: Engines, place: WorkloadPlace): Pick<WorkloadSpec, "devices" | "hostEngine"> {
  const { raw, at, notes } = place;
  const { hostEngine } = engines;
  const devices = raw.devices === undefined ? undefined : [...new Set(raw.devices)];
  const path = at("devices");
  const ownImage = raw.engine?.image !== undefined;
  if (devices?.length === 0 && !notes.isBroken(path)) {
    notes.error({ code: "nothing-allowed", path, message: "devices is empty", suggestion: "name gpu, cpu, or both, or leave it out" });
  }
  if (devices?.includes("cpu") === true && hostEngine === null && !notes.isBroken(at("engine"))) {
    notes.error({
      code: "no-engine-on-cpus",
      path,
      message:
        task === "generate"
          ? "models that generate text are planned on GPUs only"
          : `${engines.engine.name} is planned on GPUs only for ${raw.model}`,
      value: "cpu",
      suggestion: task === "generate" ? "take cpu out" : "take cpu out, or leave engine.name to the planner",
    });
  }
  if (devices?.length === 2 && ownImage) {
    notes.error({
      code: "contradiction",
      path: at("engine", "image"),
      message: "one image cannot run both on GPUs and without them",
      suggestion: "write devices: [gpu] or devices: [cpu], whichever the image is for",
    });
  }
  // An image of the user's own is for GPUs, unless the workload is for processors only.
  const isForGpus = ownImage && devices === undefined;
  return {
    ...(devices === undefined ? {} : { devices }),
    ...(hostEngine === null || isForGpus ? {} : { hostEngine }),
  };
}
