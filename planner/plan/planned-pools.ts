import type { Catalog } from "../../catalog/catalog.ts";
import type { Candidate } from "../candidates/candidate.ts";
import { type Offer, slotsTogether } from "../candidates/offer.ts";
import { at } from "../element.ts";
import { servedAdapterBytes } from "../memory/adapters.ts";
import type { PackedPool, Packing, Placement } from "../packing/problem.ts";
import { draftDownloadBytes } from "../performance/speculation.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import { fromMicro, gibibyte } from "../units.ts";
import { commitmentsOf } from "./commitments.ts";
import type { Money, PlannedPool } from "./fleet-plan.ts";
import type { Day } from "./hours.ts";
import { deploymentName, poolName } from "./names.ts";
import { diskBytesFor, replicaDiskBytes } from "./node-disk.ts";
import { nodeContents } from "./slots.ts";

/** What every step of the assembly needs to see. `candidates[w]` are the options of workload w, in packing's order. */
export interface Assembly {
  readonly spec: FleetSpec;
  readonly catalog: Catalog;
  readonly offers: readonly Offer[];
  readonly candidates: readonly (readonly Candidate[])[];
  readonly packing: Packing;
}

export const nameOfPool = (offer: Offer, zone: string | null): string => poolName({ ...offer, zone });

/** One pool per offer and zone; sorted by name. `costs` are the finished figures by pool name. */
export function plannedPools(assembly: Assembly, costs: Readonly<Record<string, Money>>, day: Day | null): PlannedPool[] {
  return assembly.packing.pools
    .map((pool, index) => plannedPool(assembly, pool, costs, day === null ? null : at(day.nodes, index)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function plannedPool(
  assembly: Assembly,
  pool: PackedPool,
  costs: Readonly<Record<string, Money>>,
  nodesByHour: readonly number[] | null,
): PlannedPool {
  const offer = at(assembly.offers, pool.offer);
  const name = nameOfPool(offer, pool.zone);
  const commitments = commitmentsOf(offer, assembly.catalog);
  const instance = assembly.catalog.instanceTypes.find(({ id }) => id === offer.instanceType);
  if (instance === undefined) throw new Error(`offer ${offer.id} names an instance type that the catalog lacks`);
  const cost = costs[name];
  if (cost === undefined) throw new Error(`pool ${name} has no cost`);
  return {
    name,
    cluster: offer.cluster,
    ...(offer.tenant === undefined ? {} : { tenant: offer.tenant }),
    cloud: offer.cloud,
    region: offer.region,
    zones: pool.zone === null ? offer.zones : [pool.zone],
    instanceType: offer.instanceType,
    machineType: instance.machineType ?? instance.id,
    market: offer.market,
    nodes: pool.nodes,
    minNodes: nodesByHour === null ? pool.nodes : Math.min(...nodesByHour),
    maxNodes: pool.nodes,
    ...(nodesByHour === null ? {} : { nodesByHour }),
    ...nodeContents(offer),
    arch: instance.arch,
    diskBytes: diskBytes(assembly, pool),
    localSsdGB: instance.localSsdGB,
    usdPerNodeHour: fromMicro(offer.usdPerNodeHour),
    ...cost,
    price: {
      asOf: offer.priceAsOf,
      source: offer.priceSource,
      estimated: offer.priceEstimated,
      ...(offer.listUsdPerNodeHour === undefined ? {} : { listUsdPerNodeHour: fromMicro(offer.listUsdPerNodeHour) }),
    },
    ...(commitments.length === 0 ? {} : { commitments }),
    costCenter: costCenter(assembly, pool),
    nodePatterns: pool.patterns.map((pattern) => ({
      nodes: pattern.nodes,
      ...(offer.network === undefined ? {} : { span: offer.network.nodes }),
      replicas: Object.fromEntries(
        pattern.replicas.map(({ workload, option, replicas }) => [deploymentOn(assembly, pool, workload, option), replicas]),
      ),
    })),
  };
}

/**
 * Image and logs, and room for any set of replicas that fits the GPUs: the scheduler decides which come together, so each may take the
 * share of the disk that it takes of the GPUs.
 */
function diskBytes(assembly: Assembly, pool: PackedPool): number {
  const offer = at(assembly.offers, pool.offer);
  const fullOf = workloadsOn(assembly, pool).map(({ workload, option }) => {
    const model = assembly.catalog.models.find(({ id }) => id === workloadAt(assembly, workload).model);
    const candidate = at(assembly.candidates[workload] ?? [], option);
    const download = Math.max(candidate.replica.memory.weightBytes, model?.checkpointBytes ?? 0);
    const { speculation, adapters } = candidate.replica;
    const beside = draftDownloadBytes(speculation) + servedAdapterBytes(candidate.replica.model, adapters);
    // Every node of a replica that spans several downloads all of the weights.
    return (replicaDiskBytes(download + beside) * slotsTogether(offer)) / candidate.slotsPerReplica;
  });
  const bytes = assembly.catalog.serving.node.diskBytes + diskBytesFor(offer.cloud, Math.max(0, ...fullOf));
  return Math.ceil(bytes / (10 * gibibyte)) * 10 * gibibyte;
}

/** A workload has one deployment on a pool for each option it runs there: its placement says which. */
function deploymentOn(assembly: Assembly, pool: PackedPool, workload: number, option: number | undefined): string {
  const placement = workloadsOn(assembly, pool).find(
    (candidate) => candidate.workload === workload && (option === undefined || candidate.option === option),
  );
  if (placement === undefined) throw new Error(`a node pattern names workload ${workload}, which is not on the pool`);
  const { layout } = at(assembly.candidates[workload] ?? [], placement.option).replica;
  return deploymentName(workloadAt(assembly, workload).name, layout, nameOfPool(at(assembly.offers, pool.offer), pool.zone));
}

/** The one cost centre of everything on the pool; null when several share it. */
function costCenter(assembly: Assembly, pool: PackedPool): string | null {
  const centers = new Set(workloadsOn(assembly, pool).map(({ workload }) => workloadAt(assembly, workload).costCenter));
  const [only] = centers;
  return centers.size === 1 ? (only ?? null) : null;
}

const workloadsOn = ({ packing }: Assembly, { offer, zone }: Pick<PackedPool, "offer" | "zone">): readonly Placement[] =>
  placementsByPool(packing).get(`${offer}/${zone}`) ?? [];

const known = new WeakMap<Packing, Map<string, Placement[]>>();

/** Of one packing, looked up once for all its pools. */
function placementsByPool(packing: Packing): Map<string, Placement[]> {
  let found = known.get(packing);
  if (found === undefined) {
    found = new Map();
    for (const placement of packing.placements) {
      const key = `${placement.offer}/${placement.zone}`;
      const here = found.get(key);
      if (here === undefined) found.set(key, [placement]);
      else here.push(placement);
    }
    known.set(packing, found);
  }
  return found;
}

const workloadAt = (assembly: Assembly, index: number) => at(assembly.spec.workloads, index);
