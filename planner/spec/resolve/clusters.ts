import { suggest } from "../../../catalog/lookup.ts";
import type { Commitment } from "../../../catalog/market-price.ts";
import type { Cloud } from "../../../catalog/schema/instance-type.ts";
import { defaults } from "../defaults.ts";
import type { ClusterSpec, Market } from "../fleet-spec.ts";
import { didYouMean } from "../parse-fields.ts";
import { joinPaths } from "../path.ts";
import type { RawFleet } from "../schema/fleet.ts";
import { show } from "../show.ts";
import { defaultZones, fullZoneName, isZoneOf } from "../zones.ts";
import { assumeDefault, missing, type Resolving } from "./place.ts";

interface Region {
  readonly cloud: Cloud;
  readonly region: string;
  readonly path: string;
}

export interface Where {
  readonly clusters: readonly ClusterSpec[];
  readonly zones: Readonly<Record<string, readonly string[]>>;
  readonly markets: readonly Market[];
  readonly commitment?: Commitment;
}

const clouds: readonly Cloud[] = ["aws", "gcp", "static"];
const regionKey = ({ cloud, region }: Pick<Region, "cloud" | "region">): string => `${cloud}/${region}`;

/** Where nodes may be bought: clouds, regions and zones, the clusters in them and the markets. */
export function resolveWhere(raw: RawFleet, context: Resolving): Where {
  const regions = resolveRegions(raw, context);
  const clusters = resolveClusters(raw, regions, context);
  const markets = resolveMarkets(raw, regions, context);
  return { clusters, zones: resolveZones(raw, regions, context), markets, ...resolveCommitment(raw, markets, context) };
}

function resolveCommitment(raw: RawFleet, markets: readonly Market[], { notes }: Resolving): Pick<Where, "commitment"> {
  if (!markets.includes("reserved")) {
    if (raw.commitment !== undefined && !notes.isBroken("markets"))
      notes.error({
        code: "contradiction",
        path: "commitment",
        message: "a commitment is given, but markets does not list reserved",
        value: raw.commitment,
        suggestion: "add reserved to markets, or take the line out",
      });
    return {};
  }
  if (raw.commitment === undefined && !notes.isBroken("commitment"))
    assumeDefault(notes, "commitment", "commitment", defaults.commitment, "the spec does not say for how long to commit");
  return { commitment: raw.commitment ?? defaults.commitment };
}

function resolveRegions(raw: RawFleet, context: Resolving): Region[] {
  const { notes } = context;
  if (raw.clouds === undefined && raw.clusters !== undefined && raw.clusters.length > 0) {
    const named = raw.clusters.map(({ cloud, region }, index) => ({ cloud, region, path: `clusters[${index}].region` }));
    return checkRegions(named, context);
  }
  const places = raw.clouds ?? {};
  const written = clouds.filter((cloud) => places[cloud] !== undefined);
  if (written.length === 0) {
    const region = defaults.regions[defaults.cloud];
    if (raw.clouds !== undefined && !notes.isBroken("clouds"))
      notes.error(missing("clouds", "a cloud", "name one, such as `aws: {regions: [us-east-1]}`"));
    else if (!notes.isBroken("clouds")) assumeDefault(notes, "clouds", "clouds", `${defaults.cloud} ${region}`, "the spec names no cloud");
    return [{ cloud: defaults.cloud, region, path: "clouds" }];
  }
  const regions = written.flatMap((cloud): Region[] => {
    const given = places[cloud]?.regions;
    if (given !== undefined && given.length > 0)
      return given.map((region, index) => ({ cloud, region, path: `clouds.${cloud}.regions[${index}]` }));
    if (notes.isBroken(`clouds.${cloud}.regions`)) return [];
    if (cloud === "static" || given !== undefined) {
      notes.error(
        missing(
          `clouds.${cloud}.regions`,
          "a region",
          cloud === "static" ? "name the site as catalogOverrides does" : "name one, or take the line out",
        ),
      );
      return [];
    }
    assumeDefault(notes, `clouds.${cloud}.regions`, "regions", defaults.regions[cloud], `the spec names no region of ${cloud}`);
    return [{ cloud, region: defaults.regions[cloud], path: `clouds.${cloud}` }];
  });
  return checkRegions(regions, context);
}

/** Each region once, and only those of which the catalog has prices. */
function checkRegions(regions: readonly Region[], { catalog, notes }: Resolving): Region[] {
  const unique = new Map<string, Region>();
  for (const region of regions) {
    if (!unique.has(regionKey(region))) unique.set(regionKey(region), region);
  }
  return [...unique.values()].filter(({ cloud, region, path }) => {
    const known = [...new Set(catalog.prices.filter((price) => price.cloud === cloud).map((price) => price.region))].toSorted();
    if (known.includes(region)) return true;
    const near = suggest(region, known);
    const advice =
      near === undefined
        ? { suggestion: `describe its offers in catalogOverrides${known.length === 0 ? "" : `, or use one of ${known.join(", ")}`}` }
        : didYouMean(near);
    const message = cloud === "static" ? `unknown site ${show(region)}` : `no prices for the ${cloud} region ${show(region)}`;
    notes.error({ code: "unknown-region", path, message, value: region, ...advice });
    return false;
  });
}

