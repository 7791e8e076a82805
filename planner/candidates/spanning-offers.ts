import type { Catalog } from "../../catalog/catalog.ts";
import { at } from "../element.ts";
import { listed } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { mostNodesPerReplica } from "../layouts/layout.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import type { Candidates } from "./candidates.ts";
import { networkOf } from "./node-network.ts";
import type { Offer } from "./offer.ts";

/** The offers, and once more each that has the network for it as all the numbers of nodes that one replica spans. */
export function withSpans(offers: readonly Offer[], { instanceTypes }: Catalog): readonly Offer[] {
  if (offers.some(({ network }) => network !== undefined)) return offers;
  const instances = new Map(instanceTypes.map((instance) => [instance.id, instance]));
  const spans = offers.flatMap((offer) => {
    const instance = instances.get(offer.instanceType);
    const bytesPerSecond = instance === undefined ? null : networkOf(instance);
    if (bytesPerSecond === null) return [];
    const most = Math.min(mostNodesPerReplica, offer.maxNodes ?? mostNodesPerReplica);
    return Array.from({ length: Math.max(0, most - 1) }, (_, index) => spanning(offer, index + 2, bytesPerSecond));
  });
  return [...offers, ...spans];
}

const spanning = (offer: Offer, nodes: number, bytesPerSecond: number): Offer => ({
  ...offer,
  id: `${offer.id}/x${nodes}`,
  network: { nodes, bytesPerSecond },
});

/** Offers, and what each workload may run as on them; `Candidate.offers` are indexes into these offers. */
export interface Searched {
  readonly offers: readonly Offer[];
  readonly searched: readonly Candidates[];
}

/** Looks for every workload on single nodes; where no node holds the model, on several too. */
export function searchAll(
  workloads: readonly WorkloadSpec[],
  offers: readonly Offer[],
  catalog: Catalog,
  search: (workload: WorkloadSpec, offers: readonly Offer[]) => Candidates,
): Searched {
  const searched = workloads.map((workload) => search(workload, offers));
  if (!searched.some(({ isTooLarge }) => isTooLarge)) return { offers, searched };
  const more = withSpans(offers, catalog);
  return { offers: more, searched: searched.map((found, index) => (found.isTooLarge ? search(at(workloads, index), more) : found)) };
}

/** Why a model that no single node holds does not get several of these. */
export function noNetwork(path: string, gpu: string, on: readonly string[], { instanceTypes }: Catalog): Finding {
  const fitting = instanceTypes.filter((instance) => instance.gpu === gpu && networkOf(instance) !== null).map(({ id }) => id);
  return {
    code: "no-network-between-nodes",
    path,
    message: `no single node holds it, and the GPUs of ${listed(on)} do not reach the network directly (EFA, GPUDirect-TCPX or RDMA), without which a replica does not span nodes`,
    suggestion: `use ${fitting.length === 0 ? "nodes whose GPUs do" : listed(fitting, "or")}, or say gpuDirectNetworking and networkGbps of your own nodes in catalogOverrides`,
  };
}
