import type { core } from "@pulumi/kubernetes/types/input.js";
import type { PlannedDeployment } from "../../planner/plan/fleet-plan.ts";
import type { ServedDeployment } from "./servedWorkload.ts";

/** Where the downloads and compiled kernels of a container go. */
export const cachePath = "/cache";

/** Key inside the Kubernetes secret that a workload's `weights.tokenSecret` names. */
export const tokenSecretKey = "token";

/** What is an engine's own in a pod. All of them listen on the same port and answer /health once the weights are loaded. */
export interface EngineContainer {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: readonly core.v1.EnvVar[];
  readonly user: core.v1.PodSecurityContext;
}

/** Threads that a replica without a GPU computes with: one for each whole vCPU that it has. */
export const hostThreads = ({ vcpusPerReplica }: Pick<PlannedDeployment, "vcpusPerReplica">): number =>
  Math.max(1, Math.floor(vcpusPerReplica));

/** The Hugging Face token, where the workload names a secret. */
export function hubToken({ deployment: { weights } }: ServedDeployment): core.v1.EnvVar[] {
  const secret = weights.tokenSecret;
  return secret === null ? [] : [{ name: "HF_TOKEN", valueFrom: { secretKeyRef: { name: secret, key: tokenSecretKey } } }];
}