function resolveClusters(raw: RawFleet, regions: readonly Region[], { notes }: Resolving): ClusterSpec[] {
  const named = raw.clusters ?? [];
  const clusters: ClusterSpec[] = [];
  const names = new Map<string, string>();
  for (const [index, cluster] of named.entries()) {
    const path = `clusters[${index}]`;
    const first = names.get(cluster.name);
    if (first !== undefined)
      notes.error({
        code: "duplicate-name",
        path: `${path}.name`,
        message: `the name ${show(cluster.name)} is already used by ${first}`,
        value: cluster.name,
      });
    names.set(cluster.name, first ?? path);
    const isListed = regions.some((region) => regionKey(region) === regionKey(cluster));
    if (!isListed && raw.clouds !== undefined && !notes.isBroken("clouds")) {
      notes.error({
        code: "region-not-listed",
        path: `${path}.region`,
        message: `${cluster.cloud} ${show(cluster.region)} is not under clouds`,
        value: cluster.region,
        suggestion: `add it to clouds.${cluster.cloud}.regions`,
      });
    }
    clusters.push(cluster);
  }
  checkSites(named, notes);
  for (const { cloud, region, path } of regions) {
    if (named.some((cluster) => cluster.cloud === cloud && cluster.region === region)) continue;
    const name = `${cloud}-${region}`;
    if (names.has(name))
      notes.error({
        code: "duplicate-name",
        path,
        message: `the name ${name} of its default cluster is already used by ${names.get(name)}`,
        value: name,
      });
    else if (!notes.isBroken("clusters"))
      assumeDefault(notes, "clusters", "clusters", name, `the spec names no cluster in ${cloud} ${region}`);
    clusters.push({ name, cloud, region });
  }
  return clusters;
}

/** The machines of a site are there once: two clusters would each count all of them. */
function checkSites(named: readonly ClusterSpec[], notes: Resolving["notes"]): void {
  for (const [index, { cloud, region }] of named.entries()) {
    const first = named.findIndex((other) => other.cloud === cloud && other.region === region);
    if (cloud !== "static" || first === index) continue;
    notes.error({
      code: "shared-site",
      path: `clusters[${index}].region`,
      message: `the machines of ${show(region)} already belong to clusters[${first}]`,
      value: region,
      suggestion: "keep one cluster for each site, or describe two sites in catalogOverrides",
    });
  }
}

function resolveZones(raw: RawFleet, regions: readonly Region[], { notes }: Resolving): Record<string, readonly string[]> {
  const zones: Record<string, readonly string[]> = {};
  for (const cloud of clouds) {
    for (const region of Object.keys(raw.clouds?.[cloud]?.zones ?? {})) {
      if (notes.isBroken(`clouds.${cloud}.regions`) || regions.some((listed) => listed.cloud === cloud && listed.region === region))
        continue;
      const path = joinPaths("clouds", [cloud, "zones", region]);
      notes.error({
        code: "region-not-listed",
        path,
        message: `${show(region)} is not among the regions of ${cloud}`,
        suggestion: `add it to clouds.${cloud}.regions`,
      });
    }
  }
  for (const { cloud, region } of regions) {
    const given = raw.clouds?.[cloud]?.zones?.[region] ?? [];
    const path = joinPaths("clouds", [cloud, "zones", region]);
    zones[regionKey({ cloud, region })] =
      given.length > 0 ? [...new Set(given.map((zone) => fullZoneName(cloud, region, zone)))] : defaultZones(cloud, region);
    if (given.length === 0)
      assumeDefault(
        notes,
        path,
        "zones",
        defaultZones(cloud, region).join(", "),
        "the spec names no zones; whether they have GPUs free is not known",
      );
    for (const [index, zone] of given.entries()) {
      if (isZoneOf(cloud, region, fullZoneName(cloud, region, zone))) continue;
      notes.error({
        code: "unknown-zone",
        path: `${path}[${index}]`,
        message: `${show(zone)} is no zone of ${region}`,
        value: zone,
        suggestion: `write its letter, or its full name such as ${fullZoneName(cloud, region, "a")}`,
      });
    }
  }
  return zones;
}

function resolveMarkets(raw: RawFleet, regions: readonly Region[], { notes }: Resolving): Market[] {
  const hasSite = regions.some(({ cloud }) => cloud === "static");
  if (raw.markets === undefined) {
    const markets: Market[] = hasSite ? [...defaults.markets, "static"] : [...defaults.markets];
    if (!notes.isBroken("markets"))
      assumeDefault(
        notes,
        "markets",
        "markets",
        markets.join(", "),
        "the spec names no market; spot is used only where spot.maxShare asks for it",
      );
    return markets;
  }
  if (raw.markets.length === 0 && !notes.isBroken("markets")) notes.error(missing("markets", "a market", "name one, such as on-demand"));
  if (hasSite && !raw.markets.includes("static") && !notes.isBroken("markets")) {
    notes.error({
      code: "unusable-site",
      path: "markets",
      message: "clouds.static names a site, but the market static is not listed",
      suggestion: "add static to markets",
    });
  }
  return [...new Set(raw.markets)];
}
