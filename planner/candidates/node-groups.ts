import type { Catalog } from "../../catalog/catalog.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { InstanceType } from "../../catalog/schema/instance-type.ts";
import type { EngineRelease } from "../layouts/release.ts";
import type { ReplicaNetwork } from "../performance/pipeline-hops.ts";
import type { Device, EngineSpec, WorkloadSpec } from "../spec/fleet-spec.ts";
import { type HostNode, hostNode, hostPart } from "./host-node.ts";
import type { Offer } from "./offer.ts";

/** An engine as the workload asks for it, and the release that is. */
export interface ServingEngine {
  readonly spec: EngineSpec;
  readonly release: EngineRelease;
}

/** Nodes of one kind in one cluster on which a layout has one capacity. */
export interface NodeGroup {
  readonly cluster: string;
  /** The catalog's GPU, with the link that these nodes give it; or the part of a node without GPUs that a replica takes. */
  readonly gpu: Gpu;
  readonly engine: ServingEngine;
  readonly offers: readonly number[];
  /** Without GPUs: how much of the node the part is. */
  readonly part: HostPartSize | null;
  /** Of nodes that one replica spans. */
  readonly span?: { readonly network: ReplicaNetwork; readonly gpusPerNode: number };
  /** What tells its layouts apart from those of the same name in other groups; empty in the group that needs no telling. */
  readonly suffix: string;
}

export interface HostPartSize {
  readonly slots: number;
  readonly vcpus: number;
}

export interface NodesFor {
  readonly workload: WorkloadSpec;
  readonly catalog: Catalog;
  readonly offers: readonly Offer[];
  readonly devices: readonly Device[];
  readonly engine: ServingEngine;
  /** On nodes without GPUs; null where nothing serves the model there. */
  readonly hostEngine: ServingEngine | null;
}

export const isSameHardware = (a: NodeGroup, b: NodeGroup): boolean => a.cluster === b.cluster && a.gpu.id === b.gpu.id;

export const spanOf = ({ span }: NodeGroup) =>
  span === undefined ? {} : { span: { nodes: span.network.nodes, gpusPerNode: span.gpusPerNode } };

/**
 * The nodes that a workload may use: by GPU type and by the link between GPUs, and by instance type and size of a replica where there are none.
 * Of nodes that are bought one by one, or of those that replicas span, which have GPUs.
 */
export function nodeGroups(wanted: NodesFor, areSpans: boolean): NodeGroup[] {
  const own = wanted.offers.flatMap((offer, index) =>
    mayUse(wanted.workload, offer) && (offer.network !== undefined) === areSpans ? [{ offer, index }] : [],
  );
  const onGpus = wanted.devices.includes("gpu") ? gpuGroups(wanted, own) : [];
  const { hostEngine } = wanted;
  return wanted.devices.includes("cpu") && hostEngine !== null && !areSpans ? [...onGpus, ...hostGroups(wanted, own, hostEngine)] : onGpus;
}

interface OwnOffer {
  readonly offer: Offer;
  readonly index: number;
}

const mayUse = ({ clusters, dedicatedNodes, name }: WorkloadSpec, { cluster, tenant }: Offer): boolean =>
  (clusters.length === 0 || clusters.includes(cluster)) && tenant === (dedicatedNodes === true ? name : undefined);

function gpuGroups({ catalog, engine }: NodesFor, own: readonly OwnOffer[]): NodeGroup[] {
  const groups = new Map<string, NodeGroup & { offers: number[] }>();
  const instances = new Map(catalog.instanceTypes.map((instance) => [instance.id, instance]));
  const gpus = new Map(catalog.gpus.map((gpu) => [gpu.id, gpu]));
  for (const { offer, index } of own) {
    const gpu = gpus.get(offer.gpu ?? "");
    if (gpu === undefined) continue;
    const link = linkBetween(gpu, offer.slotsPerNode, instances.get(offer.instanceType)?.interconnect ?? null);
    const { network, slotsPerNode: gpusPerNode } = offer;
    const kind = network === undefined ? "" : `/${gpusPerNode}/${network.nodes}/${network.bytesPerSecond}`;
    const key = `${offer.cluster}/${gpu.id}/${link}${kind}`;
    const isRewired = link !== gpu.link;
    const group = groups.get(key) ?? {
      cluster: offer.cluster,
      gpu: isRewired ? { ...gpu, link } : gpu,
      engine,
      offers: [],
      part: null,
      ...(network === undefined ? {} : { span: { network, gpusPerNode } }),
      suffix: isRewired ? `-${link}` : "",
    };
    group.offers.push(index);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** GPUs that could talk over NVLink do not in a node that only wires PCIe. A node of one GPU needs no link: it joins the GPU's own group. */
function linkBetween(gpu: Gpu, gpusPerNode: number, interconnect: string | null): Gpu["link"] {
  const wired = gpusPerNode === 1 || interconnect !== "pcie" || gpu.link.startsWith("pcie");
  if (wired) return gpu.link;
  return gpu.pcieGen === 3 ? "pcie3" : gpu.pcieGen === 4 ? "pcie4" : "pcie5";
}

/** A slot of one instance type has not quite the vCPUs, memory and bandwidth of another's, and a Service spreads requests evenly: each is a group of its own. */
function hostGroups({ catalog }: NodesFor, own: readonly OwnOffer[], engine: ServingEngine): NodeGroup[] {
  const byType = Map.groupBy(
    own.filter(({ offer }) => offer.gpu === null),
    ({ offer }) => `${offer.cluster}/${offer.instanceType}`,
  );
  return [...byType.values()].flatMap((same) => {
    const [first] = same;
    const instance = catalog.instanceTypes.find(({ id }) => id === first?.offer.instanceType);
    const node = instance === undefined ? null : hostNode(catalog, instance);
    if (first === undefined || instance === undefined || node === null) return [];
    const offers = same.map(({ index }) => index);
    return node.sizes.map((slots) => hostGroup(catalog, instance, node, slots, { cluster: first.offer.cluster, engine, offers }));
  });
}

const hostGroup = (
  catalog: Catalog,
  instance: InstanceType,
  node: HostNode,
  slots: number,
  rest: Pick<NodeGroup, "cluster" | "engine" | "offers">,
): NodeGroup => ({
  ...rest,
  gpu: hostPart(catalog, instance, node, slots),
  part: { slots, vcpus: slots * catalog.slotVcpus },
  suffix: `-on-${instance.id}`,
});
