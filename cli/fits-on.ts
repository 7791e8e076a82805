import type { Catalog } from "../catalog/catalog.ts";
import type { EngineRelease } from "../catalog/schema/engine.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import type { Model } from "../catalog/schema/model.ts";
import { networkOf } from "../planner/candidates/node-network.ts";
import type { Finding } from "../planner/finding.ts";
import { completeLayout } from "../planner/layouts/complete.ts";
import { gpusPerReplica, type Layout, mostNodesPerReplica } from "../planner/layouts/layout.ts";
import type { Precision } from "../planner/layouts/precision.ts";
import type { Fit, Fits } from "../reports/fits-table.ts";
import { asMeant } from "./asked-as-meant.ts";
import { hostFits } from "./host-fits.ts";
import { cheapestNode, type NodePrices, nodePrices } from "./node-prices.ts";
import type { SizeRequest } from "./request.ts";
import { unanswerable } from "./request-flags.ts";
import { modelNamed, present, releaseOf, sizeOf } from "./sizing.ts";

/** Tensor-parallel sizes that are tried: GPUs of one node. */
const sizes = [1, 2, 4, 8] as const;

/** Every GPU and precision with the smallest replica of the model that fits; other wishes of the request hold for all. `request.gpu` is not looked at. */
export function fitsOn(request: SizeRequest, catalog: Catalog, directory = "."): Fits {
  const named = modelNamed(request.model, catalog, directory);
  if ("finding" in named) throw unanswerable(named.finding);
  const release = releaseOf(request, catalog);
  if ("code" in release) throw unanswerable(release);
  const { model: _model, gpu: _gpu, engine: _engine, engineVersion: _version, ...wish } = request;
  const { wish: meant } = asMeant({ wish: present(wish), named: named.precision }, named.model, release);
  const only = meant.precision;
  const precisions = only === undefined ? release.formats.map((format) => format.precision) : [only];
  const prices = nodePrices(catalog);
  const fitting: Fit[] = [];
  const notFitting: Fits["notFitting"][number][] = [];
  for (const gpu of catalog.gpus) {
    for (const precision of precisions) {
      const found = smallest(named.model, gpu, release, { ...meant, precision });
      if ("finding" in found) notFitting.push({ gpu: gpu.id, precision, finding: found.finding });
      else fitting.push({ gpu: gpu.id, precision, ...found.fit, cheapest: cheapestNode(prices.get(gpu.id) ?? [], found.gpus) });
    }
  }
  // As in a plan: several nodes are looked at only where no single one holds the model.
  if (fitting.length === 0 && meant.tensorParallel === undefined && meant.pipelineParallel === undefined) {
    fitting.push(
      ...catalog.gpus.flatMap((gpu) =>
        precisions.flatMap((precision) => spanningFit(named.model, gpu, release, { ...meant, precision }, catalog, prices)),
      ),
    );
  }
  const hosts = hostFits(request, named.model, meant, catalog, prices);
  fitting.push(...(hosts?.fits ?? []));
  return {
    model: named.model.id,
    ...(hosts === null ? {} : { hostEngine: hosts.engine }),
    engine: release.engine,
    engineVersion: release.version,
    nativePrecision: named.model.nativePrecision,
    maxModelLen: request.maxModelLen ?? named.model.maxContext,
    fitting: fitting.toSorted(byPrice),
    notFitting: notFitting.filter((pair) => !fitting.some(({ gpu, precision }) => gpu === pair.gpu && precision === pair.precision)),
  };
}

type Smallest =
  | { readonly fit: Pick<Fit, "tensorParallel" | "maxConcurrency" | "kvCacheTokens">; readonly gpus: number }
  | { readonly finding: Finding };

function smallest(model: Model, gpu: Gpu, release: EngineRelease, wish: Partial<Layout> & { precision: Precision }): Smallest {
  let finding: Finding = { code: "does-not-fit", path: "", message: "it does not fit" };
  for (const tensorParallel of wish.tensorParallel === undefined ? sizes : [wish.tensorParallel]) {
    const layout = completeLayout(model, gpu, release, { ...wish, tensorParallel });
    const sizing = sizeOf({ model, gpu, release, layout });
    if ("finding" in sizing) {
      finding = sizing.finding;
      continue;
    }
    const { fits, maxConcurrency, kvCacheTokens } = sizing.memory;
    if (fits) return { fit: { tensorParallel, maxConcurrency, kvCacheTokens }, gpus: gpusPerReplica(layout) };
    finding = sizing.memory.finding ?? finding;
  }
  return { finding };
}

/** The fewest whole nodes of one type whose GPUs reach the network, cheapest first. */
function spanningFit(
  model: Model,
  gpu: Gpu,
  release: EngineRelease,
  wish: Partial<Layout> & { precision: Precision },
  catalog: Catalog,
  prices: NodePrices,
): Fit[] {
  const types = catalog.instanceTypes.filter((instance) => instance.gpu === gpu.id && networkOf(instance) !== null);
  const tensorParallel = Math.max(0, ...types.map(({ gpuCount }) => gpuCount));
  for (let nodes = 2; nodes <= mostNodesPerReplica && tensorParallel > 0; nodes++) {
    const layout = completeLayout(model, gpu, release, { ...wish, tensorParallel, pipelineParallel: nodes });
    const sizing = sizeOf({ model, gpu, release, layout });
    if ("finding" in sizing || !sizing.memory.fits) continue;
    const { maxConcurrency, kvCacheTokens } = sizing.memory;
    const ids = types.map(({ id }) => id);
    const linked = (prices.get(gpu.id) ?? []).filter(({ instanceType }) => ids.includes(instanceType));
    const node = cheapestNode(linked, tensorParallel);
    const priced = node === null ? null : { ...node, usdPerHour: node.usdPerHour * nodes };
    return [{ gpu: gpu.id, precision: wish.precision, tensorParallel, nodes, maxConcurrency, kvCacheTokens, cheapest: priced }];
  }
  return [];
}

const byPrice = (a: Fit, b: Fit): number => {
  const [left, right] = [a.cheapest?.usdPerHour, b.cheapest?.usdPerHour];
  if (left === right) return a.tensorParallel - b.tensorParallel || b.maxConcurrency - a.maxConcurrency;
  if (left === undefined) return 1;
  return right === undefined ? -1 : left - right;
};
