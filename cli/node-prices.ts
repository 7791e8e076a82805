import type { Catalog } from "../catalog/catalog.ts";
import type { NodePrice } from "../reports/fits-table.ts";

/** On-demand prices by GPU, those of nodes without one by their instance type; in the order of the catalog. */
export type NodePrices = ReadonlyMap<string, readonly NodePrice[]>;

export function nodePrices(catalog: Catalog): NodePrices {
  const instances = new Map(catalog.instanceTypes.map((instance) => [instance.id, instance]));
  const priced = catalog.prices.flatMap((price) => {
    const instance = instances.get(price.instance);
    if (instance === undefined || price.onDemand === null) return [];
    const { usdPerHour, asOf, estimated } = price.onDemand;
    const node: NodePrice = { instanceType: instance.id, region: price.region, usdPerHour, asOf, estimated, gpuCount: instance.gpuCount };
    return [{ device: instance.gpu ?? instance.id, node }];
  });
  const byDevice = Map.groupBy(priced, ({ device }) => device);
  return new Map([...byDevice].map(([device, entries]) => [device, entries.map(({ node }) => node)]));
}

/** Of the nodes with so many GPUs; null when there is none. */
export function cheapestNode(nodes: readonly NodePrice[], gpus: number): NodePrice | null {
  const [first] = nodes.filter(({ gpuCount }) => gpuCount >= gpus).toSorted((a, b) => a.usdPerHour - b.usdPerHour);
  return first ?? null;
}
