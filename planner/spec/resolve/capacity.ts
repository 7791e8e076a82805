import { suggest } from "../../../catalog/lookup.ts";
import { listed } from "../../figures.ts";
import { gibibyte } from "../../units.ts";
import type { FleetSpec, Unavailable, WorkloadSpec } from "../fleet-spec.ts";
import { didYouMean } from "../parse-fields.ts";
import type { RawFleet } from "../schema/fleet.ts";
import { show } from "../show.ts";
import { fullZoneName } from "../zones.ts";
import type { Where } from "./clusters.ts";
import { instancesNamed } from "./limits.ts";
import type { Resolving, WorkloadPlace } from "./place.ts";

/** What cannot be bought. Every name must be one that the fleet could use, or a slip would go unnoticed. */
export function resolveUnavailable(raw: RawFleet, where: Where, context: Resolving): Pick<FleetSpec, "unavailable"> {
  if (raw.unavailable === undefined || raw.unavailable.length === 0) return {};
  const unavailable = raw.unavailable.map((row, index): Unavailable => {
    const path = `unavailable[${index}]`;
    const instances = instancesNamed(row.instances, context);
    if (instances.length === 0) unknown(context, `${path}.instances`, "instance type or family", row.instances, instanceNames(context));
    const regions = where.clusters.filter((cluster) => row.cloud === undefined || row.cloud === cluster.cloud);
    const names = regions.map(({ region }) => region);
    if (row.region !== undefined && !names.includes(row.region) && !context.notes.isBroken("clouds"))
      unknown(context, `${path}.region`, "region of the fleet", row.region, names);
    const here = regions.filter(({ region }) => row.region === undefined || row.region === region);
    return {
      instances,
      regions: [...new Set(here.map(({ cloud, region }) => `${cloud}/${region}`))],
      zones: row.zones === undefined ? null : zonesNamed(row.zones, here, where, path, context),
      market: row.market ?? null,
    };
  });
  return { unavailable };
}

function zonesNamed(
  zones: readonly string[],
  regions: readonly { readonly cloud: Where["clusters"][number]["cloud"]; readonly region: string }[],
  where: Where,
  path: string,
  context: Resolving,
): string[] {
  const known = regions.flatMap(({ cloud, region }) => where.zones[`${cloud}/${region}`] ?? []);
  return zones.flatMap((zone, index) => {
    const full = regions.map(({ cloud, region }) => fullZoneName(cloud, region, zone)).filter((name) => known.includes(name));
    if (full.length === 0) unknown(context, `${path}.zones[${index}]`, "zone of these regions", zone, known);
    return [...new Set(full)];
  });
}

const instanceNames = ({ catalog }: Resolving): string[] => catalog.instanceTypes.map(({ id }) => id);

function unknown({ notes }: Resolving, path: string, what: string, name: string, known: readonly string[]): void {
  const near = suggest(name, known);
  const advice = near !== undefined ? didYouMean(near) : known.length <= 8 ? { suggestion: `known: ${listed(known)}` } : {};
  notes.error({ code: "unknown-name", path, message: `unknown ${what} ${show(name)}`, value: name, ...advice });
}

/** The clusters that a workload may use: those it names, in the regions its data may be in. */
export function resolveResidency(
  clusters: readonly string[],
  { raw, at, notes }: WorkloadPlace,
  where: Where,
): Pick<WorkloadSpec, "clusters" | "residency"> {
  const { residency } = raw;
  if (residency === undefined || residency.length === 0) return { clusters };
  const regions = [...new Set(where.clusters.map(({ region }) => region))];
  for (const [index, region] of residency.entries()) {
    if (regions.includes(region) || notes.isBroken("clouds") || notes.isBroken("clusters")) continue;
    const near = suggest(region, regions);
    notes.error({
      code: "unknown-region",
      path: at("residency", index),
      message: `the fleet has no cluster in ${show(region)}`,
      value: region,
      ...(near === undefined ? { suggestion: `it has clusters in ${listed(regions)}` } : didYouMean(near)),
    });
  }
  const allowed = where.clusters.filter(
    ({ name, region }) => residency.includes(region) && (clusters.length === 0 || clusters.includes(name)),
  );
  if (allowed.length === 0 && !notes.isBroken(at("residency")) && !notes.isBroken(at("clusters"))) {
    notes.error({
      code: "contradiction",
      path: at("residency"),
      message: `none of its clusters (${listed(clusters)}) is in ${listed(residency, "or")}`,
      suggestion: "correct one of them, or leave clusters out",
    });
  }
  return { clusters: allowed.map(({ name }) => name), residency };
}

/** What a workload asks of its nodes, and of the way to them; only what was asked for. */
export function resolveNodeWishes({
  raw,
}: WorkloadPlace): Pick<WorkloadSpec, "maxReplicasPerNode" | "routing" | "dedicatedNodes" | "hostPerReplica"> {
  const { maxReplicasPerNode, routing, dedicatedNodes, hostPerReplica } = raw;
  return {
    ...(maxReplicasPerNode == null ? {} : { maxReplicasPerNode }),
    ...(routing === "weighted" ? { routing } : {}),
    ...(dedicatedNodes === true ? { dedicatedNodes } : {}),
    ...(hostPerReplica === undefined
      ? {}
      : { hostPerReplica: { vcpus: hostPerReplica.vcpus ?? 0, memoryBytes: Math.ceil((hostPerReplica.memoryGiB ?? 0) * gibibyte) } }),
  };
}
