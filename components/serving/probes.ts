import type { core } from "@pulumi/kubernetes/types/input.js";

const health = { path: "/health", port: "http" };
const startupPeriodSeconds = 10;

export interface Probes {
  readonly startupProbe: core.v1.Probe;
  readonly livenessProbe: core.v1.Probe;
  readonly readinessProbe: core.v1.Probe;
}

/**
 * vLLM listens only once the weights are loaded, so /health tells ready from not ready; /v1/models would answer 401 when an API key is set.
 * The startup probe waits for the whole budget, so that the liveness probe never ends a long load.
 */
export function probes(engineSeconds: number): Probes {
  return {
    startupProbe: {
      httpGet: health,
      periodSeconds: startupPeriodSeconds,
      failureThreshold: Math.ceil(engineSeconds / startupPeriodSeconds),
    },
    livenessProbe: { httpGet: health, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: { httpGet: health, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
  };
}
