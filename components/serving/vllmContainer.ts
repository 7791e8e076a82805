import type { core } from "@pulumi/kubernetes/types/input.js";
import { compareVersions } from "../../planner/layouts/release.ts";
import type { Drain } from "./drain.ts";
import { cachePath, type EngineContainer, hubToken } from "./engineProcess.ts";
import type { ServedDeployment } from "./servedWorkload.ts";
import { vllmArguments } from "./vllmArguments.ts";

export const vllmContainer = (served: ServedDeployment, drain: Drain): EngineContainer => ({
  name: "vllm",
  args: vllmArguments(served, drain),
  env: [
    { name: "HOME", value: `${cachePath}/home` },
    { name: "HF_HOME", value: `${cachePath}/huggingface` },
    { name: "VLLM_CACHE_ROOT", value: `${cachePath}/vllm` },
    ...hubToken(served),
  ],
  user: user(served),
});

/** The official image has a user of its own since 0.22; earlier ones run as root and look their user up by name. */
function user({ release }: ServedDeployment): core.v1.PodSecurityContext {
  if (compareVersions(release.version, "0.22.0") < 0) return { runAsNonRoot: false };
  return { runAsNonRoot: true, runAsUser: 2000, runAsGroup: 0, fsGroup: 0 };
}
