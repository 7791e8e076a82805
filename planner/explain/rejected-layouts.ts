import type { RejectedCandidate } from "../candidates/candidate.ts";
import { gib, grouped, listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { gpusPerReplica } from "../layouts/layout.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { excess, layoutWords, nearest, type Situation } from "./situation.ts";

const withCode = (rejected: readonly RejectedCandidate[], ...codes: readonly string[]): RejectedCandidate[] =>
  rejected.filter(({ finding }) => codes.includes(finding.code));

/** A layout that would serve the workload and for which only the node is missing; the fewest GPUs first. */
export function strandedLayout(workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding | null {
  const stranded = ["host-too-small", "node-not-divisible", "no-node-large-enough"]
    .map((code) => nearest(withCode(rejected, code), ({ layout }) => gpusPerReplica(layout)))
    .find((found) => found !== undefined);
  if (stranded === undefined) return null;
  const { finding, layout } = stranded;
  const gpus = grouped(gpusPerReplica(layout));
  const nodes: Readonly<Record<string, string>> = {
    "host-too-small": "nodes with more CPU and memory for each GPU",
    "node-not-divisible": `nodes with a multiple of ${gpus} GPUs`,
    "no-node-large-enough": `nodes of ${gpus} GPUs`,
  };
  return {
    ...finding,
    path: workload.path,
    message: `${layoutWords(layout)} would serve it, but ${finding.message}`,
    suggestion: `use ${nodes[finding.code]}`,
  };
}

/** The memory that is missing where least is missing, or the longest context that fits where the weights do; null when memory is not the reason. */
export function roomFinding(situation: Situation, workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding | null {
  return contextFinding(workload, rejected) ?? memoryFinding(situation, workload, rejected);
}

function contextFinding(workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding | null {
  const roomiest = nearest(withCode(rejected, "context-does-not-fit"), ({ finding }) => -Number(finding.limit));
  if (roomiest === undefined) return null;
  const longest = Number(roomiest.finding.limit);
  return {
    code: "context-does-not-fit",
    path: `${workload.path}.maxModelLen`,
    message: `no KV cache on offer holds one sequence of ${grouped(workload.maxModelLen)} tokens: the largest, on ${layoutWords(roomiest.layout)}, holds ${grouped(longest)}`,
    value: workload.maxModelLen,
    limit: longest,
    unit: "tokens",
    suggestion: `lower maxModelLen to ${grouped(longest)}`,
  };
}

function memoryFinding({ offers, search }: Situation, workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding | null {
  const tight = withCode(rejected, "does-not-fit", "cuda-graphs-do-not-fit").filter((one) => excess(one) !== null);
  const missing = ({ finding }: RejectedCandidate): number => Number(finding.value) - Number(finding.limit);
  const closest = nearest(tight, (one) => missing(one) * gpusPerReplica(one.layout));
  if (closest === undefined) return null;
  const { value, limit } = closest.finding;
  const smaller = (["fp8", "awq-int4"] as const).find(
    (precision) => search({ ...workload, precisions: [precision] }, offers).taken.length > 0,
  );
  return {
    code: "does-not-fit",
    path: workload.path,
    message: `${workload.model} fits on nothing on offer: the closest, ${layoutWords(closest.layout)}, needs ${gib(Number(value))} on each GPU and may use ${gib(Number(limit))}: ${gib(missing(closest))} short`,
    ...(value === undefined ? {} : { value }),
    ...(limit === undefined ? {} : { limit }),
    unit: "bytes per GPU",
    ...(smaller === undefined ? {} : { suggestion: `use precision ${smaller}` }),
  };
}

/** Nothing of it runs on these GPUs: each reason once, with the GPUs that it is about. */
export function refusedLayouts(workload: WorkloadSpec, rejected: readonly RejectedCandidate[]): Finding {
  const gpusByReason = Map.groupBy(rejected, ({ finding, layout }) => finding.message.replaceAll(layout.gpu, gpuPlace));
  const reasons = [...gpusByReason].map(([reason, own]) =>
    reason.replaceAll(gpuPlace, listed([...new Set(own.map(({ layout }) => layout.gpu))].toSorted())),
  );
  const [first] = rejected;
  const { path, message: _, ...rest } = first?.finding ?? { code: "no-layout", path: "" };
  return { ...rest, path: pathOf(workload, path), message: `no GPU on offer can run it: ${listed(reasons)}` };
}

const gpuPlace = "\u0000";

/** A layout's field as the place where the spec decides it. */
function pathOf(workload: WorkloadSpec, field: string): string {
  if (field === "gpu") return "gpus";
  return field === "precision" || field === "kvCacheDtype" ? `${workload.path}.${field}` : workload.path;
}
