import type { Cloud } from "../../catalog/schema/instance-type.ts";

const threeZones = ["a", "b", "c"];

/**
 * Zones of the GCP regions that sell GPUs, where they are not a, b and c. Not checked against a stored copy of Google's list: which
 * GPU is sold in which zone is not known to the catalog, and every plan says so.
 */
const gcpGpuZones: Readonly<Record<string, readonly string[]>> = {
  "us-central1": ["a", "b", "c", "f"],
};

/** The zones assumed for a region of which nothing was said. A site of your own is one zone. */
export function defaultZones(cloud: Cloud, region: string): readonly string[] {
  if (cloud === "static") return [region];
  const letters = cloud === "gcp" ? (gcpGpuZones[region] ?? threeZones) : threeZones;
  return letters.map((letter) => fullZoneName(cloud, region, letter));
}

/** `a` in us-east-1 is us-east-1a, in us-central1 us-central1-a; a full name stays. */
export function fullZoneName(cloud: Cloud, region: string, zone: string): string {
  if (cloud === "static" || zone.length > 1) return zone;
  return cloud === "aws" ? `${region}${zone}` : `${region}-${zone}`;
}

/** True for the name of a zone of this region; a site may call its zones as it likes. */
export function isZoneOf(cloud: Cloud, region: string, zone: string): boolean {
  if (cloud === "static") return true;
  const letter = zone.slice(region.length + (cloud === "gcp" ? 1 : 0));
  return zone === fullZoneName(cloud, region, letter) && /^[a-z]$/.test(letter);
}
