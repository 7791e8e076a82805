import type { Catalog } from "../../catalog/catalog.ts";
import { instanceFamily } from "../../catalog/instance-family.ts";
import { listPrice } from "../../catalog/list-price.ts";
import { type Commitment, type MarketPrice, marketPrice } from "../../catalog/market-price.ts";
import type { InstanceType } from "../../catalog/schema/instance-type.ts";
import type { Price } from "../../catalog/schema/price.ts";
import type { Finding } from "../finding.ts";
import { devicesOf } from "../spec/devices.ts";
import type { AllowDeny, ClusterSpec, FleetSpec, Market } from "../spec/fleet-spec.ts";
import { toMicro } from "../units.ts";
import { hostNode } from "./host-node.ts";
import { allocatable } from "./node-allocatable.ts";
import type { Offer } from "./offer.ts";

export interface Offers {
  /** Sorted by id. */
  readonly offers: readonly Offer[];
  /** What was left out though the spec allows it: unpriced, capped spot. */
  readonly findings: readonly Finding[];
}

/**
 * Everything that can be bought for the spec's clusters: instance types x markets with a price, inside the allow and deny lists.
 * Nodes without GPUs only where a workload may use them.
 */
export function offersFor(spec: FleetSpec, catalog: Catalog): Offers {
  const instances = new Map(catalog.instanceTypes.map((instance) => [instance.id, instance]));
  const usesCpus = spec.workloads.some((workload) => devicesOf(spec, workload).includes("cpu"));
  const sold: Offer[] = [];
  const findings: Finding[] = [];
  for (const cluster of spec.clusters) {
    const left: LeftOut = { unpriced: [], capped: [] };
    for (const price of catalog.prices) {
      const instance = instances.get(price.instance);
      if (instance === undefined || price.cloud !== cluster.cloud || price.region !== cluster.region) continue;
      const isWanted = instance.gpu === null ? usesCpus && hostNode(catalog, instance) !== null : isAllowed(spec.gpus, instance.gpu);
      if (!isWanted || !isAllowed(spec.instances, instance.id)) continue;
      sold.push(...soldInMarkets(spec, catalog, cluster, instance, price, left));
    }
    findings.push(...leftOutFindings(cluster, left));
  }
  const tenants = spec.workloads.flatMap(({ name, dedicatedNodes }) => (dedicatedNodes === true ? [name] : []));
  const kept = tenants.flatMap((name) => sold.map((one) => keptFor(name, one)));
  return { offers: [...sold, ...kept].toSorted((a, b) => (a.id < b.id ? -1 : 1)), findings };
}

function soldInMarkets(
  spec: FleetSpec,
  catalog: Catalog,
  cluster: ClusterSpec,
  instance: InstanceType,
  price: Price,
  left: LeftOut,
): Offer[] {
  const terms = { commitment: spec.commitment, cappedSpotShare: catalog.checks.cappedSpotShare };
  return spec.markets.flatMap((market) => {
    const zones = zonesFor(spec, cluster, instance, market);
    const quote = zones.length === 0 ? null : quoteFor(market, instance, price, terms, left);
    return quote === null ? [] : [offer(catalog, cluster, instance, zones, market, quote)];
  });
}

/** The zones in which the instance can be had. */
function zonesFor(
  { zones, unavailable = [] }: FleetSpec,
  { cloud, region }: ClusterSpec,
  { id }: InstanceType,
  market: Market,
): readonly string[] {
  const place = `${cloud}/${region}`;
  const missing = unavailable.filter(
    (row) => row.instances.includes(id) && row.regions.includes(place) && (row.market === null || row.market === market),
  );
  return (zones[place] ?? [region]).filter((zone) => missing.every((row) => row.zones !== null && !row.zones.includes(zone)));
}

/** The same nodes, in a pool that only one workload may use. */
const keptFor = (workload: string, sold: Offer): Offer => ({ ...sold, id: `${sold.id}/for-${workload}`, tenant: workload });

interface LeftOut {
  readonly unpriced: string[];
  readonly capped: string[];
}

/** The price of one market, or null with the reason noted in `left`. A market that the instance is not sold in is no reason. */
function quoteFor(
  market: Market,
  instance: InstanceType,
  price: Price,
  { commitment, cappedSpotShare }: { readonly commitment: Commitment | undefined; readonly cappedSpotShare: number },
  left: LeftOut,
): MarketPrice | null {
  const quote = marketPrice(price, market, commitment);
  if (market === "static" || market === "reserved") return quote;
  if (instance.cloud === "static" || !instance.capacityTypes.includes(market)) return null;
  if (quote === null) {
    left.unpriced.push(`${instance.id} ${market}`);
    return null;
  }
  // This close to on-demand the cloud has no spare capacity and has capped the price.
  if (market === "spot" && price.onDemand !== null && listPrice(quote) >= cappedSpotShare * listPrice(price.onDemand)) {
    left.capped.push(instance.id);
    return null;
  }
  return quote;
}

function offer(
  catalog: Catalog,
  cluster: ClusterSpec,
  instance: InstanceType,
  zones: readonly string[],
  market: Market,
  quote: MarketPrice,
): Offer {
  const room = allocatable(instance, catalog.serving);
  return {
    id: `${cluster.name}/${instance.id}/${market}`,
    cluster: cluster.name,
    cloud: cluster.cloud,
    region: cluster.region,
    instanceType: instance.id,
    family: instanceFamily(instance.id),
    market,
    zones,
    ...partsOf(catalog, instance),
    vcpusPerNode: instance.vcpus,
    allocatableVcpus: room.vcpus,
    allocatableMemoryBytes: room.memoryBytes,
    usdPerNodeHour: toMicro(quote.usdPerHour),
    priceAsOf: quote.asOf,
    priceSource: quote.source,
    priceEstimated: quote.estimated,
    ...(quote.listUsdPerHour === null ? {} : { listUsdPerNodeHour: toMicro(quote.listUsdPerHour) }),
    maxNodes: quote.nodes,
    ...(quote.paid === true ? { paid: true } : {}),
  };
}

/** What replicas share a node of an instance type by. */
export function partsOf(catalog: Catalog, instance: InstanceType): Pick<Offer, "gpu" | "device" | "slotsPerNode" | "slotVcpus"> {
  const host = instance.gpu === null ? hostNode(catalog, instance) : null;
  return {
    gpu: instance.gpu,
    device: instance.gpu ?? host?.cpu.id ?? "",
    slotsPerNode: host?.slots ?? instance.gpuCount,
    ...(host === null ? {} : { slotVcpus: catalog.slotVcpus }),
  };
}

export const isAllowed = (list: AllowDeny, id: string): boolean =>
  !list.deny.includes(id) && (list.allow.length === 0 || list.allow.includes(id));

function leftOutFindings(cluster: ClusterSpec, left: LeftOut): Finding[] {
  const findings: Finding[] = [];
  if (left.unpriced.length > 0) {
    findings.push({
      code: "unpriced-offers",
      path: `clusters.${cluster.name}`,
      message: `${left.unpriced.length} offers have no price and were not considered: ${left.unpriced.toSorted().join(", ")}`,
      value: left.unpriced.length,
      suggestion: "give them a price in catalogOverrides if you can buy them",
    });
  }
  if (left.capped.length > 0) {
    findings.push({
      code: "capped-spot-offers",
      path: `clusters.${cluster.name}`,
      message: `spot costs as much as on-demand, a sign of no spare capacity, and was not considered for ${left.capped.toSorted().join(", ")}`,
      value: left.capped.length,
    });
  }
  return findings;
}
