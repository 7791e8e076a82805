import type { RejectedCandidate } from "../candidates/candidate.ts";
import { isUnderQuota } from "../candidates/quotas.ts";
import { at } from "../element.ts";
import { grouped, listed } from "../figures.ts";
import { devicesOf } from "../spec/devices.ts";
import type { AllowDeny, FleetSpec, Slo, WorkloadSpec } from "../spec/fleet-spec.ts";
import { nearest } from "./situation.ts";
import { figure } from "./slo-words.ts";
import type { Found } from "./what-if.ts";

/** One line of the spec that could be otherwise, so that more is allowed. */
export interface Relaxation {
  /** The line: `gpus`, `workloads[1].slo.ttftP95Ms`. */
  readonly path: string;
  readonly relax: (spec: FleetSpec) => FleetSpec;
  /** What to write instead, given the fleet that it leads to: `let gpus allow l40s`. */
  readonly change: (found: Found) => string;
}

const everything: AllowDeny = { allow: [], deny: [] };
const isNarrow = ({ allow, deny }: AllowDeny): boolean => allow.length + deny.length > 0;

/** Lines that hold for the whole fleet. */
export function fleetRelaxations(spec: FleetSpec): Relaxation[] {
  const { gpus, instances, markets, unavailable, quotas } = spec;
  const relaxations: Relaxation[] = [];
  if (isNarrow(gpus)) {
    relaxations.push({
      path: "gpus",
      relax: (other) => ({ ...other, gpus: everything }),
      change: (found) => `let gpus allow ${newOnes(found, ({ device }) => device, gpus)}`,
    });
  }
  if (isNarrow(instances)) {
    relaxations.push({
      path: "instances",
      relax: (other) => ({ ...other, instances: everything }),
      change: (found) => `let instances allow ${newOnes(found, ({ instanceType }) => instanceType, instances)}`,
    });
  }
  if (!markets.includes("on-demand")) {
    relaxations.push({
      path: "markets",
      relax: (other) => ({ ...other, markets: [...markets, "on-demand"] }),
      change: () => "add on-demand to markets",
    });
  }
  if (unavailable !== undefined) {
    relaxations.push({
      path: "unavailable",
      relax: ({ unavailable: _, ...rest }) => rest,
      change: (found) => `find ${listed(types(found))} where unavailable says there are none`,
    });
  }
  quotas.forEach((quota, index) => {
    relaxations.push({
      path: `quotas[${index}].${quota.vcpus === undefined ? "gpus" : "vcpus"}`,
      relax: (other) => ({ ...other, quotas: other.quotas.filter((one) => one !== quota) }),
      change: (found) =>
        `raise the quota of ${quota.family} ${quota.market} in ${quota.region} from ${grouped(quota.vcpus ?? quota.gpus ?? 0)} to ${grouped(boughtUnder(found, quota))} ${quota.vcpus === undefined ? "GPUs" : "vCPUs"}`,
    });
  });
  return relaxations;
}

const used = ({ packing, offers }: Found) => packing.pools.map(({ offer, nodes }) => ({ ...at(offers, offer), nodes }));
const types = (found: Found): string[] => [...new Set(used(found).map(({ instanceType }) => instanceType))].toSorted();

function newOnes(found: Found, name: (offer: Found["offers"][number]) => string, { allow, deny }: AllowDeny): string {
  const names = [...new Set(used(found).map(name))].filter((one) => deny.includes(one) || (allow.length > 0 && !allow.includes(one)));
  return names.length === 0 ? "others" : listed(names.toSorted());
}

/** GPUs, or vCPUs where that is what the quota is of. */
const boughtUnder = (found: Found, quota: FleetSpec["quotas"][number]): number =>
  used(found)
    .filter((offer) => isUnderQuota(quota, offer))
    .reduce((sum, { nodes, slotsPerNode, vcpusPerNode }) => sum + nodes * (quota.vcpus === undefined ? slotsPerNode : vcpusPerNode), 0);

