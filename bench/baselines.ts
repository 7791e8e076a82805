import { readFileSync } from "node:fs";
import { loadCatalog } from "../catalog/load.ts";
import { candidatesFor, type Sizes } from "../planner/candidates/candidates.ts";
import { offersFor } from "../planner/candidates/offers.ts";
import { at } from "../planner/element.ts";
import { engineRelease } from "../planner/layouts/release.ts";
import { bestPlacement, bestPlaceOf } from "../planner/packing/best-placement.ts";
import { emptyFleet } from "../planner/packing/fleet.ts";
import { everyGroup, noGuide } from "../planner/packing/guide.ts";
import type { Instance } from "../planner/packing/instance.ts";
import { makePlacer, type Placer } from "../planner/packing/placer.ts";
import { priceOfChoice } from "../planner/packing/pool-price.ts";
import { listedInstanceOf } from "../planner/packing/shortlist.ts";
import { packingProblem } from "../planner/plan/packing-problem.ts";
import { readSpec } from "../planner/spec/read-spec.ts";
import { fromMicro } from "../planner/units.ts";

/** What others would pay for the same fleet, with the planner's own capacities and rules. */
export interface Baselines {
  /** Every workload on nodes of its own, on the GPU type and market that are best for it. */
  readonly aloneUsdPerHour: number;
  /** Pods and nodes as Karpenter does it (see `firstFitDecreasing`). */
  readonly firstFitUsdPerHour: number;
}

export function baselinesOf(specFile: string): Baselines {
  const placer = placerOf(specFile);
  return { aloneUsdPerHour: fromMicro(alone(placer)), firstFitUsdPerHour: fromMicro(firstFitDecreasing(placer)) };
}

function placerOf(specFile: string): Placer {
  const { catalog } = loadCatalog({});
  const { spec, findings } = readSpec(readFileSync(specFile, "utf8"), { file: specFile, catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  const { offers } = offersFor(spec, catalog);
  const sizes: Sizes = new Map();
  const candidates = spec.workloads.map((workload) => {
    const model = catalog.models.find(({ id }) => id === workload.model);
    const { engine: asked } = workload;
    const release = engineRelease(catalog.engines, asked.name, asked.version);
    if (model === undefined || "code" in release) throw new Error(`${workload.name} names what the catalog lacks`);
    const engine = { spec: asked, release };
    const { confidence } = spec;
    return candidatesFor({ workload, model, catalog, offers, devices: ["gpu"], engine, hostEngine: null, confidence }, sizes).taken;
  });
  const { instance, shortlists } = listedInstanceOf(packingProblem({ ...spec, quotas: [] }, offers, candidates));
  return makePlacer(instance, shortlists, 0);
}

function alone(placer: Placer): number {
  const nobody = emptyFleet(placer.instance);
  let sum = 0;
  placer.instance.workloads.forEach(({ options }, workload) => {
    const choice = bestPlacement(placer, nobody, workload, noGuide);
    if (choice === null) throw new Error("a workload without a placement");
    sum += priceOfChoice(placer, nobody, at(options, choice.option), choice, noGuide);
  });
  return sum;
}

/** Nodes of one GPU type, cluster, market and zone that are still to be given an instance type. */
interface OpenNode {
  gpus: number;
  readonly types: readonly number[];
}

/**
 * Each workload's layout is fixed first: the one that costs least by the GPU. Its pods are then placed as Karpenter's scheduler
 * does (kubernetes-sigs/karpenter, pkg/controllers/provisioning/scheduling): the largest first, on the first open node some
 * instance type of which still holds them, else on a new one; at last every node gets the cheapest type that holds its pods.
 */
function firstFitDecreasing(placer: Placer): number {
  const { instance } = placer;
  const pods = podsOf(placer).sort((a, b) => b.gpus - a.gpus || (a.place < b.place ? -1 : 1));
  const open = new Map<string, OpenNode[]>();
  for (const { place, gpus, offers } of pods) {
    const nodes = open.get(place) ?? [];
    open.set(place, nodes);
    const fits = nodes.find((node) =>
      node.types.some((type) => offers.includes(type) && at(instance.offers, type).gpusPerNode >= node.gpus + gpus),
    );
    if (fits === undefined) nodes.push({ gpus, types: offers });
    else fits.gpus += gpus;
  }
  return [...open.values()].flat().reduce((sum, node) => sum + cheapestType(instance, node), 0);
}

function cheapestType({ offers }: Instance, { gpus, types }: OpenNode): number {
  const large = types.map((type) => at(offers, type)).filter(({ gpusPerNode }) => gpusPerNode >= gpus);
  return Math.min(...large.map(({ usdPerNodeHour }) => usdPerNodeHour));
}

interface Pod {
  readonly place: string;
  readonly gpus: number;
  /** Instance types that can hold it. */
  readonly offers: readonly number[];
}

function podsOf(placer: Placer): Pod[] {
  const { instance, shortlists } = placer;
  const nobody = emptyFleet(instance);
  const byTheGpu = { ...noGuide, group: everyGroup, usdPerSlotHour: Float64Array.from(instance.offers, (offer) => offer.usdPerSlotHour) };
  return instance.workloads.flatMap(({ options }, workload) => {
    const index = at(at(shortlists, workload).options, 0);
    const option = at(options, index);
    const choice = bestPlaceOf(placer, nobody, workload, index, byTheGpu);
    if (choice === null) throw new Error("a workload without a placement");
    return choice.pools.flatMap((pool, place): Pod[] => {
      const { offer, zone } = at(instance.pools, pool);
      const { group, spot } = at(instance.offers, offer);
      const offers = option.offers.filter((other) => at(instance.offers, other).spot === spot);
      return Array.from({ length: at(choice.replicas, place) }, () => ({
        place: `${group}/${spot}/${zone}`,
        gpus: option.gpusPerReplica,
        offers,
      }));
    });
  });
}
