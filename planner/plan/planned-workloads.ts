import type { Catalog } from "../../catalog/catalog.ts";
import type { Candidate } from "../candidates/candidate.ts";
import { hostShare } from "../candidates/host-share.ts";
import { nodesTogether } from "../candidates/offer.ts";
import { leadSeconds, startupSeconds } from "../candidates/startup-time.ts";
import { splitByLargestRemainder } from "../cost/largest-remainder.ts";
import { at } from "../element.ts";
import { servedAdapterBytes } from "../memory/adapters.ts";
import type { Placement } from "../packing/problem.ts";
import type { ServingPoint } from "../performance/serving-point.ts";
import { draftDownloadBytes } from "../performance/speculation.ts";
import { servingPointOf } from "../performance/task-performance.ts";
import type { Demand, WorkloadSpec } from "../spec/fleet-spec.ts";
import { fromMicro, roundToMicro, toMicro } from "../units.ts";
import type { Money, PlannedDeployment, PlannedMemory, PlannedWorkload, WorkloadCost } from "./fleet-plan.ts";
import type { Day } from "./hours.ts";
import { deploymentName } from "./names.ts";
import { mustSurviveSpotPool } from "./packing-problem.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";
import { spotStanding } from "./spot-standing.ts";

/** Every workload with its deployments, one per pool it sits in. `costs` are the finished figures by workload name. */
export function plannedWorkloads(assembly: Assembly, costs: Readonly<Record<string, Money>>, day: Day | null): PlannedWorkload[] {
  const byWorkload: Placement[][] = assembly.spec.workloads.map(() => []);
  for (const placement of assembly.packing.placements) byWorkload[placement.workload]?.push(placement);
  return assembly.spec.workloads.map((workload, index) => {
    const placements = byWorkload[index] ?? [];
    const { hourlyRequestsPerSecond, lengths: _classes, prefixCacheHitRate: _hits, ...demand } = workload.demand;
    return {
      name: workload.name,
      model: workload.model,
      task: workload.task,
      costCenter: workload.costCenter,
      tags: workload.tags,
      demand: { ...demand, ...(hourlyRequestsPerSecond === null ? {} : { hourlyRequestsPerSecond }) },
      slo: workload.slo,
      confidence: assembly.spec.confidence,
      availability: workload.availability,
      spot: workload.spot,
      ...spotRiskOf(assembly, workload, placements),
      deployments: plannedDeployments(assembly, workload, placements, day),
      cost: workloadCost(costs[workload.name] ?? { usdPerHour: 0, usdPerMonth: 0 }, workload.demand),
    };
  });
}

function spotRiskOf(assembly: Assembly, workload: WorkloadSpec, placements: readonly Placement[]): Pick<PlannedWorkload, "spotRisk"> {
  const [first] = placements;
  if (first === undefined) return {};
  const candidates = at(assembly.candidates, first.workload);
  const standing = spotStanding(assembly, placements);
  if (standing === null) return {};
  const { isPublished: _, survival, servedShare, interruptionsPerMonth, ...rest } = standing;
  return {
    spotRisk: {
      survival: roundToMicro(survival),
      servedShare: roundToMicro(servedShare),
      interruptionsPerMonth: roundToMicro(interruptionsPerMonth),
      ...rest,
      survivesSpotPool: mustSurviveSpotPool(workload, candidates),
    },
  };
}