/** Lines of one workload. `rejected` are its candidates that are out: where latency is the reason, they say how far a limit must be raised. */
export function workloadRelaxations(spec: FleetSpec, index: number, rejected: readonly RejectedCandidate[]): Relaxation[] {
  const workload = at(spec.workloads, index);
  const { path, availability, spot, clusters } = workload;
  const change: Change = (field, relax, words) => ({
    path: `${path}.${field}`,
    relax: (other) => ({ ...other, workloads: other.workloads.with(index, relax(at(other.workloads, index))) }),
    change: words,
  });
  const relaxations: Relaxation[] = [];
  if (clusters.length > 0) {
    const field = workload.residency === undefined ? "clusters" : "residency";
    const anywhere = ({ residency: _, ...rest }: WorkloadSpec): WorkloadSpec => ({ ...rest, clusters: [] });
    relaxations.push(change(field, anywhere, (found) => `let it be served in ${listed(clustersOf(found, index), "or")}`));
  }
  if (availability.survive !== "none") {
    const mortal = (one: WorkloadSpec): WorkloadSpec => ({ ...one, availability: { ...availability, survive: "none" } });
    relaxations.push(change("availability.survive", mortal, () => `let it survive none instead of ${availability.survive}`));
  }
  if (spot.maxShare < 1 && spec.markets.includes("spot")) {
    const onSpot = (one: WorkloadSpec): WorkloadSpec => ({ ...one, spot: { ...spot, maxShare: 1 } });
    relaxations.push(change("spot.maxShare", onSpot, () => "let all of it be on spot"));
  }
  if (workload.hostEngine !== undefined && devicesOf(spec, workload).length === 1) {
    const onBoth = (one: WorkloadSpec): WorkloadSpec => ({ ...one, devices: ["gpu", "cpu"] });
    relaxations.push(change("devices", onBoth, () => "let its devices be gpu and cpu"));
  }
  relaxations.push(...nodeRelaxations(workload, change));
  if (!workload.precisions.includes("fp8")) {
    const coarser = (one: WorkloadSpec): WorkloadSpec => ({ ...one, precisions: [...one.precisions, "fp8"] });
    relaxations.push(change("precision", coarser, () => "let its precision be fp8"));
  }
  relaxations.push(...sloRelaxations(workload, rejected, change));
  return relaxations;
}

type Change = (field: string, relax: (workload: WorkloadSpec) => WorkloadSpec, words: Relaxation["change"]) => Relaxation;

function nodeRelaxations({ maxReplicasPerNode, dedicatedNodes, hostPerReplica }: WorkloadSpec, change: Change): Relaxation[] {
  return [
    ...(maxReplicasPerNode === undefined
      ? []
      : [
          change(
            "maxReplicasPerNode",
            ({ maxReplicasPerNode: _, ...rest }) => rest,
            () => `allow more than ${maxReplicasPerNode} of its replicas on a node`,
          ),
        ]),
    ...(dedicatedNodes === undefined
      ? []
      : [
          change(
            "dedicatedNodes",
            ({ dedicatedNodes: _, ...rest }) => rest,
            () => "let it share nodes",
          ),
        ]),
    ...(hostPerReplica === undefined
      ? []
      : [
          change(
            "hostPerReplica",
            ({ hostPerReplica: _, ...rest }) => rest,
            () => "ask for no more of the host than serving needs",
          ),
        ]),
  ];
}

/** A limit that a layout misses even when idle must be raised above that by a fifth, to leave it something to do. */
const roomAboveIdle = 1.2;

function sloRelaxations(workload: WorkloadSpec, rejected: readonly RejectedCandidate[], change: Change): Relaxation[] {
  return (Object.keys(workload.slo) as (keyof Slo)[]).map((key) => {
    const limit = workload.slo[key] ?? 0;
    const late = rejected.filter(
      ({ finding }) => finding.code === "slo-unreachable" && finding.path === `slo.${key}` && Number.isFinite(Number(finding.value)),
    );
    const idle = Number(nearest(late, ({ finding }) => Number(finding.value))?.finding.value ?? limit);
    const raised = readable(Math.max(idle, limit) * roomAboveIdle);
    return change(
      `slo.${key}`,
      (one) => ({ ...one, slo: { ...one.slo, [key]: raised } }),
      () => `raise ${key} from ${figure(limit)} to ${figure(raised)}`,
    );
  });
}

/** Rounded up to two figures. */
function readable(limit: number): number {
  const step = 10 ** (Math.floor(Math.log10(limit)) - 1);
  return Math.ceil(limit / step) * step;
}

const clustersOf = ({ packing, offers }: Found, workload: number): string[] => [
  ...new Set(packing.placements.filter((placement) => placement.workload === workload).map(({ offer }) => at(offers, offer).cluster)),
];
