import type { Offer } from "../candidates/offer.ts";
import { isAllowed, offersFor } from "../candidates/offers.ts";
import type { CandidateGroup } from "../plan/plan-explanation.ts";
import { devicesOf } from "../spec/devices.ts";
import type { AllowDeny, FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";
import { everything } from "./lines-in-the-way.ts";
import type { Situation } from "./situation.ts";

/** The GPUs that lines of the spec keep away from a workload, each with the line. */
export function excludedGroups({ spec, catalog, offers }: Situation, workload: WorkloadSpec): CandidateGroup[] {
  const { unavailable: _, ...wide } = spec;
  const all = offersFor({ ...wide, gpus: everything, instances: everything }, catalog).offers.filter(({ tenant }) => tenant === undefined);
  const isThere = new Set(offers.filter(({ cluster }) => mayUse(workload, cluster)).map(({ device }) => device));
  const missing = all.filter(({ device }) => !isThere.has(device));
  const groups = Map.groupBy(missing, (offer) => `${offer.device}/${lineOf(spec, workload, offer)}`);
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group;
      if (first === undefined) return [];
      const path = lineOf(spec, workload, first);
      return [
        {
          gpu: first.device,
          precision: null,
          candidates: group.length,
          closest: first.id,
          reason: { code: "excluded", path, message: `${path} keeps it out` },
        },
      ];
    });
}

const mayUse = ({ clusters }: WorkloadSpec, cluster: string): boolean => clusters.length === 0 || clusters.includes(cluster);

function lineOf(spec: FleetSpec, workload: WorkloadSpec, { gpu, instanceType, cluster }: Offer): string {
  if (gpu === null && !devicesOf(spec, workload).includes("cpu")) return cpuLine(workload);
  if (gpu !== null && !isAllowed(spec.gpus, gpu)) return `gpus.${listOf(spec.gpus, gpu)}`;
  if (gpu !== null && !devicesOf(spec, workload).includes("gpu")) return `${workload.path}.devices`;
  if (!isAllowed(spec.instances, instanceType)) return `instances.${listOf(spec.instances, instanceType)}`;
  if (!mayUse(workload, cluster)) return `${workload.path}.${workload.residency === undefined ? "clusters" : "residency"}`;
  return "unavailable";
}

/** A list of GPUs says what is bought, unless the workload names its devices. */
const cpuLine = ({ devices, path }: WorkloadSpec): string => (devices === undefined ? "gpus.allow" : `${path}.devices`);

const listOf = ({ deny }: AllowDeny, id: string): "deny" | "allow" => (deny.includes(id) ? "deny" : "allow");
