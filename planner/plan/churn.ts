import type { Catalog } from "../../catalog/catalog.ts";
import { startupSeconds } from "../candidates/startup-time.ts";
import { at } from "../element.ts";
import type { StabilitySpec } from "../spec/fleet-spec.ts";
import { fromMicro, toMicro } from "../units.ts";
import type { FleetPlan } from "./fleet-plan.ts";
import { deploymentName } from "./names.ts";
import { addedUsdPerNodeHour } from "./paid-nodes.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";
import type { Churn } from "./stability.ts";

/**
 * What it takes to get from a deployed fleet to a planned one. By default a node that is added costs its price while it is provisioned, and a replica that is
 * started its GPUs' part of the node while it starts, for what it replaces runs on until then; the spec may set either.
 */
export function churnOf(assembly: Assembly, deployed: FleetPlan, { usdPerNodeAdded, usdPerReplicaStarted }: StabilitySpec): Churn {
  const { offers, candidates, packing, catalog, spec } = assembly;
  const nodesBefore = new Map(deployed.pools.map(({ name, nodes }) => [name, nodes]));
  const replicasBefore = new Map(
    deployed.workloads.flatMap(({ deployments }) => deployments.map(({ name, replicas }) => [name, replicas])),
  );
  const there = new Map<string, number>();
  let nodesAdded = 0;
  let usd = 0;
  for (const { offer: index, zone, nodes } of packing.pools) {
    const offer = at(offers, index);
    const name = nameOfPool(offer, zone);
    there.set(name, nodes);
    const added = Math.max(0, nodes - (nodesBefore.get(name) ?? 0));
    nodesAdded += added;
    usd += added * (usdPerNodeAdded ?? (fromMicro(addedUsdPerNodeHour(offer)) * catalog.spotModel.provisioning.seconds) / 3600);
  }
  let replicasStarted = 0;
  for (const { workload, option, offer: index, zone, replicas } of packing.placements) {
    const offer = at(offers, index);
    const { replica, slotsPerReplica } = at(at(candidates, workload), option);
    const name = deploymentName(at(spec.workloads, workload).name, replica.layout, nameOfPool(offer, zone));
    const started = Math.max(0, replicas - (replicasBefore.get(name) ?? 0));
    replicasStarted += started;
    const share = (fromMicro(addedUsdPerNodeHour(offer)) * slotsPerReplica) / offer.slotsPerNode;
    usd += started * (usdPerReplicaStarted ?? (share * startUp(catalog, replica)) / 3600);
  }
  const nodesRemoved = deployed.pools.reduce((sum, { name, nodes }) => sum + Math.max(0, nodes - (there.get(name) ?? 0)), 0);
  return { nodesAdded, nodesRemoved, replicasStarted, usd: fromMicro(toMicro(usd)) };
}

const startUp = (catalog: Catalog, replica: Assembly["candidates"][number][number]["replica"]): number =>
  startupSeconds(catalog.serving, replica);