function plannedDeployments(
  assembly: Assembly,
  workload: WorkloadSpec,
  placements: readonly Placement[],
  day: Day | null,
): PlannedDeployment[] {
  const served = servedBy(assembly, workload, placements);
  return placements
    .map((placement, index) => {
      const replicasByHour = day === null ? null : at(day.replicas, assembly.packing.placements.indexOf(placement));
      return plannedDeployment(assembly, workload, { placement, replicasByHour }, at(served, index));
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a placement's replicas get of the requests. */
interface Served {
  readonly candidate: Candidate;
  /** Requests per second of one replica. */
  readonly load: number;
  readonly predicted: ServingPoint;
  /** Of the workload's requests, where they are sent by weight. */
  readonly requestShare?: number;
}

/**
 * A Service spreads requests evenly, so every replica of a workload carries the same load. On several layouts requests are sent by weight: each replica gets
 * its capacity's part, so that all are equally far from their limits.
 */
function servedBy(assembly: Assembly, { demand: { requestsPerSecond } }: WorkloadSpec, placements: readonly Placement[]): Served[] {
  const candidates = placements.map(({ workload, option }) => at(at(assembly.candidates, workload), option));
  const replicas = placements.reduce((sum, placement) => sum + placement.replicas, 0);
  const isMixed = new Set(candidates).size > 1;
  const capacities = placements.map((placement, index) => placement.replicas * at(candidates, index).capacityRequestsPerSecond);
  const capacity = capacities.reduce((sum, own) => sum + own, 0);
  const shares = splitByLargestRemainder(toMicro(1), capacities).map(fromMicro);
  const points = new Map<Candidate, Served>();
  return candidates.map((candidate, index) => {
    const known = points.get(candidate);
    const load = isMixed ? (requestsPerSecond * candidate.capacityRequestsPerSecond) / capacity : requestsPerSecond / replicas;
    const served = known ?? { candidate, load, predicted: servingPoint(assembly.catalog, candidate, load) };
    points.set(candidate, served);
    return isMixed ? { ...served, requestShare: at(shares, index) } : served;
  });
}

/** What one replica of a candidate does at a request rate. */
export const servingPoint = (catalog: Catalog, candidate: Candidate, requestsPerSecond: number): ServingPoint =>
  servingPointOf(candidate.replica, catalog.taskPerformance, candidate.lengths, { kind: "open", requestsPerSecond });

function plannedDeployment(
  assembly: Assembly,
  workload: WorkloadSpec,
  { placement, replicasByHour }: { readonly placement: Placement; readonly replicasByHour: readonly number[] | null },
  { candidate, load, predicted, requestShare }: Served,
): PlannedDeployment {
  const offer = at(assembly.offers, placement.offer);
  const pool = nameOfPool(offer, placement.zone);
  const { layout, memory } = candidate.replica;
  const { slotsPerReplica } = candidate;
  const share = hostShare(offer, slotsPerReplica);
  return {
    name: deploymentName(workload.name, layout, pool),
    pool,
    zones: placement.zone === null ? null : { [placement.zone]: placement.replicas },
    replicas: placement.replicas,
    minReplicas: replicasByHour === null ? placement.replicas : Math.min(...replicasByHour),
    maxReplicas: placement.replicas,
    ...(replicasByHour === null ? {} : { replicasByHour }),
    weights: { ...workload.weights, bytes: memory.weightBytes, format: layout.precision },
    precision: layout.precision,
    kvCacheDtype: layout.kvCacheDtype,
    tensorParallel: layout.tensorParallel,
    pipelineParallel: layout.pipelineParallel,
    dataParallel: layout.dataParallel,
    expertParallel: layout.expertParallel,
    nodesPerReplica: nodesTogether(offer),
    ...(offer.gpu === null ? { gpusPerReplica: 0, cpuSlotsPerReplica: slotsPerReplica } : { gpusPerReplica: slotsPerReplica }),
    vcpusPerReplica: share.vcpus,
    memoryBytesPerReplica: share.memoryBytes,
    engine: {
      ...candidate.engine,
      maxModelLen: layout.maxModelLen,
      maxNumSeqs: layout.maxNumSeqs,
      maxNumBatchedTokens: layout.maxNumBatchedTokens,
      gpuMemoryUtilization: layout.gpuMemoryUtilization,
      enforceEager: layout.enforceEager,
      prefixCaching: workload.task === "generate",
      ...(workload.speculative === undefined
        ? {}
        : { speculative: { ...workload.speculative, downloadBytes: draftDownloadBytes(candidate.replica.speculation) } }),
      ...plannedLora(workload, candidate),
    },
    startupSeconds: startupSeconds(assembly.catalog.serving, candidate.replica),
    ...(replicasByHour === null ? {} : { leadSeconds: leadSeconds(assembly.catalog, candidate.replica) }),
    capacityRequestsPerSecondPerReplica: candidate.capacityRequestsPerSecond,
    plannedRequestsPerSecondPerReplica: load,
    ...(requestShare === undefined ? {} : { requestShare }),
    memory: plannedMemory(candidate),
    predicted,
  };
}

function plannedLora({ lora }: WorkloadSpec, { replica: { model, adapters } }: Candidate): Pick<PlannedDeployment["engine"], "lora"> {
  if (lora === undefined || adapters === undefined) return {};
  return { lora: { ...lora, onGpu: adapters.onGpu, downloadBytes: servedAdapterBytes(model, adapters) } };
}

function plannedMemory({ replica: { memory } }: Candidate): PlannedMemory {
  return {
    weightBytesPerGpu: memory.weightBytesPerGpu,
    activationBytesPerGpu: memory.activationBytesPerGpu,
    nonTorchBytesPerGpu: memory.nonTorchBytesPerGpu,
    cudaGraphBytesPerGpu: memory.cudaGraphBytesPerGpu,
    kvCacheBytesPerGpu: memory.kvCacheBytesPerGpu,
    kvCacheTokens: memory.kvCacheTokens,
    maxConcurrency: memory.maxConcurrency,
  };
}

/** What unit costs are computed from: a demand of the spec or of a plan. */
export type UnitDemand = Pick<Demand, "requestsPerSecond" | "inputTokens" | "outputTokens" | "batch" | "audioSeconds"> & {
  readonly hourlyRequestsPerSecond?: readonly number[] | null;
};

/** Unit costs of what is served in a mean hour; at the busiest hour's load where no profile says what a day looks like. Null where nothing is served. */
export function workloadCost(cost: Money, demand: UnitDemand): WorkloadCost {
  const requestsPerHour = meanRequestsPerSecond(demand) * 3600;
  const per = (unitsPerHour: number, unit: number) => (unitsPerHour > 0 ? roundToMicro((cost.usdPerHour / unitsPerHour) * unit) : null);
  return {
    ...cost,
    usdPerMillionTokens: per(requestsPerHour * (demand.inputTokens + demand.outputTokens), 1e6),
    usdPerMillionOutputTokens: per(requestsPerHour * demand.outputTokens, 1e6),
    usdPerThousandRequests: per(requestsPerHour, 1e3),
    ...(demand.audioSeconds === undefined ? {} : { usdPerAudioHour: per((requestsPerHour * demand.audioSeconds) / 3600, 1) }),
  };
}

function meanRequestsPerSecond({ requestsPerSecond, hourlyRequestsPerSecond, batch }: UnitDemand): number {
  if (batch !== undefined) return batch.requestsPerDay / 86_400;
  if (hourlyRequestsPerSecond == null) return requestsPerSecond;
  return hourlyRequestsPerSecond.reduce((sum, rate) => sum + rate, 0) / hourlyRequestsPerSecond.length;
}
