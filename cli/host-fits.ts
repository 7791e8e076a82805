import type { Catalog } from "../catalog/catalog.ts";
import type { InstanceType } from "../catalog/schema/instance-type.ts";
import type { Model } from "../catalog/schema/model.ts";
import { hostNode, hostPart } from "../planner/candidates/host-node.ts";
import { cpuNeed, suffices } from "../planner/candidates/host-share.ts";
import { processorFinding } from "../planner/candidates/processor-support.ts";
import { completeLayout } from "../planner/layouts/complete.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import { type EngineRelease, engineRelease } from "../planner/layouts/release.ts";
import { defaults } from "../planner/spec/defaults.ts";
import { runsOnHosts } from "../planner/spec/host-engines.ts";
import type { Fit } from "../reports/fits-table.ts";
import { cheapestNode, type NodePrices } from "./node-prices.ts";
import type { SizeRequest } from "./request.ts";
import { sizeOf } from "./sizing.ts";

/** For each processor the cheapest CPU-only node that holds a replica, with the engine that runs there. */
export interface HostFits {
  readonly engine: string;
  readonly fits: readonly Fit[];
}

/** Null where no engine that was asked for serves the model without a GPU, or a format was that no processor computes in. */
export function hostFits(
  request: Partial<SizeRequest>,
  model: Model,
  wish: Partial<Layout>,
  catalog: Catalog,
  prices: NodePrices,
): HostFits | null {
  const row = catalog.taskServing.find(({ engine, models }) => runsOnHosts(engine) && models.includes(model.id));
  const isWished = (request.engine ?? row?.engine) === row?.engine && (wish.tensorParallel ?? 1) === 1;
  const precision = wish.precision ?? "fp32";
  if (row === undefined || !isWished || !["fp32", "fp16", "bf16"].includes(precision)) return null;
  const version = request.engineVersion ?? defaults.engineVersions[row.engine as keyof typeof defaults.engineVersions] ?? "0";
  const release = engineRelease(catalog.engines, row.engine, version);
  if ("code" in release) return null;
  const found = catalog.instanceTypes.flatMap((instance) => {
    const price = cheapestNode(prices.get(instance.id) ?? [], 0);
    const fit = instance.gpu === null && price !== null ? smallestPart(instance, model, release, wish, catalog) : null;
    return fit === null ? [] : [{ ...fit, cheapest: price }];
  });
  const byProcessor = Map.groupBy(
    found.toSorted((a, b) => (a.cheapest?.usdPerHour ?? 0) - (b.cheapest?.usdPerHour ?? 0)),
    ({ gpu }) => gpu,
  );
  return { engine: `${release.engine} ${release.version}`, fits: [...byProcessor.values()].flatMap((fits) => fits.slice(0, 1)) };
}

/** The smallest number of slots of a node that holds a replica; null when none does. */
function smallestPart(
  instance: InstanceType,
  model: Model,
  release: EngineRelease,
  wish: Partial<Layout>,
  catalog: Catalog,
): Omit<Fit, "cheapest"> | null {
  const node = hostNode(catalog, instance);
  for (const slots of node?.sizes ?? []) {
    if (node === null) return null;
    const gpu = hostPart(catalog, instance, node, slots);
    if (processorFinding({ model, catalog }, { gpu, engine: { release } }) !== null) return null;
    const vcpus = slots * catalog.slotVcpus;
    const layout = { ...completeLayout(model, gpu, release, { ...wish, precision: "fp32" }), vcpus };
    const sizing = sizeOf({ model, gpu, release, layout });
    if ("finding" in sizing || !sizing.memory.fits) continue;
    const { maxConcurrency, kvCacheTokens, weightBytes } = sizing.memory;
    const share = { vcpus, memoryBytes: gpu.cudaMemoryBytes ?? 0 };
    if (suffices(share, cpuNeed(catalog.serving, weightBytes)))
      return { gpu: node.cpu.id, precision: layout.precision, tensorParallel: 1, vcpus, maxConcurrency, kvCacheTokens };
  }
  return null;
}
