import type { Finding } from "../finding.ts";
import { isHost } from "../layouts/host.ts";
import { gpusPerReplica } from "../layouts/layout.ts";
import type { Evidence } from "./evidence.ts";
import type { Replica } from "./replica.ts";

/** Half again as far as anything measured is still taken for near. */
const near = 1.5;

const weaker = { measured: "measured", "gpu-and-family": "gpu-family", "gpu-family": "none", none: "none" } as const satisfies Record<
  Evidence,
  Evidence
>;

/** Where a prediction leaves the measured runs far behind: its request, its batch, its GPUs. */
export function extrapolations({ constants, gpu, layout }: Replica, contextTokens: number, running: number): readonly Finding[] {
  const { reach, gpuFamilies } = constants.measured;
  const beyond = (path: string, what: string, value: number, limit: number, unit: string): Finding[] =>
    value <= near * limit
      ? []
      : [{ code: "beyond-measured", path, message: `no measured run has ${what}`, value: Math.round(value), limit, unit }];
  const unmeasured: Finding = {
    code: "gpu-not-measured",
    path: "gpu",
    message: isHost(gpu)
      ? `no generation was measured on ${gpu.id}: its figures rest on its bandwidth and peak operations, and on what other processors reach of theirs`
      : `no run on ${gpu.id} or its relatives was measured: its figures rest on bandwidth and peak operations alone`,
    value: gpu.id,
  };
  return [
    ...(gpuFamilies.some(({ family }) => family === gpu.performanceFamily) ? [] : [unmeasured]),
    ...beyond("inputTokens", "requests that long", contextTokens, reach.contextTokens, "tokens"),
    ...beyond("concurrency", "so many running sequences", running, reach.runningSequences, "sequences"),
    ...beyond("tensorParallel", "so many GPUs in a replica", gpusPerReplica(layout), reach.gpusPerReplica, "GPUs"),
  ];
}

/** Far from every measured run the evidence counts for a level less. */
export const weakened = (level: Evidence, findings: readonly Finding[]): Evidence => (findings.length === 0 ? level : weaker[level]);
