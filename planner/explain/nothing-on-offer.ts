import type { Catalog } from "../../catalog/catalog.ts";
import type { InstanceType } from "../../catalog/schema/instance-type.ts";
import { hostNode } from "../candidates/host-node.ts";
import { isAllowed, offersFor } from "../candidates/offers.ts";
import { listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { devicesOf } from "../spec/devices.ts";
import type { AllowDeny, FleetSpec } from "../spec/fleet-spec.ts";
import { everything } from "./lines-in-the-way.ts";
import type { Situation } from "./situation.ts";

/** Which line of the spec, or which missing price, leaves the whole fleet without an offer. */
export function nothingOnOffer({ spec, catalog }: Situation): Finding {
  const usable = new Set(spec.workloads.flatMap((workload) => devicesOf(spec, workload)));
  const types = catalog.instanceTypes.filter((instance) =>
    instance.gpu === null ? usable.has("cpu") && hostNode(catalog, instance) !== null : usable.has("gpu"),
  );
  const allowed = types.filter((instance) => isGpuAllowed(spec, instance) && isAllowed(spec.instances, instance.id));
  const finding = allowed.length === 0 ? excluded(spec, catalog, types) : unsold(spec, catalog, allowed);
  const onBoth = spec.workloads.map((workload) => ({ ...workload, devices: ["gpu", "cpu"] as const }));
  const others = offersFor({ ...spec, workloads: onBoth }, catalog).offers.length > 0;
  return others ? { ...finding, suggestion: `${finding.suggestion ?? ""}, or let devices name gpu and cpu` } : finding;
}

const isGpuAllowed = ({ gpus }: FleetSpec, { gpu }: InstanceType): boolean => gpu === null || isAllowed(gpus, gpu);

/** gpus and instances leave nothing of the catalog. */
function excluded(spec: FleetSpec, catalog: Catalog, types: readonly InstanceType[]): Finding {
  if (!types.some((instance) => isGpuAllowed(spec, instance))) {
    return {
      code: "nothing-on-offer",
      path: "gpus",
      message: `no instance type in the catalog has ${wanted(spec.gpus)}`,
      suggestion: "allow another GPU, or describe your own machines in catalogOverrides",
    };
  }
  const named = types.filter(({ id }) => isAllowed(spec.instances, id));
  if (named.length === 0) return otherKind(spec, types);
  const gpus = [...new Set(named.map(({ gpu }) => gpu ?? ""))].toSorted();
  const others = [...new Set(offersFor({ ...spec, instances: everything }, catalog).offers.map(({ instanceType }) => instanceType))];
  return {
    code: "nothing-on-offer",
    path: "instances",
    message: `gpus excludes all that instances allows: ${ids(named)} with ${listed(gpus)}`,
    suggestion: [
      `let gpus allow ${listed(gpus, "or")}`,
      ...(others.length > 0 ? [`let instances allow ${listed(others, "or")}`] : []),
    ].join(", or "),
  };
}

/** All that instances allows is of the kind of nodes that no workload may use. */
function otherKind(spec: FleetSpec, types: readonly InstanceType[]): Finding {
  const kind = types.every(({ gpu }) => gpu === null) ? "without GPUs" : "with GPUs";
  const index = spec.workloads.findIndex(({ devices }) => devices !== undefined);
  return {
    code: "nothing-on-offer",
    path: index < 0 ? "instances" : `workloads[${index}].devices`,
    message: `instances allows nothing ${kind}, and the workloads may run on nothing else`,
    suggestion: `let instances allow types ${kind}`,
  };
}

const wanted = ({ allow, deny }: AllowDeny): string => (allow.length > 0 ? listed(allow, "or") : `another GPU than ${listed(deny, "or")}`);

/** The allowed instance types are not sold in these regions and markets, or nobody knows at what price. */
function unsold(spec: FleetSpec, catalog: Catalog, allowed: readonly InstanceType[]): Finding {
  const places = [...new Set(spec.clusters.map(({ cloud, region }) => `${cloud} ${region}`))];
  const markets = offersFor({ ...spec, markets: ["on-demand", "spot", "static"] }, catalog).offers.map(({ market }) => market);
  const other = [...new Set(markets)].toSorted();
  const elsewhere = regionsWith(spec, catalog);
  const isNarrow = [...Object.values(spec.gpus), ...Object.values(spec.instances)].some((list) => list.length > 0);
  const subject = !isNarrow ? "no instance type has a" : `${ids(allowed)} ${allowed.length === 1 ? "has" : "have"} no`;
  const advice = [
    ...(other.length > 0 ? [`add ${listed(other, "or")} to markets`] : []),
    ...(elsewhere.length > 0 ? [`use ${listed(elsewhere, "or")}`] : []),
    "put a price into catalogOverrides",
  ];
  return {
    code: "nothing-on-offer",
    path: other.length > 0 ? "markets" : "clouds",
    message: `${subject} ${listed(spec.markets, "or")} price in ${listed(places, "or")}`,
    suggestion: advice.join(", or "),
  };
}

/** Other regions of the spec's clouds in which something would be on offer. */
function regionsWith(spec: FleetSpec, catalog: Catalog): string[] {
  const clouds = new Set(spec.clusters.map(({ cloud }) => cloud));
  const regions = new Map(catalog.prices.map(({ cloud, region }) => [`${cloud} ${region}`, { name: region, cloud, region }]));
  return [...regions]
    .filter(([, cluster]) => clouds.has(cluster.cloud) && offersFor({ ...spec, clusters: [cluster] }, catalog).offers.length > 0)
    .map(([words]) => words)
    .toSorted();
}

const ids = (types: readonly InstanceType[]): string => listed(types.map(({ id }) => id).toSorted());
