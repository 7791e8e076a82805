import { canonicalJson } from "../canonical-json.ts";
import { count } from "../figures.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import type { SpecLines } from "./fleet-plan.ts";

/**
 * The lines of a resolved spec that decide what may be bought and that no other part of a plan repeats. Texts a reviewer can compare;
 * lists are sorted where their order means nothing.
 */
export function specLines(spec: FleetSpec): SpecLines {
  const list = (values: readonly string[]): string => values.toSorted().join(", ");
  const lines: [path: string, text: string][] = [
    ["clusters", list(spec.clusters.map(({ name, cloud, region }) => `${name} (${cloud} ${region})`))],
    ...Object.entries(spec.zones).map(([place, zones]): [string, string] => [`clouds.${place}.zones`, list(zones)]),
    ["markets", list(spec.markets)],
    ["commitment", spec.commitment === undefined ? "" : JSON.stringify(spec.commitment)],
    ...(["gpus", "instances"] as const).flatMap((what): [string, string][] => [
      [`${what}.allow`, list(spec[what].allow)],
      [`${what}.deny`, list(spec[what].deny)],
    ]),
    ...(spec.unavailable ?? []).map(({ instances, regions, zones, market }, index): [string, string] => [
      `unavailable[${index}]`,
      [list(instances), list(regions), zones === null ? "" : list(zones), market ?? ""].filter((text) => text !== "").join(" "),
    ]),
    ...spec.quotas.map(({ cloud, region, family, market, gpus, vcpus }): [string, string] => [
      `quotas.${cloud} ${region} ${family} ${market}`,
      vcpus === undefined ? count(gpus ?? 0, "GPU") : count(vcpus, "vCPU"),
    ]),
    ["stability", spec.stability === undefined ? "" : canonicalJson(spec.stability)],
    ...spec.workloads.flatMap((workload): [string, string][] => [
      [`${workload.name}.precision`, list(workload.precisions)],
      [`${workload.name}.clusters`, list(workload.clusters)],
      [`${workload.name}.residency`, list(workload.residency ?? [])],
      [`${workload.name}.maxReplicasPerNode`, `${workload.maxReplicasPerNode ?? ""}`],
      [`${workload.name}.devices`, list(workload.devices ?? [])],
      [`${workload.name}.routing`, workload.routing ?? ""],
      [`${workload.name}.dedicatedNodes`, workload.dedicatedNodes === true ? "true" : ""],
      [`${workload.name}.hostPerReplica`, workload.hostPerReplica === undefined ? "" : canonicalJson(workload.hostPerReplica)],
    ]),
  ];
  return Object.fromEntries(lines.filter(([, text]) => text !== ""));
}
